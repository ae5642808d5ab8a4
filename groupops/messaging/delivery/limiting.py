"""Rate limits, counted in the database from the attempts themselves: a flushed Redis resets nothing, a restart forgets nothing.

Source: "Rate hints are declared by the adapter and enforced once, outside, in the database", docs/explanation/messaging.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from groupops.messaging.adapter import Scope
from groupops.messaging.models import Attempt, Delivery, Limit


@dataclass(frozen=True)
class Full:
    """A limit is used up until then, for the whole connection or for one group."""

    until: datetime
    whole: bool


def full(delivery: Delivery, limits: Sequence[Limit], at: datetime, *, calls: int = 1) -> Full | None:
    """The limit that keeps this delivery waiting longest; None: go. In a transaction: it queues up behind others who ask.

    `calls`: how many calls of the platform it takes, one a part. What is larger than a whole limit goes when the limit is empty.
    """
    if not limits:
        return None
    list(Limit.objects.select_for_update().filter(pk__in=[limit.pk for limit in limits]).order_by("pk"))
    waits = [wait for limit in limits if (wait := _wait(delivery, limit, at, calls)) is not None]
    return max(waits, key=lambda wait: wait.until, default=None)


def _wait(delivery: Delivery, limit: Limit, at: datetime, calls: int) -> Full | None:
    span = timedelta(seconds=limit.seconds)
    spent, room = 0, max(limit.times - calls, 0)
    rows = used(limit, delivery, since=at - span).order_by("-started_at", "-pk")
    for started, parts in rows.values_list("started_at", "calls"):  # from the newest: the one that is too much must grow old first
        spent += parts
        if spent > room:
            return Full(started + span, whole=limit.scope == Scope.CONNECTION)
    return None


def used(limit: Limit, delivery: Delivery, *, since: datetime) -> QuerySet[Attempt]:
    """The attempts that count towards a limit."""
    rows = Attempt.objects.filter(delivery__connection=limit.connection_id, started_at__gt=since)
    return rows.filter(delivery__group=delivery.group_id) if limit.scope == Scope.GROUP else rows
