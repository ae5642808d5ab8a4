"""What every reader of a chat export gives: the chat, and what was said and happened in it, in order of time."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from groupops.messaging.adapter import EventKind
from groupops.shared.errors import Invalid

ME = "<me>"  # whoever made the export, where the file does not say who that is


class Unreadable(Invalid):
    """A file that cannot be understood; the message says where in it, and why."""

    code = "unreadable_export"

    def __init__(self, reason: str, *, where: str = "") -> None:
        super().__init__(f"{where}: {reason}" if where else reason)
        self.where, self.reason = where, reason


@dataclass(frozen=True)
class Entry:
    """A message or an event. `sender` is the platform's id, "" where the file knows only the name; people of an event by name."""

    number: int  # of the line, or of the record in a JSON file
    at: datetime
    kind: EventKind = EventKind.MESSAGE
    sender: str = ""
    name: str = ""
    text: str = ""
    message: str = ""  # the platform's id of the message
    people: tuple[str, ...] = ()  # who joined or was removed, as the notice names them
    by: str = ""  # who invited, removed or renamed, as the notice names them
    recalled: bool = False


@dataclass(frozen=True)
class Export:
    """A chat as a file tells it. `ids` are platform ids by the names under which people appear in notices."""

    format: str
    title: str
    entries: list[Entry]
    ids: Mapping[str, str] = field(default_factory=dict)
    me: str = ""  # platform id of whoever made the export


@dataclass(frozen=True)
class Setting:
    """What a file leaves open: the zone of its wall clock, and the day of a file that writes only times."""

    zone: ZoneInfo
    day: str = ""  # ISO date


def moment(text: str, setting: Setting, *, where: str) -> datetime:
    """A written date and time in UTC; without an offset it is the zone's. `2026-11-20 9:01:10` is one too. Raises Unreadable."""
    try:
        found = datetime.fromisoformat(re.sub(r"^(\S+)[ T](\d:)", r"\1T0\2", text.strip()))
    except ValueError:
        raise Unreadable(f"“{text[:40]}” is not a date and time", where=where) from None
    return (found if found.tzinfo else found.replace(tzinfo=setting.zone)).astimezone(UTC)


def epoch(value: Any, *, where: str) -> datetime:
    """Seconds or, where the number is too large for seconds, milliseconds since 1970, as number or digits. Raises Unreadable."""
    try:
        number = float(value)
        return datetime.fromtimestamp(number / 1000 if number > 10**11 else number, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise Unreadable(f"“{str(value)[:40]}” is not a time", where=where) from None


def names_to_ids(entries: list[Entry], listed: Mapping[str, str]) -> dict[str, str]:
    """Platform ids by name: of the file's list of members, and of who spoke. A name that two people bear stands for nobody."""
    found: dict[str, set[str]] = {}
    for name, sender in [*listed.items(), *((entry.name, entry.sender) for entry in entries)]:
        if name and sender:
            found.setdefault(name, set()).add(sender)
    return {name: next(iter(ids)) for name, ids in found.items() if len(ids) == 1}
