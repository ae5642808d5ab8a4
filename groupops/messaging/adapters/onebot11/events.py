"""Which event a pushed one is, in our words.

Source: https://github.com/botuniverse/onebot-11, event/message.md, event/notice.md, event/request.md and event/meta.md; `message_sent`,
`disband`, `group_name` and `bot_offline` are extensions of go-cqhttp and NapCat.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from groupops.messaging.adapter import ContentRejected, Event, EventKind
from groupops.messaging.adapters.onebot11.opening import NO_EVENT, Content, identity, time_of
from groupops.messaging.adapters.onebot11.segments import text_of

# What tells one event from the next where OneBot gives no id.
TELLING = (
    "post_type",
    "notice_type",
    "request_type",
    "meta_event_type",
    "sub_type",
    "time",
    "group_id",
    "user_id",
    "operator_id",
    "message_id",
    "duration",
    "flag",
    "comment",
    "name_new",
)
Told = dict[str, Any] | None  # the fields of an Event; None for what we do not listen to


def understood(content: Content, account: str) -> list[Event]:
    """The event, if it is one that we listen to. Raises ContentRejected."""
    kind = content.get("post_type")
    if not isinstance(kind, str):
        raise ContentRejected(NO_EVENT)
    told = POSTS[kind](content, account) if kind in POSTS else None
    if told is None:
        return []
    given: dict[str, Any] = {
        "key": _key(content),
        "group": identity(content, "group_id"),
        "user": identity(content, "user_id"),
        "raw": dict(content),
    }
    return [Event(occurred_at=time_of(content), **given | told)]


def called(who: Mapping[str, Any]) -> str:
    """The name somebody has in a group (card), else their own."""
    names = (who.get("card"), who.get("nickname"))
    return next((name for name in names if isinstance(name, str) and name.strip()), str(who.get("user_id") or ""))


def _message(content: Content, account: str) -> Told:
    """Messages of groups and, of no group, private ones; our own come back as message_sent."""
    user, group, sender = identity(content, "user_id"), identity(content, "group_id"), content.get("sender")
    message = identity(content, "message_id", needed=True)
    if content.get("message_type") != "group":
        group = ""  # some name the group by which a stranger may write to us
    elif not group:
        raise ContentRejected(NO_EVENT)
    return {
        "kind": EventKind.MESSAGE,
        # The ids of messages have 32 bits: in a large group two of them meet some day, but not in the same second.
        "key": f"message:{account}:{group or 'private'}:{user}:{message}:{time_of(content).timestamp():.0f}",
        "group": group,
        "user_name": called(sender) if isinstance(sender, dict) else "",
        "message": message,
        "text": text_of(content.get("message", content.get("raw_message"))),
        "own": user == account or content.get("post_type") == "message_sent",
    }


def _notice(content: Content, account: str) -> Told:
    read = NOTICES.get(str(content.get("notice_type")))
    return read(content, account) if read else None


def _came(content: Content, account: str) -> Told:
    inviter = _other(content) if content.get("sub_type") == "invite" else ""  # whoever let a request pass invited nobody
    return {"kind": EventKind.JOINED, "operator": inviter, "own": identity(content, "user_id") == account}


def _went(content: Content, account: str) -> Told:
    how = content.get("sub_type")
    if how == "disband":
        return {"kind": EventKind.DISSOLVED, "operator": _other(content)}
    if how == "kick_me" or identity(content, "user_id") == account:
        return {"kind": EventKind.BOT_REMOVED, "user": account, "operator": _other(content)}
    ways = {"leave": "left", "kick": "kicked"}
    return {"kind": EventKind.LEFT, "how": ways.get(str(how), "unknown"), "operator": _other(content)}


def _muted(content: Content, account: str) -> Told:
    """A mute; `user_id` 0 is everybody. That one is lifted is no event of ours."""
    return None if content.get("sub_type") == "lift_ban" else {"kind": EventKind.MUTED, "operator": _other(content)}


def _recalled(content: Content, account: str) -> Told:
    return {"kind": EventKind.MESSAGE_DELETED, "message": identity(content, "message_id", needed=True), "operator": _other(content)}


def _notified(content: Content, account: str) -> Told:
    """Of the nudges, honours and lucky kings only a new name of the group."""
    name = content.get("name_new")
    named = content.get("sub_type") == "group_name" and isinstance(name, str)
    return {"kind": EventKind.RENAMED, "text": name} if named else None


def _offline(content: Content, account: str) -> Told:
    return {"kind": EventKind.ACCOUNT, "text": "offline"}


def _requested(content: Content, account: str) -> Told:
    """Somebody asks to come in; or we are asked in, by `user_id`."""
    if content.get("request_type") != "group":
        return None
    if content.get("sub_type") == "invite":
        return {"kind": EventKind.JOIN_REQUESTED, "user": account, "operator": identity(content, "user_id")}
    comment = content.get("comment")
    return {"kind": EventKind.JOIN_REQUESTED, "text": comment if isinstance(comment, str) else ""}


def _meta(content: Content, account: str) -> Told:
    """The bot program starts or ends. Heartbeats come every few seconds and tell nothing that `check` does not ask."""
    begun = content.get("meta_event_type") == "lifecycle"
    return {"kind": EventKind.ACCOUNT, "text": str(content.get("sub_type") or "")} if begun else None


Reader = Callable[[Content, str], Told]
POSTS: dict[str, Reader] = {
    "message": _message,
    "message_sent": _message,
    "notice": _notice,
    "request": _requested,
    "meta_event": _meta,
}
NOTICES: dict[str, Reader] = {
    "group_increase": _came,
    "group_decrease": _went,
    "group_ban": _muted,
    "group_recall": _recalled,
    "notify": _notified,
    "bot_offline": _offline,
}


def _other(content: Content) -> str:
    """Who did it, unless they did it to themselves."""
    by = identity(content, "operator_id")
    return "" if by == identity(content, "user_id") else by


def _key(content: Content) -> str:
    """Of what tells the event from the next: the same again is the same event."""
    told = [[name, str(content.get(name))] for name in TELLING if isinstance(content.get(name), (str, int, float))]
    return "event:" + hashlib.sha256(repr(told).encode()).hexdigest()
