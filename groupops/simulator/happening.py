"""One thing that happens in a room of the community, under a key that is the same in every run."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Happening:
    """`verb` is say, join, leave or rename; `part` says what part a line plays (question, answer, advert …): for tests, never told.

    `at` is in UTC. `by` is who removed `user`; `reply_to` the key of the line that is answered.
    """

    key: str
    at: datetime
    room: str
    verb: str
    user: str
    name: str
    text: str = ""
    reply_to: str = ""
    by: str = ""
    part: str = ""

    def fact(self) -> dict[str, Any]:
        """As the platform takes it."""
        values = {"key": self.key, "at": self.at.isoformat(), "room": self.room, "verb": self.verb, "user": self.user, "name": self.name}
        return values | {name: value for name in ("text", "reply_to", "by") if (value := getattr(self, name))}

    def line(self) -> str:
        """As a line of an export: with its part, byte for byte the same wherever it is written."""
        return json.dumps(self.fact() | ({"part": self.part} if self.part else {}), ensure_ascii=False, separators=(",", ":"))


def utc(moment: datetime) -> datetime:
    """The moment in UTC, to the second."""
    return moment.astimezone(UTC).replace(microsecond=0)
