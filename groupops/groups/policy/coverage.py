"""值守覆盖: the hours in which somebody should be there, how long a question may wait, who is on duty when (product, §1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.groups.policy.values import ValueRefused, setting
from groupops.shared.wall import wall_moment

MINUTES = _("minutes")
# Seed: 每日运营安排, the three windows of the staff's duties, in hours.
WINDOWS: dict[str, tuple[int, int]] = {"morning": (8, 9), "noon": (12, 13), "evening": (19, 21)}
DAY_END = 24  # an hour of its own: midnight at the end of a day


@dataclass(frozen=True)
class Coverage:
    """Policy content.coverage. Waking time is what counts: nobody is late at night."""

    title: ClassVar[Promise] = _("Coverage")
    waking_from: int = setting(8, _("waking time from"), high=23, unit=_("o'clock"))
    waking_to: int = setting(22, _("waking time until"), low=1, high=DAY_END, unit=_("o'clock"))
    silence_hours: int = setting(4, _("alarm when nobody reacts for"), low=1, high=72, unit=_("hours of waking time"))
    content_by: int = setting(12, _("a day without content is missed from"), high=23, unit=_("o'clock"))
    goal_minutes: int = setting(60, _("answer questions within"), low=1, high=1440, unit=_("minutes of waking time"))
    followed_minutes: int = setting(
        10, _("somebody's next message counts as the answer within"), high=120, unit=MINUTES, help=_("0: only a reply or a mention counts.")
    )
    merge_minutes: int = setting(60, _("asking again within this is the same question"), high=1440, unit=MINUTES)
    lapse_days: int = setting(7, _("a question that nobody answers is closed after"), low=1, high=90, unit=_("days"))
    loud: bool = setting(False, _("tell staff outside the chat, too"), help=_("Alarms of coverage then count as critical."))  # noqa: FBT003

    def __post_init__(self) -> None:
        if self.waking_from >= self.waking_to:
            raise ValueRefused(_("Waking time ends after it begins."), field="waking_to")

    @property
    def silence(self) -> timedelta:
        """How much waking time without anybody is an alarm."""
        return timedelta(hours=self.silence_hours)

    @property
    def goal(self) -> timedelta:
        """How much waking time a question may wait."""
        return timedelta(minutes=self.goal_minutes)

    @property
    def lapse(self) -> timedelta:
        """After how long nobody waits for an answer any more."""
        return timedelta(days=self.lapse_days)


def hour_of(day: date, hour: int, zone: str) -> datetime:
    """When the wall clock of `zone` strikes `hour` (0–24) on the local day, in UTC."""
    return wall_moment(day + timedelta(days=hour // DAY_END), time(hour % DAY_END), zone)


def waking_between(start: datetime, end: datetime, zone: str, hours: Coverage) -> timedelta:
    """How much of the time from `start` to `end` is waking time in `zone`."""
    total = timedelta()
    for opening, closing in _waking(start, zone, hours):
        if opening >= end:
            break
        total += max(min(closing, end) - max(opening, start), timedelta())
    return total


def waking_until(start: datetime, span: timedelta, zone: str, hours: Coverage) -> datetime:
    """The moment at which `span` (longer than nothing) of waking time has passed since `start`."""
    left = span
    for opening, closing in _waking(start, zone, hours):
        here = max(closing - max(opening, start), timedelta())
        if here >= left:
            return max(opening, start) + left
        left -= here
    raise AssertionError("unreachable")


def _waking(start: datetime, zone: str, hours: Coverage) -> Iterator[tuple[datetime, datetime]]:
    """The waking times from the local day of `start` on, day by day, without end."""
    day = start.astimezone(ZoneInfo(zone)).date()
    while True:
        yield hour_of(day, hours.waking_from, zone), hour_of(day, hours.waking_to, zone)
        day += timedelta(days=1)


@dataclass(frozen=True)
class Duty:
    """Somebody is on duty on the days of a mask (bit 0 is Monday) from one hour to another of the group's wall clock."""

    who: str
    weekdays: int
    start: int
    end: int

    def covers(self, weekday: int, hour: int) -> bool:
        """Whether it includes the hour that begins then; Monday is 0."""
        return bool(self.weekdays >> weekday & 1) and self.start <= hour < self.end


def is_on_duty(duty: Duty, at: datetime, zone: str) -> bool:
    """Whether the duty includes the moment, on the wall clock of `zone`."""
    here = at.astimezone(ZoneInfo(zone))
    return duty.covers(here.weekday(), here.hour)


@dataclass(frozen=True)
class Cell:
    """An hour of the week grid: who is there, and whether somebody should be."""

    weekday: int
    hour: int
    names: tuple[str, ...]
    wanted: bool  # one of the seed's windows

    @property
    def is_gap(self) -> bool:
        """A window in which nobody is on duty."""
        return self.wanted and not self.names


def week_grid(duties: list[Duty], hours: Coverage) -> list[list[Cell]]:
    """A row per hour from the first to the last that matters, a cell per weekday."""
    wanted = {hour for first, last in WINDOWS.values() for hour in range(first, last)}
    worked = {hour for duty in duties for hour in range(duty.start, duty.end)}
    known = wanted | worked | {hours.waking_from, hours.waking_to - 1}
    return [
        [Cell(day, hour, tuple(dict.fromkeys(duty.who for duty in duties if duty.covers(day, hour))), hour in wanted) for day in range(7)]
        for hour in range(min(known), max(known) + 1)
    ]
