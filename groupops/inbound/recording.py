"""A recorded history (JSON Lines) as the events it tells of: read strictly, each under a key that is the same in every reading."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from groupops.inbound import policy
from groupops.messaging.adapter import Event, EventKind
from groupops.shared.errors import Invalid

# An action ("/me waves") is something that was said.
KINDS = {"message": EventKind.MESSAGE, "action": EventKind.MESSAGE, "join": EventKind.JOINED, "leave": EventKind.LEFT}
SAID = frozenset(name for name, kind in KINDS.items() if kind == EventKind.MESSAGE)
RENAME = "rename"
HOWS = ("left", "kicked", "unknown")
LONGEST = policy.BODY_LIMIT  # bytes of a line: as much as a platform may push at once


class BadLine(Invalid):
    """A line of a recording that cannot be understood; the message names it and says why."""

    code = "bad_line"

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(f"line {number}: {reason}")
        self.number = number


class Line(NamedTuple):
    """One line that was read; without an event where there is nothing to tell the door (a rename, or an event it knows)."""

    number: int
    kind: str
    event: Event | None


@dataclass
class Survey:
    """What a recording holds: its last line's number and how many lines are of which kind."""

    lines: int = 0
    kinds: Counter[str] = field(default_factory=Counter)

    @property
    def events(self) -> int:
        """Lines that are told to the door."""
        return self.kinds.total() - self.kinds[RENAME]


def prefix(group_id: int) -> str:
    """How the keys of everything begin that was ever replayed into a group."""
    return f"replay:{group_id}:"


def survey(lines: Iterable[Line]) -> Survey:
    """Read all of it and count. Raises what the reading raises: BadLine for the first line that is wrong, OSError."""
    found = Survey()
    for line in lines:
        found.lines = max(found.lines, line.number)
        found.kinds[line.kind] += 1
    return found


class Keys:
    """Keys of what a file says: of the group, the moment, what is said, and how many lines of that moment said the same before."""

    def __init__(self, group_id: int) -> None:
        self.prefix, self.said, self.last = prefix(group_id), Counter[str](), policy.EARLIEST

    def key(self, at: datetime, *said: str) -> str:
        """The key of the next line; lines come in order of time."""
        if at != self.last:
            self.said.clear()
            self.last = at
        digest = hashlib.blake2b(json.dumps([at.isoformat(), *said]).encode(), digest_size=16).hexdigest()
        self.said[digest] += 1
        return f"{self.prefix}{digest}:{self.said[digest]}"


def read(path: Path, *, group_id: int, room: str, at: datetime) -> Iterator[Line]:
    """The lines of a recording as events of `room`, one after another. Empty lines are passed over. Raises BadLine, OSError.

    An event's key is made of the group, of what the line says, and of how many lines of the same second said the same before:
    so a recording that is read again, goes by another name, or has grown gives known events their known keys.
    """
    reader = _Reader(group_id, room, at)
    with path.open("rb") as file:
        for number, content in enumerate(iter(lambda: file.readline(LONGEST + 1), b""), 1):
            if content.strip():
                yield reader.line(number, content)


class _Reader:
    """Remembers the time of the last line, the keys it gave, and who goes by another id since."""

    def __init__(self, group_id: int, room: str, at: datetime) -> None:
        self.keys, self.room, self.at = Keys(group_id), room, at
        self.last = policy.EARLIEST
        self.same: dict[str, str] = {}  # the id somebody goes by now -> the id they were known by first
        self.names: dict[str, str] = {}  # that first id -> the name they took last

    def line(self, number: int, content: bytes) -> Line:
        fields = _fields(number, content)
        kind = _choice(number, fields, "kind", (*KINDS, RENAME))
        at, user = self._time(number, fields), _text(number, fields, "user")
        if kind == RENAME:
            self._renamed(user, _text(number, fields, "new"))
            return Line(number, kind, None)
        text = _text(number, fields, "text", empty=True, missing=kind in {"join", "leave"})
        how = _choice(number, {"how": "unknown"} | fields, "how", HOWS) if kind == "leave" else ""
        who = self.same.get(user, user)
        event = Event(
            key=self.keys.key(at, kind, user, text),
            kind=KINDS[kind],
            group=self.room,
            user=who,
            user_name=self.names.get(who, user),
            occurred_at=at,
            text=text,
            how=how,
            raw=fields,
        )
        return Line(number, kind, event)

    def _time(self, number: int, fields: dict[str, Any]) -> datetime:
        try:
            at = datetime.fromisoformat(_text(number, fields, "t"))
        except ValueError:
            raise BadLine(number, "“t” is not a time in ISO 8601") from None
        if at.tzinfo is None:
            raise BadLine(number, "“t” does not say its offset from UTC")
        if policy.occurred(at, self.at) != at:  # the door would put the time of arrival in its place
            raise BadLine(number, f"“t” lies before {policy.EARLIEST:%Y} or in the future")
        if at < self.last:
            raise BadLine(number, "it is older than the line before; a recording is in order of time")
        self.last = at
        return at.astimezone(UTC)

    def _renamed(self, user: str, new: str) -> None:
        who = self.same.get(user, user)
        self.same[new], self.names[who] = who, new


def _fields(number: int, content: bytes) -> dict[str, Any]:
    if len(content) > LONGEST:
        raise BadLine(number, f"it is longer than {LONGEST:,} bytes")
    try:
        fields = json.loads(content.decode("utf-8-sig" if number == 1 else "utf-8"))
    except UnicodeDecodeError:
        raise BadLine(number, "it is not UTF-8") from None
    except (ValueError, RecursionError):
        raise BadLine(number, "it is not JSON") from None
    if not isinstance(fields, dict):
        raise BadLine(number, "it is not a JSON object")
    return fields


def _text(number: int, fields: dict[str, Any], name: str, *, empty: bool = False, missing: bool = False) -> str:
    value = fields.get(name, "" if missing else None)
    if value is None:
        raise BadLine(number, f"“{name}” is missing")
    if not isinstance(value, str):
        raise BadLine(number, f"“{name}” is not a text")
    if not empty and not value.strip():
        raise BadLine(number, f"“{name}” is empty")
    return value


def _choice(number: int, fields: dict[str, Any], name: str, choices: tuple[str, ...]) -> str:
    value = _text(number, fields, name)
    if value not in choices:
        raise BadLine(number, f"“{name}” is none of {', '.join(choices)}")
    return value
