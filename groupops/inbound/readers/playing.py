"""A file as lines for the door: a recording as it stands, a chat export as the events that it tells of."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from groupops.groups.models import Group
from groupops.inbound import policy, recording
from groupops.inbound.readers.export import ME, Entry, Export, Setting, Unreadable
from groupops.inbound.readers.opening import read
from groupops.inbound.recording import Keys, Line
from groupops.messaging.adapter import Event, EventKind

BY_NAME = "name:"  # the id of somebody whom the file knows only by name
HOWS = {"removed": "kicked", "left": "left"}
KINDS = {EventKind.MESSAGE: "message", EventKind.JOINED: "join", EventKind.LEFT: "leave", EventKind.RENAMED: "title"}


def lines(path: Path, *, group: Group, room: str, at: datetime, day: str = "") -> Iterator[Line]:
    """What a recording or a chat export tells of `room`, in order of time. `day` is for exports that write only times.

    An export is read again when it has grown: known events keep their keys. Raises BadLine, Unreadable, OSError.
    """
    if is_recording(path):
        yield from recording.read(path, group_id=group.pk, room=room, at=at)
        return
    export = read(path, Setting(ZoneInfo(group.zone), day))
    keys = Keys(group.pk)
    for entry in export.entries:
        if policy.occurred(entry.at, at) != entry.at:  # the door would put the time of arrival in its place
            raise Unreadable(f"its time lies before {policy.EARLIEST:%Y} or in the future", where=f"entry {entry.number}")
        for event in _events(entry, export, room, keys):
            yield Line(entry.number, KINDS[entry.kind], event)


def is_recording(path: Path) -> bool:
    """Whether a file is one of our own recordings rather than another program's export."""
    with path.open("rb") as file:
        for content in file:
            if content.strip():
                try:
                    first = json.loads(content.decode("utf-8-sig"))
                except (ValueError, RecursionError):
                    return path.suffix == ".jsonl" and b'"_type"' not in content and not content.startswith(b"#")
                return isinstance(first, dict) and {"t", "kind"} <= set(first)
    return path.suffix == ".jsonl"


def _events(entry: Entry, export: Export, room: str, keys: Keys) -> Iterator[Event]:
    """One for a message, one for each person of a notice."""
    people = [(name, _who(name, export)) for name in entry.people] or [(entry.name, entry.sender or _who(entry.name or entry.by, export))]
    for name, user in people:
        yield Event(
            key=keys.key(entry.at, KINDS[entry.kind], user, entry.text),
            kind=entry.kind,
            group=room,
            user=user,
            user_name="" if name == ME else name,
            operator=_who(entry.by, export) if entry.by else "",
            occurred_at=entry.at,
            message=entry.message if entry.kind == EventKind.MESSAGE else "",
            text=entry.text if entry.kind in (EventKind.MESSAGE, EventKind.RENAMED) else "",
            how=HOWS.get(entry.text, "unknown") if entry.kind == EventKind.LEFT else "",
            raw={"format": export.format, "number": entry.number, "by": entry.by, "recalled": entry.recalled},
        )


def _who(name: str, export: Export) -> str:
    """The platform id behind a name, or an id made of the name."""
    if name == ME:
        return export.me or ME
    return export.ids.get(name, f"{BY_NAME}{name}")
