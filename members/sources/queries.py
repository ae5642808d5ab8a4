"""Reads of the sources: the list, and how many came from each and stayed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from groupops.accounts.models import User
from groupops.groups import access
from members.models import Membership, Source

STAY = timedelta(days=30)


@dataclass(frozen=True)
class Came:
    """Those who came from one source: how many, how many so long ago that their stay can be judged, how many of these stayed."""

    joined: int = 0
    judged: int = 0
    stayed: int = 0

    @property
    def rate(self) -> int | None:
        """Percent of the judged who stayed; None while nobody can be judged."""
        return round(100 * self.stayed / self.judged) if self.judged else None


def sources(*, archived: bool) -> QuerySet[Source]:
    """The list, in its order."""
    return Source.objects.filter(archived=archived).order_by("position", "name", "pk")


def came(user: User, at: datetime) -> dict[int, Came]:
    """Memberships by source in the groups the reader sees, each of them one (人次). One query.

    Whoever left and came back is judged by the present stay. A stay counts once 30 days have passed since it began.
    """
    seen = Membership.objects.filter(group__in=access.visible_to(user), source__isnull=False)
    return {row["source"]: Came(row["joined"], row["judged"], row["stayed"]) for row in stays(seen, at, "source")}


def stays(rows: QuerySet[Membership], at: datetime, *by: str) -> Iterable[dict[str, Any]]:
    """Of memberships, by some columns: joined, judged (began 30 days ago) and stayed (there for 30 days)."""
    old = Q(joined_at__lte=at - STAY)
    found: Iterable[dict[str, Any]] = (
        rows.order_by()
        .values(*by)
        .annotate(
            joined=Count("pk"),
            judged=Count("pk", filter=old),
            stayed=Count("pk", filter=old & (Q(left_at=None) | Q(left_at__gte=F("joined_at") + STAY))),
        )
    )
    return found
