"""When a schedule's slots fall: wall-clock rules in the group's zone, by the official Chinese calendar where they ask it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from content import holidays as calendar
from content.holidays import DayKind
from content.policy.states import Holidays
from content.policy.weekdays import WEEKEND, WORKDAYS
from groupops.shared.wall import wall_moment

HORIZON = timedelta(days=8)  # slots are rows this far ahead
LOOK_AHEAD = timedelta(days=800)  # how far a preview searches for the next days; any rule that falls at all falls within two years
REACH = timedelta(days=3660)  # a schedule begins and ends no further away than this


def holds(mask: int, day: date, holidays: str = Holidays.CALENDAR) -> bool:
    """Whether a mask of weekdays means the day, given what the official calendar says of it.

    By the calendar a public holiday on a weekday is a weekend day and a worked weekend day is a workday: only a mask that has the whole
    weekend, or all five workdays, falls on such a day. So the seed's workday and weekend plans change places with the calendar.
    """
    on_weekday = bool(mask >> day.weekday() & 1)
    if holidays == Holidays.USUAL:
        return on_weekday
    if holidays == Holidays.FESTIVAL:
        return on_weekday and bool(calendar.festivals(day))
    official = calendar.day_kind(day)
    if holidays == Holidays.SILENT:
        return on_weekday and official != DayKind.HOLIDAY
    if holidays == Holidays.GIVES_WAY and calendar.festivals(day):
        return False
    if official == DayKind.HOLIDAY and day.weekday() < 5:
        return mask & WEEKEND == WEEKEND
    return mask & WORKDAYS == WORKDAYS if official == DayKind.MAKE_UP else on_weekday


@dataclass(frozen=True)
class Rule:
    """A wall-clock rule. `weekdays` is a mask: bit 0 is Monday. `holidays` says what the official calendar means for it."""

    weekdays: int
    at: time
    zone: str
    start: date
    end: date | None = None
    skip: frozenset[date] = frozenset()
    holidays: str = Holidays.USUAL

    def falls_on(self, day: date) -> bool:
        """Whether the rule has a slot on the local day."""
        inside = self.start <= day and (self.end is None or day <= self.end)
        return inside and day not in self.skip and holds(self.weekdays, day, self.holidays)

    def moment(self, day: date) -> datetime:
        """The moment of the local day's slot, in UTC: a gap moves to the first valid minute, an overlap takes the first."""
        return wall_moment(day, self.at, self.zone)

    def days(self, first: date, last: date) -> Iterator[date]:
        """The local days with a slot from `first` to `last`, both included."""
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            if self.falls_on(day):
                yield day

    def first_after(self, moment: datetime) -> date:
        """The first local day whose slot, should the rule fall on it, lies after `moment`: today, or tomorrow when today's time is over."""
        today = local_day(moment, self.zone)
        return today if self.moment(today) > moment else today + timedelta(days=1)

    def upcoming(self, moment: datetime, count: int = 5) -> list[tuple[date, datetime]]:
        """The next `count` slots after `moment`: (local day, moment in UTC)."""
        first = max(self.start, self.first_after(moment))
        if first - local_day(moment, self.zone) > REACH:  # the calendar itself ends somewhere
            return []
        return [(day, self.moment(day)) for day in islice(self.days(first, first + LOOK_AHEAD), count)]

    def without_skips(self) -> "Rule":
        """The same rule with no day left out."""
        return replace(self, skip=frozenset())


def local_day(moment: datetime, zone: str) -> date:
    """The date that the wall calendar of `zone` shows."""
    return moment.astimezone(ZoneInfo(zone)).date()
