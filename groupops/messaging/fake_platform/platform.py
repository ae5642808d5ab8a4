"""The platform itself: rooms, members, messages, faults. Thread safe; every fact is on the ledger before it is answered."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from groupops.messaging.fake_platform.faults import FAULTS, Fault, Standing
from groupops.messaging.fake_platform.ledger import Ledger

LONGEST_TEXT = 2000  # characters of one message


class Refusal(Exception):
    """A request the platform refuses, as an HTTP status and its own code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


@dataclass
class Room:
    """A chat room. `members` maps account to name."""

    id: str
    name: str
    members: dict[str, str] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)


class Platform:
    """`idempotent` False makes a repeated key a second message; `readable` False hides who sent what under which key."""

    def __init__(self, folder: Path | None = None) -> None:
        self.lock = threading.RLock()
        self.rooms: dict[str, Room] = {}
        self.history: list[dict[str, Any]] = []
        self.faults: list[Standing] = []
        self.idempotent = self.readable = True
        self._by_key: dict[tuple[str, str], str] = {}
        self.ledger = Ledger(folder / "platform.jsonl" if folder else None)
        for record in self.ledger.records():
            self._apply(record)

    def fault(self, operation: str, room: str) -> Fault | None:
        """The fault that this request meets, if any."""
        with self.lock:
            return next((FAULTS[standing.name] for standing in self.faults if standing.strikes(operation, room)), None)

    # --- facts ---------------------------------------------------------------------------------------------------------
    def open_room(self, room: str, name: str, members: dict[str, str]) -> None:
        """Make or rename a room and add members; what is already so is not recorded again."""
        with self.lock:
            if room not in self.rooms or self.rooms[room].name != name:
                self._record(type="room" if room not in self.rooms else "renamed", room=room, name=name)
            for user, called in members.items():
                self.join(room, user, called)

    def join(self, room: str, user: str, name: str) -> None:
        """Somebody comes in."""
        with self.lock:
            if user not in self._room(room).members:
                self._record(type="joined", room=room, user=user, name=name)

    def leave(self, room: str, user: str, *, by: str = "") -> None:
        """Somebody goes, or is removed `by` somebody."""
        with self.lock:
            if user in self._room(room).members:
                self._record(type="left", room=room, user=user, name=self.rooms[room].members[user], by=by or user)

    def say(self, room: str, user: str, text: str, *, key: str = "") -> str:
        """A message; returns its id. The same key gives the same message, unless the platform was told not to be idempotent."""
        with self.lock:
            name = self._room(room).members.get(user)
            if name is None:
                raise Refusal(403, "forbidden")
            if not text.strip() or len(text) > LONGEST_TEXT:
                raise Refusal(422, "rejected")
            if key and self.idempotent and (room, key) in self._by_key:
                return self._by_key[room, key]
            return str(self._record(type="message", room=room, user=user, name=name, text=text, key=key)["id"])

    # --- reading -------------------------------------------------------------------------------------------------------
    def rooms_of(self, user: str) -> list[Room]:
        """The rooms somebody is in."""
        with self.lock:
            return [room for room in self.rooms.values() if user in room.members]

    def room_for(self, room: str, user: str) -> Room:
        """A room as one of its members sees it."""
        with self.lock:
            found = self._room(room)
            if user not in found.members:
                raise Refusal(403, "forbidden")
            return found

    def find(self, room: str, key: str) -> str | None:
        """The id of the message that was sent under a key."""
        if not self.readable:
            raise Refusal(405, "not_readable")
        return self._by_key.get((room, key))

    def since(self, seq: int, user: str, limit: int) -> tuple[list[dict[str, Any]], int]:
        """What happened in the rooms of `user` after `seq`, oldest first, and the number to go on with."""
        with self.lock:
            rows = self.history[seq : seq + limit]
            here = {room.id for room in self.rooms_of(user)}
            told = [row for row in rows if row["room"] in here or (row["type"] == "left" and row["user"] == user)]
            return told, seq + len(rows)

    def _room(self, room: str) -> Room:
        if room not in self.rooms:
            raise Refusal(404, "no_such_room")
        return self.rooms[room]

    def _record(self, **fact: Any) -> dict[str, Any]:
        seq = len(self.history) + 1
        record = {"seq": seq, "id": f"e{seq}", "at": datetime.now(UTC).isoformat(), **fact}
        self.ledger.append(record)
        self._apply(record)
        return record

    def _apply(self, record: dict[str, Any]) -> None:
        self.history.append(record)
        kind, room = record["type"], self.rooms.setdefault(record["room"], Room(record["room"], ""))
        if kind in {"room", "renamed"}:
            room.name = record["name"]
        elif kind == "joined":
            room.members[record["user"]] = record["name"]
        elif kind == "left":
            room.members.pop(record["user"], None)
        elif kind == "message":
            room.messages.append(record)
            if record["key"]:
                self._by_key.setdefault((record["room"], record["key"]), record["id"])
