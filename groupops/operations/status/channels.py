"""The channels as the status page shows them: proof of life, breaker, and how much of each limit is used."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, Sum

from groupops.messaging import queries as messaging
from groupops.messaging.adapter import Scope
from groupops.messaging.models import Attempt, Connection, Limit


@dataclass(frozen=True)
class Used:
    """A limit of the whole connection, and how much of it is spent."""

    times: int
    seconds: int
    used: int

    @property
    def percent(self) -> int:
        """Of the limit."""
        return min(100, round(100 * self.used / self.times))


@dataclass(frozen=True)
class Channel:
    """One connection; `seen_at` is the last thing that proves it lives, `resting_until` says that the breaker or a limit holds it."""

    connection: Connection
    seen_at: datetime | None
    resting_until: datetime | None
    limits: list[Used]


def channels(at: datetime) -> list[Channel]:
    """Every channel by name. Three queries, however many there are."""
    limits = list(Limit.objects.filter(scope=Scope.CONNECTION).order_by("connection_id", "seconds"))
    spent = _spent({limit.seconds for limit in limits}, at)
    return [
        Channel(
            connection=one,
            seen_at=max(filter(None, (one.last_sent_at, one.last_event_at, one.checked_at if one.health == "ok" else None)), default=None),
            resting_until=one.resting_until if one.resting_until and one.resting_until > at else None,
            limits=[Used(row.times, row.seconds, spent.get((one.pk, row.seconds), 0)) for row in limits if row.connection_id == one.pk],
        )
        for one in messaging.channels().order_by("name")
    ]


def _spent(spans: set[int], at: datetime) -> dict[tuple[int, int], int]:
    """Calls by connection and span."""
    if not spans:
        return {}
    recent = Attempt.objects.filter(started_at__gt=at - timedelta(seconds=max(spans)), delivery__connection__isnull=False)
    ordered = sorted(spans)
    sums = {f"n{span}": Sum("calls", filter=Q(started_at__gt=at - timedelta(seconds=span))) for span in ordered}
    rows = recent.order_by().values("delivery__connection").annotate(**sums).values_list("delivery__connection", *sums)
    return {(row[0], span): row[position] or 0 for row in rows for position, span in enumerate(ordered, start=1)}
