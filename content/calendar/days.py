"""What the days of a window are: public holidays, make-up workdays, festivals, the theme of the day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import ngettext

from content import holidays, queries
from groupops.groups.models import Group
from groupops.groups.policy import Lifecycle


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


def themes(groups: QuerySet[Group], days: Sequence[date]) -> dict[date, str]:
    """What each day is about in those of these groups that are not archived: of several themes the commonest. Two queries."""
    found = queries.placed(groups.exclude(lifecycle=Lifecycle.ARCHIVED))
    return {day: named(told) for day, told in queries.themes_on(found, days).items()}


def named(told: Sequence[tuple[str, int]]) -> str:
    """The commonest theme by its title, and how many others there are."""
    title, more = told[0][0], len(told) - 1
    return ngettext("%(title)s, %(n)d more theme", "%(title)s, %(n)d more themes", more) % {"title": title, "n": more} if more else title
