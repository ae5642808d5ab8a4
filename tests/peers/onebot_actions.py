"""The actions of the fake OneBot: api/public.md, with go-cqhttp's words for what is not there."""

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.peers.onebot_codes import segments_of, text_of

if TYPE_CHECKING:
    from tests.peers.onebot import OneBot


class Failed(Exception):
    """An action that fails: retcode and, in `msg`, go-cqhttp's word."""

    def __init__(self, retcode: int, word: str = "") -> None:
        self.retcode, self.word = retcode, word


@dataclass
class Group:
    """A group as the account sees it."""

    name: str
    members: dict[int, dict[str, Any]] = field(default_factory=dict)
    banned: set[int] = field(default_factory=set)
    notice: str = ""


class Actions:
    """api/public.md, and go-cqhttp's _send_group_notice."""

    @staticmethod
    def get_login_info(bot: "OneBot", params: dict[str, Any]) -> Any:
        """Who we are."""
        return {"user_id": bot.account, "nickname": "GroupOps"}

    @staticmethod
    def get_status(bot: "OneBot", params: dict[str, Any]) -> Any:
        """How we are."""
        return bot.status

    @staticmethod
    def get_group_list(bot: "OneBot", params: dict[str, Any]) -> Any:
        """Where we are."""
        return [_shown(number, group) for number, group in bot.groups.items()]

    @staticmethod
    def get_group_info(bot: "OneBot", params: dict[str, Any]) -> Any:
        """One of them."""
        return _shown(params["group_id"], _group(bot, params))

    @staticmethod
    def get_group_member_list(bot: "OneBot", params: dict[str, Any]) -> Any:
        """Who is there."""
        return [{"group_id": params["group_id"], "user_id": user, **who} for user, who in _group(bot, params).members.items()]

    @staticmethod
    def get_group_member_info(bot: "OneBot", params: dict[str, Any]) -> Any:
        """One of them."""
        who = _group(bot, params).members.get(params["user_id"])
        if who is None:
            raise Failed(100, "MEMBER_NOT_FOUND")
        return {"group_id": params["group_id"], "user_id": params["user_id"], **who}

    @staticmethod
    def get_msg(bot: "OneBot", params: dict[str, Any]) -> Any:
        """A message that was not recalled."""
        row = bot.messages.get(params["message_id"])
        if row is None:
            raise Failed(100, "MSG_NOT_FOUND")
        return {"message_id": row["id"], "real_id": row["id"], "message_type": "group", "message": row["message"], "time": 0, "sender": {}}

    @staticmethod
    def send_group_msg(bot: "OneBot", params: dict[str, Any]) -> Any:
        """Say something."""
        _group(bot, params)
        return {"message_id": bot.say(params["group_id"], bot.account, _message(params))}

    @staticmethod
    def send_private_msg(bot: "OneBot", params: dict[str, Any]) -> Any:
        """Say it to one."""
        number = next(bot.ids)
        bot.ledger.append({"id": number, "to": params["user_id"], "text": text_of(_message(params))})
        return {"message_id": number}

    @staticmethod
    def send_msg(bot: "OneBot", params: dict[str, Any]) -> Any:
        """Either: by `message_type`, else by the id that is given."""
        kind = params.get("message_type") or ("group" if params.get("group_id") else "private")
        return (Actions.send_group_msg if kind == "group" else Actions.send_private_msg)(bot, params)

    @staticmethod
    def delete_msg(bot: "OneBot", params: dict[str, Any]) -> Any:
        """Recall a message; once more is once."""
        bot.recall(params["message_id"], bot.account)

    @staticmethod
    def set_group_ban(bot: "OneBot", params: dict[str, Any]) -> Any:
        """Mute, or with no duration unmute."""
        who = _group(bot, params).members.get(params["user_id"])
        if who is None:
            raise Failed(100, "GROUP_NOT_FOUND")  # as go-cqhttp says it
        seconds = params.get("duration", 30 * 60)
        who["shut_up_timestamp"] = int(time.time()) + seconds if seconds else 0
        how = "ban" if seconds else "lift_ban"
        bot.notice("group_ban", how, params["group_id"], params["user_id"], operator_id=bot.account, duration=seconds)

    @staticmethod
    def set_group_kick(bot: "OneBot", params: dict[str, Any]) -> Any:
        """Remove."""
        group = _group(bot, params)
        if params["user_id"] not in group.members:
            raise Failed(100, "GROUP_NOT_FOUND")  # as go-cqhttp says it
        if params.get("reject_add_request"):
            group.banned.add(params["user_id"])
        bot.leave(params["group_id"], params["user_id"], by=bot.account)

    @staticmethod
    def send_group_notice(bot: "OneBot", params: dict[str, Any]) -> Any:
        """The announcement."""
        _group(bot, params).notice = params["content"]


def _group(bot: "OneBot", params: dict[str, Any]) -> Group:
    group = bot.groups.get(params["group_id"])
    if group is None:
        raise Failed(100, "GROUP_NOT_FOUND")
    return group


def _shown(number: int, group: Group) -> dict[str, Any]:
    return {"group_id": number, "group_name": group.name, "member_count": len(group.members), "max_member_count": 200}


def _message(params: dict[str, Any]) -> list[dict[str, Any]]:
    message = params["message"]
    if isinstance(message, str):
        return [{"type": "text", "data": {"text": message}}] if params.get("auto_escape") else segments_of(message)
    return list(message)
