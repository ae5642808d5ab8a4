"""What an account can do in a room beside speaking. Each act looks at the room and gives the fact to record, or refuses."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from groupops.messaging.fake_platform.rooms import FOR_EVER, Room

LONGEST_TEXT = 2000  # characters of one message
Fact = dict[str, Any]


class Refusal(Exception):
    """A request the platform refuses, as an HTTP status and its own code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


@dataclass(frozen=True)
class Order:
    """What an act is about. `key` is the caller's, for repeating it; `until` is ISO 8601, or empty."""

    by: str
    key: str = ""
    user: str = ""
    message: str = ""
    text: str = ""
    until: str = ""


def words(text: str) -> str:
    """A text that may stand in a room."""
    if not text.strip() or len(text) > LONGEST_TEXT:
        raise Refusal(422, "rejected")
    return text


def _person(room: Room, user: str) -> str:
    """The name of somebody who is here."""
    if user not in room.members:
        raise Refusal(404, "no_such_member")
    return room.members[user]


def _message(room: Room, message: str) -> Fact:
    found = room.message(message)
    if found is None:
        raise Refusal(404, "no_such_message")
    return found


def _unless(already: bool) -> None:
    if already:
        raise Refusal(409, "already")


def whisper(room: Room, order: Order, at: datetime) -> Fact:
    """To one member alone."""
    _person(room, order.user)
    return {"type": "whisper", "user": order.by, "to": order.user, "name": room.members[order.by], "text": words(order.text)}


def announce(room: Room, order: Order, at: datetime) -> Fact:
    """The room's announcement."""
    text = words(order.text)
    _unless(room.announcement is not None and room.announcement["text"] == text)
    return {"type": "announced", "user": order.by, "name": room.members[order.by], "text": text}


def pin(room: Room, order: Order, at: datetime) -> Fact:
    """A message that is there, or a text that is said and pinned at once."""
    if not order.message:
        return {"type": "message", "user": order.by, "name": room.members[order.by], "text": words(order.text), "pin": True}
    _message(room, order.message)
    _unless(order.message in room.pinned)
    return {"type": "pinned", "user": order.by, "message": order.message}


def recall(room: Room, order: Order, at: datetime) -> Fact:
    """A message, for everybody."""
    author = _message(room, order.message)["user"]
    _unless(order.message in room.recalled)
    return {"type": "recalled", "user": author, "by": order.by, "message": order.message}


def mute(room: Room, order: Order, at: datetime) -> Fact:
    """Until a moment to come, or until it is lifted."""
    name, until = _person(room, order.user), _until(room, order, at)
    _unless(room.muted_until(order.user, at) == until)
    return {"type": "muted", "user": order.user, "name": name, "by": order.by, "until": until}


def _until(room: Room, order: Order, at: datetime) -> str:
    if not order.until or "timed_mute" in room.without:
        return FOR_EVER
    try:
        until = datetime.fromisoformat(order.until)
        late = until <= at
    except (ValueError, TypeError):  # no moment, or one without its offset
        raise Refusal(422, "rejected") from None
    if late:
        raise Refusal(422, "rejected")
    return order.until


def unmute(room: Room, order: Order, at: datetime) -> Fact:
    """May speak again."""
    name = _person(room, order.user)
    _unless(room.muted_until(order.user, at) is None)
    return {"type": "unmuted", "user": order.user, "name": name, "by": order.by}


def kick(room: Room, order: Order, at: datetime) -> Fact:
    """Out, but may come back."""
    _unless(order.user not in room.members)
    return {"type": "left", "user": order.user, "name": _person(room, order.user), "by": order.by, "text": order.text}


def ban(room: Room, order: Order, at: datetime) -> Fact:
    """Out, and stays out; also somebody who is not here now."""
    _unless(order.user in room.banned)
    name = room.members.get(order.user, "")
    return {"type": "banned", "user": order.user, "name": name, "by": order.by, "present": bool(name), "text": order.text}


def unban(room: Room, order: Order, at: datetime) -> Fact:
    """May come back."""
    _unless(order.user not in room.banned)
    return {"type": "unbanned", "user": order.user, "by": order.by}


ACTS: dict[str, Callable[[Room, Order, datetime], Fact]] = {
    "whisper": whisper,
    "announce": announce,
    "pin": pin,
    "recall": recall,
    "mute": mute,
    "unmute": unmute,
    "kick": kick,
    "ban": ban,
    "unban": unban,
}
