"""The messages of one screening and what stands before them, each text folded once for all detectors."""

from collections.abc import Sequence
from functools import cached_property
from typing import Protocol

from moderation.detection.messages import Found, Message
from moderation.detection.normal import Folded


class Batch:
    """`messages` are judged; `before` are those that came earlier, for whoever counts."""

    def __init__(self, messages: Sequence[Message], before: Sequence[Message] = ()) -> None:
        self.messages = messages
        self.before = before

    @cached_property
    def folded(self) -> list[Folded]:
        """The messages' texts, in their order."""
        return [Folded(message.text) for message in self.messages]

    @cached_property
    def timeline(self) -> list[tuple[Message, int | None]]:
        """Everything in the order in which it was said, with its place among the judged ones; what is in both is judged."""
        judged = {message.key for message in self.messages}
        rows: list[tuple[Message, int | None]] = [(message, None) for message in self.before if message.key not in judged]
        rows += [(message, place) for place, message in enumerate(self.messages)]
        return sorted(rows, key=lambda row: (row[0].at, row[0].key))


class Looks(Protocol):
    """One kind of detector, made for one rule's settings."""

    def look(self, batch: Batch) -> list[Found]:
        """What it sees, at most once a message."""
        ...
