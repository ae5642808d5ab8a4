"""A violating message does not count for the tier: taken out of the member's day, and given back when the case is overruled."""

from collections import Counter
from collections.abc import Collection
from datetime import date

from django.db.models import Case as When
from django.db.models import F, Q, Value
from django.db.models import When as If

from groupops.shared import bulk
from members.models import DailyActivity
from moderation.models import Evidence


def withhold(case_ids: Collection[int]) -> None:
    """Take the messages of these cases out of their authors' days. Twice is once."""
    rows = list(Evidence.objects.filter(case__in=case_ids, withheld=False).values_list("pk", "case__membership", "day"))
    for (membership, day), n in sorted(_by_day(rows).items()):
        known = DailyActivity.objects.filter(membership=membership, day=day)
        known.update(messages=When(If(Q(messages__gte=n), then=F("messages") - n), default=Value(0)))
    Evidence.objects.filter(pk__in=[pk for pk, _membership, _day in rows]).update(withheld=True)


def give_back(case_ids: Collection[int]) -> None:
    """Count them after all. Twice is once."""
    rows = list(Evidence.objects.filter(case__in=case_ids, withheld=True).values_list("pk", "case__membership", "day"))
    added = [(membership, day, n) for (membership, day), n in _by_day(rows).items()]
    if added:
        bulk.add(DailyActivity, ["membership", "day"], ["messages"], added)
    Evidence.objects.filter(pk__in=[pk for pk, _membership, _day in rows]).update(withheld=False)


def _by_day(rows: Collection[tuple[int, int, date]]) -> Counter[tuple[int, date]]:
    return Counter((membership, day) for _pk, membership, day in rows)
