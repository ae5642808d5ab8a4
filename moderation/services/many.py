"""The same thing done to several cases: which were done, and which not and why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise

from groupops.shared.errors import Refused
from moderation.models import Case


@dataclass
class Many:
    """What became of several cases."""

    done: list[Case] = field(default_factory=list)
    skipped: list[tuple[Case, str | Promise]] = field(default_factory=list)


def each(cases: Sequence[Case], work: Callable[[Case], Case]) -> Many:
    """Carry `work` out on each, each in a transaction of its own: one that is refused holds up nobody."""
    result = Many()
    for case in cases:
        try:
            result.done.append(work(case))
        except Refused as refusal:
            result.skipped.append((case, refusal.message))
    return result
