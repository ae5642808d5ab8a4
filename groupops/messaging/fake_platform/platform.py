"""The platform itself: rooms, members, messages, faults. Thread safe; every fact is on the ledger before it is answered."""

import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from groupops.messaging.fake_platform.acts import ACTS, LONGEST_TEXT, Order, Refusal, words
from groupops.messaging.fake_platform.faults import FAULTS, Fault, Standing
from groupops.messaging.fake_platform.ledger import Ledger
from groupops.messaging.fake_platform.rooms import OFFERS, Room

__all__ = ["LONGEST_TEXT", "Order", "Platform", "Refusal", "Room"]


def _present() -> datetime:
    return datetime.now(UTC)


class Platform:
    """`idempotent` False makes a repeated key a second message; `readable` False hides what was done under which key.

    `listeners` are told of every new fact, in order; `hooks` maps an account to the address and secret its events are pushed with.
    """

    def __init__(self, folder: Path | None = None, *, now: Callable[[], datetime] = _present) -> None:
        self.lock = threading.RLock()
        self.now = now
        self.rooms: dict[str, Room] = {}
        self.history: list[dict[str, Any]] = []
        self.faults: list[Standing] = []
        self.idempotent = self.readable = True
        self.hooks: dict[str, tuple[str, str]] = {}
        self.communities: dict[str, dict[str, Any]] = {}  # simulated ones that live here, as they described themselves
        self.listeners: list[Callable[[dict[str, Any]], None]] = []
        self._by_key: dict[tuple[str, str], str] = {}
        self.ledger = Ledger(folder / "platform.jsonl" if folder else None)
        for record in self.ledger.records():
            self._apply(record)

    def fault(self, operation: str, room: str) -> Fault | None:
        """The fault that this request meets, if any."""
        with self.lock:
            return next((FAULTS[standing.name] for standing in self.faults if standing.strikes(operation, room)), None)

    # --- what people do; nobody asks whether they may --------------------------------------------------------------------
    def open_room(self, room: str, name: str, members: dict[str, str]) -> None:
        """Make or rename a room and add members; what is already so is not recorded again."""
        with self.lock:
            if room not in self.rooms or self.rooms[room].name != name:
                self._record(type="room" if room not in self.rooms else "renamed", room=room, name=name)
            for user, called in members.items():
                self.join(room, user, called)

    def join(self, room: str, user: str, name: str) -> None:
        """Somebody comes in, unless they are kept out."""
        with self.lock:
            found = self._room(room)
            if user in found.banned:
                raise Refusal(403, "banned")
            if user not in found.members:
                self._record(type="joined", room=room, user=user, name=name)

    def leave(self, room: str, user: str, *, by: str = "") -> None:
        """Somebody goes, or is removed `by` somebody."""
        with self.lock:
            if user in self._room(room).members:
                self._record(type="left", room=room, user=user, name=self.rooms[room].members[user], by=by or user)

    def dissolve(self, room: str, *, by: str) -> None:
        """The room is no more."""
        with self.lock:
            self._room(room)
            self._record(type="dissolved", room=room, user=by)

    def set_up(self, room: str, *, without: Iterable[str] = (), demoted: Iterable[str] = ()) -> None:
        """What the room does not offer (rooms.OFFERS), and which accounts may only speak there."""
        with self.lock:
            found, missing = self._room(room), sorted(set(without))
            if set(missing) - OFFERS:
                raise Refusal(422, "no_such_offer")
            if (found.without, found.demoted) != (frozenset(missing), frozenset(demoted)):
                self._record(type="settings", room=room, without=missing, demoted=sorted(set(demoted)))

    def set_mode(self, *, idempotent: bool, readable: bool) -> None:
        """For the whole platform; it stays so after a restart."""
        with self.lock:
            if (self.idempotent, self.readable) != (idempotent, readable):
                self._record(type="mode", room="", idempotent=idempotent, readable=readable)

    def push_to(self, account: str, url: str, secret: str) -> None:
        """From now on an account's events are pushed there too; to an empty address no more."""
        if url and not secret:
            raise Refusal(422, "no_secret")
        with self.lock:
            self._record(type="hook", room="", account=account, url=url, secret=secret)

    # --- what accounts do --------------------------------------------------------------------------------------------------
    def say(self, room: str, user: str, text: str, *, key: str = "") -> str:
        """A message; returns its id. The same key gives the same message, unless the platform was told not to be idempotent."""
        with self.lock:
            found, done = self.room_for(room, user), self._done(room, key)
            if not done and found.muted_until(user, self.now()) is not None:
                raise Refusal(403, "muted")
            return done or self._record(type="message", room=room, user=user, name=found.members[user], text=words(text), key=key)

    def act(self, verb: str, room: str, order: Order) -> str:
        """Anything else (acts.ACTS); returns the id of the fact. The same key is the same act, as for `say`."""
        with self.lock:
            found = self.room_for(room, order.by)
            if verb in found.without:
                raise Refusal(405, "not_offered")
            if verb not in found.may(order.by):
                raise Refusal(403, "no_right")
            done = self._done(room, order.key)
            return done or self._record(room=room, key=order.key, **ACTS[verb](found, order, self.now()))

    def _done(self, room: str, key: str) -> str:
        return self._by_key.get((room, key), "") if key and self.idempotent else ""

    # --- reading -------------------------------------------------------------------------------------------------------
    def rooms_of(self, user: str) -> list[Room]:
        """The rooms somebody is in."""
        with self.lock:
            return [room for room in self.rooms.values() if user in room.members and not room.dissolved]

    def room_for(self, room: str, user: str) -> Room:
        """A room as one of its members sees it."""
        with self.lock:
            found = self._room(room)
            if user not in found.members:
                raise Refusal(403, "forbidden")
            return found

    def knows(self, room: str, key: str) -> bool:
        """Whether something was done under a key."""
        return (room, key) in self._by_key

    def find(self, room: str, key: str) -> str | None:
        """The id of what was done under a key."""
        if not self.readable:
            raise Refusal(405, "not_readable")
        return self._by_key.get((room, key))

    def since(self, seq: int, user: str, limit: int) -> tuple[list[dict[str, Any]], int]:
        """What happened in the rooms of `user` after `seq`, oldest first, and the number to go on with."""
        with self.lock:
            rows = self.history[seq : seq + limit]
            return [row for row in rows if self.concerns(row, user)], seq + len(rows)

    def concerns(self, row: dict[str, Any], user: str) -> bool:
        """Whether somebody is told of a fact: they are in its room, or it is about their going."""
        room = self.rooms.get(row["room"])
        if room is None or (row["type"] == "whisper" and user not in (row["user"], row["to"])):
            return False
        return user in room.members or (row["type"] in {"left", "banned"} and row["user"] == user)

    def _room(self, room: str) -> Room:
        if room not in self.rooms or self.rooms[room].dissolved:
            raise Refusal(404, "no_such_room")
        return self.rooms[room]

    def _record(self, **fact: Any) -> str:
        return self.record_all([fact])[0]

    def record_all(self, facts: Iterable[dict[str, Any]]) -> list[str]:
        """Record facts that were looked at, in one write; returns their ids. A fact may bring its own id and time."""
        with self.lock:
            begin = len(self.history) + 1
            records = [{"seq": n, "id": f"e{n}", "at": self.now().isoformat(), **fact} for n, fact in enumerate(facts, begin)]
            self.ledger.append(*records)
            for record in records:
                self._apply(record)
                for listener in self.listeners:
                    listener(record)
        return [str(record["id"]) for record in records]

    def _apply(self, record: dict[str, Any]) -> None:
        self.history.append(record)
        if record["type"] == "mode":
            self.idempotent, self.readable = record["idempotent"], record["readable"]
        elif record["type"] == "hook":
            self.hooks[record["account"]] = (record["url"], record["secret"])
        elif record["type"] == "community":
            self.communities[record["name"]] = record["about"]
        else:
            self.rooms.setdefault(record["room"], Room(record["room"], "")).apply(record)
            if record.get("key"):
                self._by_key.setdefault((record["room"], record["key"]), record["id"])
