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


def full(delivery: Delivery, limits: Sequence[Limit], at: datetime) -> Full | None:
    """The limit that keeps this delivery waiting longest; None: go. In a transaction: it queues up behind others who ask.

    A call of several parts counts as many. A delivery larger than a whole limit goes when nothing else was sent in its time.
    """
    if not limits:
        return None
    list(Limit.objects.select_for_update().filter(pk__in=[limit.pk for limit in limits]).order_by("pk"))
    waits = [wait for limit in limits if (wait := _wait(delivery, limit, at)) is not None]
    return max(waits, key=lambda wait: wait.until, default=None)


def _wait(delivery: Delivery, limit: Limit, at: datetime) -> Full | None:
    span = timedelta(seconds=limit.seconds)
    calls = list(used(limit, delivery, since=at - span).order_by("-started_at", "-pk").values_list("started_at", "calls"))
    spent = 0
    for started, parts in calls:  # from the newest: the one that fills the limit up must grow old first
        spent += parts
        if spent >= limit.times:
            return Full(started + span, whole=limit.scope == Scope.CONNECTION)
    return None


def used(limit: Limit, delivery: Delivery, *, since: datetime) -> QuerySet[Attempt]:
    """The attempts that count towards a limit."""
    rows = Attempt.objects.filter(delivery__connection=limit.connection_id, started_at__gt=since)
    return rows.filter(delivery__group=delivery.group_id) if limit.scope == Scope.GROUP else rows
