"""A bot of NoneBot2's, run as a program of its own: hears signed events, answers by the HTTP API, tells what it saw by lines of JSON."""

import json
import os
from typing import Any

import nonebot
from nonebot.adapters.onebot.v11 import (
    ActionFailed,
    Adapter,
    Bot,
    GroupDecreaseNoticeEvent,
    GroupMessageEvent,
    GroupRecallNoticeEvent,
    GroupRequestEvent,
    MessageSegment,
)

ACCOUNT = os.environ["ACCOUNT"]
nonebot.init(
    driver="~quart+~httpx",
    host="127.0.0.1",
    port=int(os.environ["PORT"]),
    onebot_access_token=os.environ["TOKEN"],
    onebot_secret=os.environ["SECRET"],
    onebot_api_roots={ACCOUNT: os.environ["API"]},
    log_level="WARNING",
)
driver = nonebot.get_driver()
driver.register_adapter(Adapter)


def tell(**values: Any) -> None:
    """One line."""
    print(json.dumps(values), flush=True)  # noqa: T201  (its parent reads it)


@driver.on_startup
async def ready() -> None:
    """It listens in a moment."""
    tell(ready=True)


@nonebot.on_message().handle()
async def heard(bot: Bot, event: GroupMessageEvent) -> None:
    """An answer with a mention, and what the API tells."""
    tell(heard=event.get_plaintext(), group=event.group_id, by=event.sender.nickname)
    if event.get_plaintext() != "动手":
        return
    sent = await bot.send(event, MessageSegment.at(event.user_id) + " 收到 [CQ:face,id=1]")
    members = [member["user_id"] for member in await bot.get_group_member_list(group_id=event.group_id)]
    try:
        await bot.send_group_msg(group_id=1, message="?")
    except ActionFailed as error:
        failed = error.info["retcode"]
    login = await bot.get_login_info()
    tell(sent=sent, members=members, failed=failed, account=login["user_id"])


@nonebot.on_notice().handle()
async def noticed(event: GroupDecreaseNoticeEvent) -> None:
    """Somebody left or was removed."""
    tell(left=event.user_id, how=event.sub_type)


@nonebot.on_notice().handle()
async def recalled(event: GroupRecallNoticeEvent) -> None:
    """A message was recalled."""
    tell(recalled=event.message_id)


@nonebot.on_request().handle()
async def requested(event: GroupRequestEvent) -> None:
    """Somebody wants to come in."""
    tell(wants=event.user_id, comment=event.comment)


if __name__ == "__main__":
    nonebot.run()
