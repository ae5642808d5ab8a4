"""Which days and which groups a calendar shows."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.db.models import QuerySet

from groupops.groups.models import Group
from groupops.shared.wall import wall_moment

DAY = timedelta(days=1)
LONGEST = 62  # days of one answer
AGENDA = 14  # days of an agenda


class View(StrEnum):
    """How the calendar is looked at."""

    MONTH = "month"
    WEEK = "week"
    AGENDA = "agenda"


@dataclass(frozen=True)
class Window:
    """The local days from `first` to `last` (both included, at most LONGEST) on the wall clock of `zone`, for `groups`."""

    groups: QuerySet[Group]
    first: date
    last: date
    zone: str
    post_kind: str = ""
    state: str = ""
    cancelled: bool = False  # posts that were taken back too, whatever the state
    coarse: bool = False  # of so many groups that different titles of one kind at one moment are one entry too

    @property
    def since(self) -> datetime:
        """The first moment."""
        return wall_moment(self.first, time(), self.zone)

    @property
    def until(self) -> datetime:
        """The first moment after it."""
        return wall_moment(self.last + DAY, time(), self.zone)

    @property
    def days(self) -> list[date]:
        """Every day of it."""
        return [self.first + number * DAY for number in range((self.last - self.first).days + 1)]


def days_of(view: View, on: date) -> tuple[date, date]:
    """The first and last day that a view on `on` shows; weeks begin on Monday, a month shows whole weeks."""
    if view == View.AGENDA:
        return on, on + (AGENDA - 1) * DAY
    first, last = (on.replace(day=1), (on.replace(day=28) + 4 * DAY).replace(day=1) - DAY) if view == View.MONTH else (on, on)
    return first - first.weekday() * DAY, last + (6 - last.weekday()) * DAY


def turned(view: View, on: date, by: int) -> date:
    """The date one page on (`by` 1) or back (-1)."""
    if view == View.MONTH:
        return (on.replace(day=28) + 4 * DAY).replace(day=1) if by > 0 else (on.replace(day=1) - DAY).replace(day=1)
    return on + by * (7 if view == View.WEEK else AGENDA) * DAY
