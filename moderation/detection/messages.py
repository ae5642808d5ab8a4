"""One message as detectors see it, and what they say of it."""

from dataclasses import dataclass, field
from datetime import datetime

Span = tuple[int, int]

OLD = 999  # messages before this one, of a member whose probation is long over


@dataclass(frozen=True, slots=True)
class Message:
    """A message: who, where, when, what. `posts_before` counts the member's earlier messages in this group, for probation."""

    key: int
    group: int
    author: int
    at: datetime
    text: str
    posts_before: int = OLD
    joined_at: datetime | None = None
    mentions: int = 0
    pictures: int = 0
    mentions_all: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that a message touches. `score` is 1.0 where there is no doubt; `spans` are places in the original text, possibly none.

    `reason` is a msgid with %(name)s for `parameters`: it is translated when it is shown, and may hold words of the message.
    `sure`: what saw it may act upon it alone, if its rule is meant to.
    """

    message: int
    rule: int
    kind: str
    offence: str
    score: float
    spans: tuple[Span, ...]
    reason: str
    parameters: dict[str, str | int] = field(default_factory=dict)
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """What one detector saw in the message at `place` of a batch: a Hit that does not know its rule yet."""

    place: int
    reason: str
    spans: tuple[Span, ...] = ()
    parameters: dict[str, str | int] = field(default_factory=dict)
    score: float = 1.0
    sure: bool = True
