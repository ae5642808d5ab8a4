"""The same thing done to several cases: which were done, and which not and why."""

from collections.abc import Callable, Sequence

from groupops.shared import skipping
from groupops.shared.errors import Refused
from moderation.models import Case

Many = skipping.Many[Case]


def each(cases: Sequence[Case], work: Callable[[Case], Case]) -> Many:
    """Carry `work` out on each, each in a transaction of its own: one that is refused holds up nobody."""
    result = Many()
    for case in cases:
        try:
            result.done.append(work(case))
        except Refused as refusal:
            result.skipped.append((case, refusal.message))
    return result
