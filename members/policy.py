"""What joins, leaves and messages say about a stay: pure decisions that end the same in whatever order they arrive."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from groupops.inbound.turn import Moved

RECENT_DAYS = 30  # of the roster's message count
SPARK_DAYS = 60  # of a profile's activity line


class How(StrEnum):
    """How somebody left, as the platform says."""

    LEFT = "left"
    KICKED = "kicked"
    UNKNOWN = "unknown"


SPOKE = 5  # the place of last_spoke_at in Presence.values
HOWS = frozenset[str](How)


class Stay(Protocol):
    """What is kept of a person's presence in a group (a Membership). Present while `left_at` is None."""

    joined_at: datetime
    join_seen: bool  # a join event told us; otherwise joined_at is the first sign
    left_at: datetime | None
    left_how: str
    rejoins: int
    last_spoke_at: datetime | None
    invited_by: int | None  # the person who invited them to the stay that began at joined_at


@dataclass(slots=True)
class Known:
    """A person as the pipeline needs them; a batch meets hundreds, and a model instance costs ten times as much."""

    pk: int
    remote_id: str
    name: str
    named_at: datetime
    merged_into_id: int | None


@dataclass(slots=True)
class Presence:
    """A membership that a batch works on: what Stay asks for, and what it was."""

    pk: int
    joined_at: datetime
    join_seen: bool
    left_at: datetime | None
    left_how: str
    rejoins: int
    last_spoke_at: datetime | None
    invited_by: int | None = None
    is_new: bool = False  # made by this batch, and still without its first event
    was: tuple[Any, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.was = self.values()

    def values(self) -> tuple[Any, ...]:
        """What is written back, in the order of the columns above."""
        return (self.joined_at, self.join_seen, self.left_at, self.left_how, self.rejoins, self.last_spoke_at, self.invited_by)

    @property
    def only_spoke(self) -> bool:
        """Whether nothing but the time when they last spoke may have changed."""
        return self.values() == (*self.was[:SPOKE], self.last_spoke_at, *self.was[SPOKE + 1 :])


def spoke(stay: Stay, at: datetime) -> Moved | None:
    """A message of theirs occurred at `at`. Whoever speaks after having left is back, though nobody told us."""
    stay.last_spoke_at = max(stay.last_spoke_at or at, at)
    if stay.left_at is not None and at > stay.left_at:
        return _back(stay, at, seen=False)
    if not stay.join_seen:
        stay.joined_at = min(stay.joined_at, at)
    return None


def found(stay: Stay, at: datetime) -> Moved | None:
    """A look at the list of members found them at `at`: they are there, whatever we were told before."""
    if stay.left_at is not None and at > stay.left_at:
        return _back(stay, at, seen=False)
    if not stay.join_seen:
        stay.joined_at = min(stay.joined_at, at)
    return None


def joined(stay: Stay, at: datetime, by: int | None = None) -> Moved | None:
    """A join occurred at `at`, on the invitation of the person `by`; an old one only completes what we know."""
    if stay.left_at is not None and at >= stay.left_at:
        moved = _back(stay, at, seen=True)
        stay.invited_by = by
        return moved
    if not stay.join_seen or at > stay.joined_at:
        stay.invited_by = by
    elif at == stay.joined_at:
        stay.invited_by = stay.invited_by or by
    stay.joined_at = max(stay.joined_at, at) if stay.join_seen else at
    stay.join_seen = True
    return None


def left(stay: Stay, at: datetime, how: str) -> Moved | None:
    """A leave occurred at `at`. One that is older than their latest sign of life ended an earlier stay: it counts as a return."""
    if stay.left_at is None:
        if at < max(stay.joined_at, stay.last_spoke_at or stay.joined_at):
            stay.rejoins += 1
            return None
    elif at != stay.left_at:  # two leaves: there was a return between them
        stay.rejoins += 1
        if at < stay.left_at:
            return None
    stay.left_at, stay.left_how = at, how if how in HOWS else How.UNKNOWN
    return Moved.LEFT


def _back(stay: Stay, at: datetime, *, seen: bool) -> Moved:
    stay.joined_at, stay.join_seen, stay.left_at, stay.left_how, stay.invited_by = at, seen, None, "", None
    stay.rejoins += 1
    return Moved.REJOINED
