"""What stands around a case: what was said before and after, what the member did earlier."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from groupops.inbound.models import StoredEvent
from groupops.messaging.adapter import EventKind
from moderation.models import Case, Evidence, Strike
from moderation.queries.standing import heads, of_human

NEAR = timedelta(minutes=10)
BEFORE = AFTER = 5
LAST = 10


def around(case: Case, said: Sequence[Evidence]) -> list[StoredEvent]:
    """Messages of the group just before and after the first one of a case, in order; without the case's own."""
    if not said:
        return []
    at, own = said[0].at, [one.event_id for one in said]
    rows = StoredEvent.objects.filter(group=case.group_id, kind=EventKind.MESSAGE).exclude(pk__in=own).exclude(text="")
    before = rows.filter(occurred_at__lte=at, occurred_at__gt=at - NEAR).order_by("-occurred_at", "-pk")[:BEFORE]
    after = rows.filter(occurred_at__gt=at, occurred_at__lt=at + NEAR).order_by("occurred_at", "pk")[:AFTER]
    return [*reversed(before), *after]


def history(case: Case, at: datetime) -> list[Strike]:
    """The member's strikes under all their identities here, the latest first; `counts` says whether it counts at `at`."""
    rows = of_human(heads([case.membership_id]).values()).exclude(case=case).select_related("case").order_by("-at", "-pk")[:LAST]
    found = list(rows)
    for row in found:
        row.counts = row.overruled_at is None and row.expires_at > at
    return found
