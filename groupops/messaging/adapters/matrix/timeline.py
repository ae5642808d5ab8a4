"""What happened in the rooms: /sync and, where its timeline has a gap, /messages, as events oldest first.

The cursor is JSON: {"since": token, "gaps": [[room, from, to], …]}. A gap is read forwards, a few pages a call, before the next
sync: nothing is told out of order, nothing is lost when the process dies in between, and a long absence needs no long call.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from groupops.messaging.adapter import Event, EventKind, Fetched
from groupops.messaging.adapters.matrix.client import Client, localpart

PAGES = 5  # of a gap, a call
MESSAGES = ["m.room.message", "m.room.encrypted", "m.sticker"]
TYPES = [*MESSAGES, "m.room.member", "m.room.redaction", "m.room.name", "m.room.topic", "m.room.tombstone"]
_EVENTS = {"types": TYPES, "lazy_load_members": True, "include_redundant_members": True}
_NOTHING: dict[str, list[str]] = {"types": []}
SIEVE: dict[str, Any] = {
    "presence": _NOTHING,
    "account_data": _NOTHING,
    "room": {
        "timeline": _EVENTS | {"limit": 50},
        "state": _EVENTS | {"types": ["m.room.member"]},
        "ephemeral": _NOTHING,
        "account_data": _NOTHING,
    },
}
ROOM_FACTS = ["m.room.name", "m.room.canonical_alias", "m.room.encryption"]
# A first sync only asks where the present is.
PRESENT: dict[str, Any] = {"presence": _NOTHING, "account_data": _NOTHING, "room": {"rooms": []}}
HISTORY = json.dumps(_EVENTS)


def rooms_only(*rooms: str) -> dict[str, Any]:
    """A filter for a sync that tells what the rooms are (all, or these), not what happened in them."""
    here = {"rooms": list(rooms)} if rooms else {}
    state = {"types": ROOM_FACTS, "lazy_load_members": True}  # lazy: only then does a summary come along
    parts = {"state": state, "timeline": _NOTHING, "ephemeral": _NOTHING, "account_data": _NOTHING}
    return {"presence": _NOTHING, "account_data": _NOTHING, "room": here | parts}


@dataclass
class Cursor:
    """Where to go on."""

    since: str = ""
    gaps: list[list[str]] = field(default_factory=list)

    @classmethod
    def read(cls, text: str) -> "Cursor":
        """A stored cursor; a damaged one starts at the present, as an empty one does."""
        try:
            value = json.loads(text or "{}")
            return cls(str(value["since"]), [[str(part) for part in gap] for gap in value["gaps"] if len(gap) == 3])
        except (ValueError, KeyError, TypeError):
            return cls()

    def write(self) -> str:
        """As it is stored."""
        return json.dumps({"since": self.since, "gaps": self.gaps}, separators=(",", ":"))


def fetch(client: Client, account: str, text: str) -> Fetched:
    """The events after a cursor, and the next cursor."""
    cursor = Cursor.read(text)
    if not cursor.since:
        return Fetched((), Cursor(_present(client)).write())
    if cursor.gaps:
        return _fill(client, account, cursor)
    answer = client.sync(cursor.since, SIEVE)
    following, events = Cursor(str(answer["next_batch"])), []
    for kind, room, part in _rooms(answer):
        timeline = part.get("timeline") or {}
        if timeline.get("limited") and kind == "join":  # a room we had to leave shows no more than this
            following.gaps.append([room, cursor.since, following.since])
        else:
            events += _told(room, account, timeline.get("events") or (), _names(part))
    return Fetched(events, following.write(), more=bool(following.gaps))


def pushed(events: Iterable[Mapping[str, Any]], account: str, name: Callable[[str, str], str]) -> list[Event]:
    """Events as a homeserver pushes them, with their rooms; `name` gives the display name of a room's user.

    A membership that does not say what it replaces is left to the next sync: a new picture would look like somebody who came.
    """
    told: list[Event] = []
    for event in events:
        room, kind = str(event.get("room_id", "")), event.get("type")
        unsigned = event.get("unsigned") or {}
        if not room or kind not in READERS or (kind == "m.room.member" and "replaces_state" in unsigned and "prev_content" not in unsigned):
            continue
        sender = str(event.get("sender", ""))
        told += _told(room, account, [event], {} if kind == "m.room.member" else {sender: name(room, sender)})
    return told


def _present(client: Client) -> str:
    return str(client.sync("", PRESENT)["next_batch"])


def _rooms(answer: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for kind in ("join", "leave"):
        for room, part in ((answer.get("rooms") or {}).get(kind) or {}).items():
            yield kind, room, part


def _fill(client: Client, account: str, cursor: Cursor) -> Fetched:
    """The next pages of the first gap."""
    (room, start, end), *rest = cursor.gaps
    events: list[Event] = []
    token = ""
    for number, page in enumerate(client.pages(room, direction="f", start=start, end=end, sieve=HISTORY), 1):
        chunk = page.get("chunk") or ()
        events += _told(room, account, chunk, _names({"state": {"events": page.get("state") or ()}}))
        token = str(page.get("end") or "")
        if number == PAGES:
            break
    else:
        token = ""  # read to its end
    gaps = [[room, token, end], *rest] if token else rest
    return Fetched(events, Cursor(cursor.since, gaps).write(), more=True)


def _names(part: Mapping[str, Any]) -> dict[str, str]:
    """Display names by user id, from the member events that came along."""
    members = (part.get("state") or {}).get("events") or ()
    return {event["state_key"]: _called(event) for event in members if event.get("type") == "m.room.member" and "state_key" in event}


def _called(member: Mapping[str, Any]) -> str:
    name = (member.get("content") or {}).get("displayname")
    return name if isinstance(name, str) and name else localpart(str(member.get("state_key", "")))


def _told(room: str, account: str, events: Iterable[Mapping[str, Any]], names: dict[str, str]) -> list[Event]:
    told = []
    for event in events:
        if event.get("type") == "m.room.member" and "state_key" in event:
            joined = (event.get("content") or {}).get("membership") == "join"
            names[event["state_key"]] = _called(event) if joined else _before(event)
        understood = _understood(room, account, event, names)
        if understood is not None:
            told.append(understood)
    return told


def _before(member: Mapping[str, Any]) -> str:
    """The name somebody had before this event took it away."""
    previous = (member.get("unsigned") or {}).get("prev_content") or {}
    return _called({"content": previous, "state_key": member.get("state_key", "")})


def _understood(room: str, account: str, event: Mapping[str, Any], names: Mapping[str, str]) -> Event | None:
    """An event in our words; None for what we do not listen to."""
    content, sender = event.get("content"), str(event.get("sender", ""))
    read = READERS.get(str(event.get("type")))
    values = read(event, content if isinstance(content, dict) else {}, sender) if read and "event_id" in event else None
    if values is None:
        return None
    user = values.setdefault("user", sender)
    ours = user == account
    if ours and values["kind"] == EventKind.LEFT:
        values["kind"], ours = EventKind.BOT_REMOVED, False
    return Event(
        key=str(event["event_id"]),
        group=room,
        user_name=names.get(user, localpart(user)),
        occurred_at=datetime.fromtimestamp(int(event.get("origin_server_ts", 0)) / 1000, UTC),
        own=ours,
        raw=dict(event),
        **values,
    )


def _message(event: Mapping[str, Any], content: Mapping[str, Any], sender: str) -> dict[str, Any] | None:
    if (content.get("m.relates_to") or {}).get("rel_type") == "m.replace":
        return None  # an edit is no second message
    return {"kind": EventKind.MESSAGE, "message": str(event.get("event_id", "")), "text": str(content.get("body", ""))}


def _member(event: Mapping[str, Any], content: Mapping[str, Any], sender: str) -> dict[str, Any] | None:
    """Joins, leaves and removals; a changed name or picture is neither, an invitation not yet a member."""
    user = str(event.get("state_key", ""))
    before = ((event.get("unsigned") or {}).get("prev_content") or {}).get("membership", "leave")
    now = content.get("membership")
    if now == "join" and before != "join":
        return {"kind": EventKind.JOINED, "user": user}
    if now == "knock" and before != "knock":
        return {"kind": EventKind.JOIN_REQUESTED, "user": user}
    if now in {"leave", "ban"} and before == "join":
        kicked = sender != user
        return {"kind": EventKind.LEFT, "user": user, "how": "kicked" if kicked else "left", "operator": sender if kicked else ""}
    return None


def _redaction(event: Mapping[str, Any], content: Mapping[str, Any], sender: str) -> dict[str, Any]:
    target = event.get("redacts") or content.get("redacts") or ""
    return {"kind": EventKind.MESSAGE_DELETED, "message": str(target), "operator": sender}


def _renamed(event: Mapping[str, Any], content: Mapping[str, Any], sender: str) -> dict[str, Any]:
    return {"kind": EventKind.RENAMED, "text": str(content.get("name", ""))}


def _topic(event: Mapping[str, Any], content: Mapping[str, Any], sender: str) -> dict[str, Any]:
    return {"kind": EventKind.ANNOUNCED, "text": str(content.get("topic", ""))}


def _dissolved(event: Mapping[str, Any], content: Mapping[str, Any], sender: str) -> dict[str, Any]:
    return {"kind": EventKind.DISSOLVED, "text": str(content.get("body", ""))}


Reader = Callable[[Mapping[str, Any], Mapping[str, Any], str], dict[str, Any] | None]
READERS: dict[str, Reader] = {
    "m.room.message": _message,
    "m.room.encrypted": _message,
    "m.sticker": _message,
    "m.room.member": _member,
    "m.room.redaction": _redaction,
    "m.room.name": _renamed,
    "m.room.topic": _topic,
    "m.room.tombstone": _dissolved,
}
