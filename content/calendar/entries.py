"""One thing on the calendar. Groups that say the same at the same moment are one entry. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby
from operator import attrgetter


class Source(StrEnum):
    """What an entry is behind the calendar."""

    SLOT = "slot"  # an occurrence that is a row and has no post yet
    POST = "post"
    PLAN = "plan"  # an occurrence that the rule promises, behind the rows


# What needs a person comes first: it gives an entry of many groups its colour.
URGENCY = ("failed", "missed", "review", "draft", "approved", "scheduled", "planned", "sent", "skipped", "cancelled")


@dataclass(frozen=True)
class Part:
    """Some groups' share of an entry, in one state: `count` of them, `pk` and `group` those of the first.

    `group_name` and `zone` are told of a group that stands alone. An empty title stands for different ones. `pk` is the slot's, the
    post's or, of a plan, the schedule's; `day` is the local day of the group where it is a slot or a plan. `why` is the code of why it
    is, or will be, skipped or missed (content.policy.Why); of slots that were, it is told of a group that stands alone.
    """

    due_at: datetime
    title: str
    kind: str
    state: str
    source: Source
    count: int
    pk: int
    group: int
    group_name: str = ""
    zone: str = ""
    day: date | None = None
    why: str = ""


@dataclass(frozen=True)
class Entry:
    """What the calendar shows at one moment."""

    parts: tuple[Part, ...]

    @property
    def first(self) -> Part:
        """The part that needs a person most."""
        return self.parts[0]

    @property
    def due_at(self) -> datetime:
        """When."""
        return self.first.due_at

    @property
    def title(self) -> str:
        """What; empty where groups say it under different titles."""
        return self.first.title if len({part.title for part in self.parts}) == 1 else ""

    @property
    def state(self) -> str:
        """The state of the part that needs a person most."""
        return self.first.state

    @property
    def why(self) -> str:
        """Why it is skipped or missed, where all its parts have one reason."""
        whys = {part.why for part in self.parts}
        return self.first.why if len(whys) == 1 else ""

    @property
    def count(self) -> int:
        """How many groups."""
        return sum(part.count for part in self.parts)

    @property
    def states(self) -> dict[str, int]:
        """How many groups in which state."""
        found: Counter[str] = Counter()
        for part in self.parts:
            found[part.state] += part.count
        return dict(found)

    @property
    def single(self) -> Part | None:
        """The part, where it is one group's alone."""
        return self.first if self.count == 1 else None


def merged(parts: Iterable[Part], *, coarse: bool = False) -> list[Entry]:
    """The parts as entries, by time: the same title and kind at the same moment are one; coarsely, the same kind."""
    same = attrgetter("due_at", "kind") if coarse else attrgetter("due_at", "title", "kind")
    found = groupby(sorted(parts, key=lambda part: (*same(part), URGENCY.index(part.state), part.pk)), key=same)
    return [Entry(tuple(of)) for _key, of in found]
