"""A plan laid over the days of a week, with what the official calendar says of each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from content import holidays
from content.models import PlanLine, Schedule, Theme
from content.policy import holds

DAYS = 7


@dataclass(frozen=True)
class PlanDay:
    """A day: its mark (休, 班 or none), its festival's name, its theme, and what is said by time of day."""

    day: date
    mark: str
    festival: str
    theme: Theme | None
    said: Sequence[PlanLine | Schedule]


def week_of(said: Iterable[PlanLine | Schedule], themes: Sequence[Theme], first: date) -> list[PlanDay]:
    """The seven days from `first` on; what is switched off is left out."""
    rows = sorted((row for row in said if row.enabled), key=lambda row: (row.at, row.pk or 0))
    return [_day(first + timedelta(days=n), rows, themes) for n in range(DAYS)]


def _day(day: date, rows: Sequence[PlanLine | Schedule], themes: Sequence[Theme]) -> PlanDay:
    theme = next((row for row in themes if row.enabled and holds(row.weekdays, day)), None)
    return PlanDay(day, holidays.mark(day) or "", holidays.festival_name(day), theme, [row for row in rows if _falls(row, day)])


def _falls(row: PlanLine | Schedule, day: date) -> bool:
    return row.rule.falls_on(day) if isinstance(row, Schedule) else holds(row.weekdays, day, row.holidays)


def unpublished(days: Iterable[date]) -> list[int]:
    """The years among the days whose make-up days nobody has published yet (调休未公布)."""
    return sorted({day.year for day in days if not holidays.published(day.year)})
