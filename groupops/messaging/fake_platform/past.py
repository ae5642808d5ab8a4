"""What a simulated community orders: to live here, and that things have happened at times of their own. In batches, each thing once."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from groupops.messaging.fake_platform.http import Reply, Request, answer
from groupops.messaging.fake_platform.platform import Platform, Refusal
from groupops.messaging.fake_platform.rooms import Room

Fact = dict[str, Any]


def settle(platform: Platform, request: Request, name: str) -> Reply:
    """A community comes to live here; one of that name that does already stays as it is. Answers with what it said of itself."""
    with platform.lock:
        if name not in platform.communities:
            platform.record_all([{"type": "community", "room": "", "name": name, "about": request.json()}])
        return look(platform, request, name)


def look(platform: Platform, request: Request, name: str) -> Reply:
    """What a community said of itself (null: none of that name), and when the last thing happened that it told."""
    with platform.lock:
        told = (row for row in reversed(platform.history) if str(row["id"]).startswith(f"{name}."))
        latest = next(told, {"at": ""})["at"] if name in platform.communities else ""
        return answer({"about": platform.communities.get(name), "latest": latest, "events": len(platform.history)})


def tell(platform: Platform, request: Request) -> Reply:
    """Things that happened, in order: {"facts": [{"key", "at", "room", "verb", "user", "name", …}]}. A known key is passed over.

    What cannot have happened (somebody speaks who was removed meanwhile) is passed over too. Answers how many were new.
    """
    facts = request.json().get("facts")
    if not isinstance(facts, list) or not all(isinstance(fact, dict) and fact.get("verb") in VERBS for fact in facts):
        raise Refusal(422, "rejected")
    with platform.lock:
        return answer({"new": sum(_told(platform, part) for part in _apart(facts))})


def _apart(facts: list[Fact]) -> Iterator[list[Fact]]:
    """In parts that end with whatever changes who is in a room: the next part is judged by what is so then."""
    part: list[Fact] = []
    for fact in facts:
        part.append(fact)
        if fact["verb"] != "say":
            yield part
            part = []
    yield part


def _told(platform: Platform, facts: Iterable[Fact]) -> int:
    records, known = [], set()
    for fact in facts:
        key = (str(fact["room"]), str(fact["key"]))
        record = None if key in known or platform.knows(*key) else _record(platform, fact)
        if record is not None:
            known.add(key)
            records.append(record)
    return len(platform.record_all(records)) if records else 0


def _record(platform: Platform, fact: Fact) -> Fact | None:
    datetime.fromisoformat(fact["at"])
    room = platform.rooms.get(fact["room"])
    changed = VERBS[fact["verb"]](room, fact) if room or fact["verb"] == "open" else None
    return changed and {"id": fact["key"], "key": fact["key"], "at": fact["at"], "room": fact["room"], **changed}


def _open(room: Room | None, fact: Fact) -> Fact | None:
    return None if room else {"type": "room", "name": fact["name"]}


def _say(room: Room, fact: Fact) -> Fact | None:
    quoted = {"reply_to": fact["reply_to"]} if fact.get("reply_to") else {}
    here = fact["user"] in room.members and room.muted_until(fact["user"], datetime.fromisoformat(fact["at"])) is None
    return {"type": "message", "user": fact["user"], "name": room.members[fact["user"]], "text": fact["text"], **quoted} if here else None


def _join(room: Room, fact: Fact) -> Fact | None:
    may = fact["user"] not in room.members and fact["user"] not in room.banned
    return {"type": "joined", "user": fact["user"], "name": fact["name"]} if may else None


def _leave(room: Room, fact: Fact) -> Fact | None:
    here = fact["user"] in room.members
    return {"type": "left", "user": fact["user"], "name": fact["name"], "by": fact.get("by") or fact["user"]} if here else None


def _rename(room: Room, fact: Fact) -> Fact | None:
    return {"type": "called", "user": fact["user"], "name": fact["name"]} if fact["user"] in room.members else None


VERBS: dict[str, Callable[..., Fact | None]] = {"open": _open, "say": _say, "join": _join, "leave": _leave, "rename": _rename}
