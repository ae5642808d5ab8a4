"""活跃热力图: how much is said in which hour of the week, and in which busy hours nobody is on duty. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.groups.policy.coverage import Coverage, Duty
from groupops.groups.policy.values import setting

WEEKS = 4  # that the map adds up; the day that has not ended is left out
LEVELS = 4  # shades of a cell, above none


@dataclass(frozen=True)
class Traffic:
    """Policy group.traffic. When an hour without anybody on duty is worth an alarm."""

    title: ClassVar[Promise] = _("Hours without anybody on duty")
    messages: int = setting(5, _("an hour is busy from"), low=1, high=10000, unit=_("messages a week"))
    alarm: bool = setting(True, _("alarm when nobody is on duty in it"), help=_("Only of groups that have a duty roster."))  # noqa: FBT003


@dataclass(frozen=True)
class HeatCell:
    """An hour of the week: messages a week in it, its shade (0 is none), and whether it is busy with nobody on duty."""

    weekday: int
    hour: int
    messages: float
    level: int
    is_gap: bool


def weeks_of(days: Iterable[date], today: date) -> int:
    """How many weeks of numbers there are, at most WEEKS; a group that is new has fewer, and is not averaged over silence it never had."""
    first = min(days, default=today)
    return max(1, min(WEEKS, ((today - first).days + 6) // 7))


def heat(
    counts: dict[tuple[int, int], int], weeks: int, duties: Sequence[Duty], traffic: Traffic, waking: Coverage
) -> list[list[HeatCell]]:
    """A row a weekday (Monday first), a cell an hour. `counts` are messages by (weekday, hour) over all of `weeks`."""
    most = max(counts.values(), default=0)
    return [
        [
            _cell(
                day,
                hour,
                counts.get((day, hour), 0),
                most,
                weeks,
                is_gap=_wanted(hour, waking) and not _covered(day, hour, duties),
                rule=traffic,
            )
            for hour in range(24)
        ]
        for day in range(7)
    ]


def _cell(weekday: int, hour: int, messages: int, most: int, weeks: int, *, is_gap: bool, rule: Traffic) -> HeatCell:
    a_week = messages / weeks
    level = -(-messages * LEVELS // most) if messages else 0
    return HeatCell(weekday, hour, round(a_week, 1), level, is_gap and a_week >= rule.messages)


def _wanted(hour: int, waking: Coverage) -> bool:
    return waking.waking_from <= hour < waking.waking_to


def _covered(weekday: int, hour: int, duties: Sequence[Duty]) -> bool:
    return any(duty.covers(weekday, hour) for duty in duties)


def gaps(rows: Iterable[Iterable[HeatCell]]) -> list[HeatCell]:
    """The busy hours in which nobody is on duty, the busiest first."""
    found = [cell for row in rows for cell in row if cell.is_gap]
    return sorted(found, key=lambda cell: (-cell.messages, cell.weekday, cell.hour))


def since(today: date) -> date:
    """The first day that the map counts."""
    return today - timedelta(weeks=WEEKS)
