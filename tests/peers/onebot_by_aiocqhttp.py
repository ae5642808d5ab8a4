"""A bot of aiocqhttp's, run as a program of its own: hears signed events, answers by the HTTP API, tells what it saw by lines of JSON."""

import json
import os
from typing import Any

import aiocqhttp  # type: ignore[import-untyped]

bot = aiocqhttp.CQHttp(__name__, api_root=os.environ["API"], access_token=os.environ["TOKEN"], secret=os.environ["SECRET"])


def tell(**values: Any) -> None:
    """One line."""
    print(json.dumps(values), flush=True)  # noqa: T201  (its parent reads it)


@bot.on_message("group")  # type: ignore[untyped-decorator]
async def heard(event: aiocqhttp.Event) -> None:
    """Everything the API offers that the fake has, once each."""
    group, user = event.group_id, event.user_id
    text = aiocqhttp.Message(event.message).extract_plain_text()
    tell(heard=text, group=group, by=event.sender["nickname"])
    if text != "动手":
        return
    sent = await bot.send(event, f"{aiocqhttp.MessageSegment.at(user)} 收到 &#91;好&#93;")
    raw = await bot.api.send_group_msg(group_id=group, message="[CQ:face,id=1]", auto_escape=True)
    members = [member["user_id"] for member in await bot.api.get_group_member_list(group_id=group)]
    await bot.api.set_group_ban(group_id=group, user_id=user, duration=600)
    until = (await bot.api.get_group_member_info(group_id=group, user_id=user))["shut_up_timestamp"]
    await bot.api.delete_msg(message_id=raw["message_id"])
    await bot.api.set_group_kick(group_id=group, user_id=user, reject_add_request=True)
    status = await bot.api.get_status()
    name = (await bot.api.get_group_info(group_id=group))["group_name"]
    try:
        await bot.api.send_group_msg(group_id=1, message="?")
    except aiocqhttp.ActionFailed as error:
        failed = error.result
    try:
        await bot.api.call_action("no_such_action")
    except aiocqhttp.HttpFailed as error:
        missing = error.status_code
    tell(sent=sent, members=members, muted=until > 0, online=status["online"], name=name, failed=failed["retcode"], missing=missing)


@bot.on_notice("group_decrease")  # type: ignore[untyped-decorator]
async def left(event: aiocqhttp.Event) -> None:
    """Somebody was removed."""
    tell(left=event.user_id, how=event.sub_type)


@bot.server_app.before_serving  # type: ignore[untyped-decorator]
async def ready() -> None:
    """It listens in a moment."""
    tell(ready=True)


if __name__ == "__main__":
    bot.run(port=int(os.environ["PORT"]))
