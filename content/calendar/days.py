"""What the days of a window are: public holidays, make-up workdays, festivals, the theme of the day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from content import holidays, queries
from content.policy import holds
from groupops.groups.models import Group, Kind


@dataclass(frozen=True)
class DayNote:
    """A day that is more than its weekday. `mark` is 休, 班 or empty."""

    day: date
    mark: str = ""
    name: str = ""
    theme: str = ""

    @property
    def label(self) -> str:
        """Festival and mark as they stand in the day's head: "国庆节 · 休"."""
        return " · ".join(filter(None, (self.name, self.mark)))


def notes(days: Iterable[date], themes: dict[date, str] | None = None) -> dict[date, DayNote]:
    """The notes of those days that have one."""
    found = (DayNote(day, holidays.mark(day) or "", holidays.festival_name(day), (themes or {}).get(day, "")) for day in days)
    return {note.day: note for note in found if note.mark or note.name or note.theme}


def unpublished(days: Iterable[date]) -> list[int]:
    """The years among them whose make-up days the State Council has not told yet (调休未公布)."""
    return [year for year in sorted({day.year for day in days}) if not holidays.published(year)]


def themes(group: Group | None, kind: Kind | None, days: Iterable[date]) -> dict[date, str]:
    """What each day is about, where the calendar is of one group or of one kind of groups; one query at most."""
    rows = queries.themes_for([group])[group.pk] if group else queries.themes_of_kind(kind) if kind else []
    found = ((day, next((row.title for row in rows if row.enabled and holds(row.weekdays, day)), "")) for day in days)
    return {day: title for day, title in found if title}
