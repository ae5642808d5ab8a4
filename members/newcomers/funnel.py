"""Newcomers that stay: joined → introduced → spoke → answered → second week → day 30, by month, group and source. One query each."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate, TruncMonth
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.models import Group
from members.models import DailyActivity, Newcomer

WEEK2, DAY30 = timedelta(days=14), timedelta(days=30)  # from then on it is known whether somebody spoke, or stayed
STEPS: dict[str, Promise] = {
    "joined": _("Joined"),
    "introduced": _("Introduced themselves"),
    "spoke": _("Spoke"),
    "answered": _("Were answered"),
    "second_week": _("Spoke in the second week"),
    "stayed": _("Still there on day 30"),
}
MOST = 200  # rows of a table


@dataclass(frozen=True)
class Step:
    """How many reached a step, of those who could: who joined too lately for it is not counted against it."""

    key: str
    label: str | Promise
    count: int
    of: int

    @property
    def rate(self) -> int | None:
        """In percent; None where nobody could."""
        return round(100 * self.count / self.of) if self.of else None


@dataclass(frozen=True)
class Line:
    """One row of a table: a month, a group, a source."""

    name: Any
    steps: tuple[Step, ...]


def newcomers(user: User, at: datetime, *, months: int, group: Group | None = None) -> QuerySet[Newcomer]:
    """Who joined in the last months, in the groups a reader sees; distinct humans of each group (去重)."""
    groups = access.visible_to(user) if group is None else [group]
    rows = Newcomer.objects.filter(group__in=groups, joined_at__gt=at - timedelta(days=31 * months), joined_at__lte=at)
    rows = rows.filter(membership__same_as=None)
    rows = rows.annotate(week2=TruncDate(F("joined_at") + timedelta(days=7)), week3=TruncDate(F("joined_at") + WEEK2))
    spoke = DailyActivity.objects.filter(messages__gt=0, day__gte=OuterRef("week2"), day__lt=OuterRef("week3"))
    own, others = spoke.filter(membership=OuterRef("membership")), spoke.filter(membership__same_as=OuterRef("membership"))
    return rows.annotate(again=Exists(own) | Exists(others))


def counted(at: datetime) -> dict[str, Any]:
    """The aggregates of the steps; with `_of` those that could reach the two late ones."""
    old, older = Q(joined_at__lte=at - WEEK2), Q(joined_at__lte=at - DAY30)
    there = Q(membership__left_at=None) | Q(membership__left_at__gte=F("joined_at") + DAY30)
    return {
        "joined": Count("pk"),
        "introduced": Count("pk", filter=Q(introduced_at__isnull=False)),
        "spoke": Count("pk", filter=Q(first_spoke_at__isnull=False)),
        "answered": Count("pk", filter=Q(answered_at__isnull=False)),
        "second_week": Count("pk", filter=old & Q(again=True)),
        "second_week_of": Count("pk", filter=old),
        "stayed": Count("pk", filter=older & there),
        "stayed_of": Count("pk", filter=older),
    }


def _steps(found: dict[str, int]) -> tuple[Step, ...]:
    return tuple(Step(key, label, found[key] or 0, found.get(f"{key}_of", found["joined"]) or 0) for key, label in STEPS.items())


def total(rows: QuerySet[Newcomer], at: datetime) -> tuple[Step, ...]:
    """The whole funnel."""
    return _steps(rows.order_by().aggregate(**counted(at)))


def by_month(rows: QuerySet[Newcomer], at: datetime) -> list[Line]:
    """By month of joining, the latest first."""
    return _by(rows.annotate(month=TruncMonth("joined_at")), "month", at, "-month")


def by_group(rows: QuerySet[Newcomer], at: datetime) -> list[Line]:
    """By group, the most newcomers first."""
    return _by(rows, "group__name", at, "-joined", "group__name")


def by_source(rows: QuerySet[Newcomer], at: datetime) -> list[Line]:
    """By where they came from, the most newcomers first; None: nobody knows."""
    return _by(rows, "membership__source__name", at, "-joined", "membership__source__name")


def _by(rows: QuerySet[Newcomer], column: str, at: datetime, *order: str) -> list[Line]:
    found: Any = rows.order_by().values(column).annotate(**counted(at))
    return [Line(row[column], _steps(row)) for row in found.order_by(*order)[:MOST]]
