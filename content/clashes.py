"""What speaks against a moment for a post: another post of the group at the same minute or close by, the same text again. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.groups.policy.values import setting

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class ClashRule:
    """Policy content.clashes: how close is too close, and for how long the same text is doubted."""

    title: ClassVar[Promise] = _("Posts that come too close")
    gap_minutes: int = setting(30, _("warn of another post of the group within"), low=0, high=720, unit=_("minutes"))
    same_text_days: int = setting(
        7, _("warn of the same text within"), low=0, high=90, unit=_("days"), help=_("0: never. Days of the same schedule do not count.")
    )

    @property
    def gap(self) -> timedelta:
        """As a span."""
        return timedelta(minutes=self.gap_minutes)

    @property
    def reach(self) -> timedelta:
        """How far around a moment one must look."""
        return max(self.gap, timedelta(days=self.same_text_days), MINUTE)


class Sort(StrEnum):
    """What is wrong; only the same minute cannot be kept."""

    SAME_MINUTE = "same_minute"
    NEAR = "near"
    SAME_TEXT = "same_text"


@dataclass(frozen=True)
class Standing:
    """What is said to the group, or will be: a post, or an occurrence of a schedule. `series` is the schedule's id."""

    due_at: datetime
    title: str
    text: str
    series: int | None = None
    post: int | None = None
    slot: int | None = None


@dataclass(frozen=True)
class Doubt:
    """One thing that speaks against it."""

    sort: Sort
    other: Standing


def doubts_about(new: Standing, others: Iterable[Standing], rule: ClashRule) -> list[Doubt]:
    """What speaks against `new`, the worst first and the nearest before the farther."""
    order = list(Sort)
    found = [Doubt(sort, other) for other in others if (sort := _sort(new, other, rule))]
    return sorted(found, key=lambda doubt: (order.index(doubt.sort), abs(doubt.other.due_at - new.due_at)))


def _sort(new: Standing, other: Standing, rule: ClashRule) -> Sort | None:
    apart = abs(new.due_at - other.due_at)
    if _minute(new.due_at) == _minute(other.due_at):
        return Sort.SAME_MINUTE
    if apart < rule.gap:
        return Sort.NEAR
    if apart <= timedelta(days=rule.same_text_days) and _same(new, other):
        return Sort.SAME_TEXT
    return None


def _same(new: Standing, other: Standing) -> bool:
    return not (new.series and new.series == other.series) and bool(new.text) and _squeezed(new.text) == _squeezed(other.text)


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
