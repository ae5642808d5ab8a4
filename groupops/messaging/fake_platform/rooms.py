"""A room of the fake platform: what it is like now, and how each recorded fact changes it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

# What a room can be without, so that it is a poorer platform; "timed_mute": a mute there has no end of its own.
OFFERS = frozenset({"announce", "pin", "recall", "mute", "timed_mute", "unmute", "kick", "ban", "unban", "whisper"})
FOR_EVER = ""  # the end of a mute that has none


@dataclass
class Room:
    """`members` maps account to name, `mutes` account to the end (ISO 8601, or FOR_EVER); `log` is everything, oldest first."""

    id: str
    name: str
    members: dict[str, str] = field(default_factory=dict)
    log: list[dict[str, Any]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)  # of everybody who ever was here
    announcement: dict[str, Any] | None = None
    pinned: list[str] = field(default_factory=list)
    recalled: set[str] = field(default_factory=set)
    mutes: dict[str, str] = field(default_factory=dict)
    banned: set[str] = field(default_factory=set)
    without: frozenset[str] = frozenset()
    demoted: frozenset[str] = frozenset()  # accounts that may only speak here
    dissolved: bool = False

    def muted_until(self, user: str, at: datetime) -> str | None:
        """The end of a mute that holds at a moment; None: may speak."""
        until = self.mutes.get(user)
        return until if until == FOR_EVER or (until and datetime.fromisoformat(until) > at) else None

    def may(self, user: str) -> frozenset[str]:
        """What an account can do here beside speaking."""
        return frozenset() if user in self.demoted else OFFERS - self.without

    def message(self, message: str) -> dict[str, Any] | None:
        """A message by its id."""
        return next((row for row in reversed(self.messages) if row["id"] == message), None)

    def apply(self, record: dict[str, Any]) -> None:
        """A fact takes effect."""
        self.log.append(record)
        change = CHANGES.get(record["type"])
        if change is not None:
            change(self, record)


def _named(room: Room, record: dict[str, Any]) -> None:
    room.name = record["name"]


def _joined(room: Room, record: dict[str, Any]) -> None:
    room.members[record["user"]] = room.names[record["user"]] = record["name"]


def _gone(room: Room, record: dict[str, Any]) -> None:
    room.members.pop(record["user"], None)


def _banned(room: Room, record: dict[str, Any]) -> None:
    room.members.pop(record["user"], None)
    room.banned.add(record["user"])


def _unbanned(room: Room, record: dict[str, Any]) -> None:
    room.banned.discard(record["user"])


def _said(room: Room, record: dict[str, Any]) -> None:
    room.messages.append(record)
    if record.get("pin"):
        room.pinned.append(record["id"])


def _pinned(room: Room, record: dict[str, Any]) -> None:
    room.pinned.append(record["message"])


def _recalled(room: Room, record: dict[str, Any]) -> None:
    room.recalled.add(record["message"])


def _announced(room: Room, record: dict[str, Any]) -> None:
    room.announcement = record


def _muted(room: Room, record: dict[str, Any]) -> None:
    room.mutes[record["user"]] = record["until"]


def _unmuted(room: Room, record: dict[str, Any]) -> None:
    room.mutes.pop(record["user"], None)


def _dissolved(room: Room, record: dict[str, Any]) -> None:
    room.dissolved = True


def _settings(room: Room, record: dict[str, Any]) -> None:
    room.without, room.demoted = frozenset(record["without"]), frozenset(record["demoted"])


CHANGES = {
    "room": _named,
    "renamed": _named,
    "joined": _joined,
    "called": _joined,  # a member takes another name
    "left": _gone,
    "banned": _banned,
    "unbanned": _unbanned,
    "message": _said,
    "pinned": _pinned,
    "recalled": _recalled,
    "announced": _announced,
    "muted": _muted,
    "unmuted": _unmuted,
    "dissolved": _dissolved,
    "settings": _settings,
}
