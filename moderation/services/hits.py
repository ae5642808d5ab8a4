"""How many messages each rule caught."""

from collections import Counter
from datetime import date

from groupops.shared import bulk
from moderation.models import RuleDay


def count(*, hits: Counter[tuple[int, int, date, bool]]) -> None:
    """Add to what rules caught: (rule, group, day, only rehearsed) → messages."""
    both: Counter[tuple[int, int, date]] = Counter()
    rehearsed: Counter[tuple[int, int, date]] = Counter()
    for (rule, group, day, only), n in hits.items():
        both[rule, group, day] += n
        rehearsed[rule, group, day] += n * only
    if both:
        bulk.add(RuleDay, ["rule", "group", "day"], ["hits", "rehearsed"], [(*key, n, rehearsed[key]) for key, n in both.items()])
