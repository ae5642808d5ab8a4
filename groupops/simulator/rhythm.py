"""When people talk: nights, lunch and evening, weekends, and the holidays and make-up days of the real Chinese calendar."""

import random
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from content import holidays
from content.holidays import DayKind, Festival

ZONE = ZoneInfo("Asia/Shanghai")


class DayType(StrEnum):
    """What sort of day it is."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


TYPES = {
    DayKind.WORKDAY: DayType.WORKDAY,
    DayKind.MAKE_UP: DayType.WORKDAY,
    DayKind.REST: DayType.WEEKEND,
    DayKind.HOLIDAY: DayType.HOLIDAY,
}
# How lively each hour is, 0 to 23 (docs/reference/simulator.md says what a test asks of it).
HOURS: dict[DayType, tuple[float, ...]] = {
    DayType.WORKDAY: (1.2, 0.4, 0.15, 0.05, 0.05, 0.1, 0.4, 1.5, 4, 6.5, 7, 7, 9, 6.5, 5, 5.5, 5.5, 5.5, 5, 5.5, 8, 9.5, 7.5, 3.5),
    DayType.WEEKEND: (1.5, 0.7, 0.3, 0.1, 0.05, 0.05, 0.2, 0.7, 2, 4, 6, 6, 6, 5, 5.5, 6, 6, 5.5, 5, 6, 8, 9, 8, 4),
    DayType.HOLIDAY: (1.8, 0.8, 0.3, 0.1, 0.05, 0.05, 0.2, 0.6, 2, 5, 6, 5.5, 5, 4, 4, 4.5, 5, 5, 5, 6.5, 9, 9.5, 8, 4.5),
}
# How much of a workday's talk there is on other days, by the kind of group.
LIVELY: dict[str, dict[DayType, float]] = {
    "tech": {DayType.WORKDAY: 1, DayType.WEEKEND: 0.62, DayType.HOLIDAY: 0.4},
    "product": {DayType.WORKDAY: 1, DayType.WEEKEND: 0.6, DayType.HOLIDAY: 0.38},
    "vip": {DayType.WORKDAY: 1, DayType.WEEKEND: 0.65, DayType.HOLIDAY: 0.45},
    "startup": {DayType.WORKDAY: 1, DayType.WEEKEND: 0.85, DayType.HOLIDAY: 0.5},
}


def day_type(day: date) -> DayType:
    """Workday, weekend or holiday, as the official calendar has it."""
    return TYPES[holidays.day_kind(day)]


def festival(day: date) -> str:
    """The festival of the day as people wish it to each other ("国庆节"); empty on every other day, and on 清明."""
    return "和".join(found.title for found in holidays.festivals(day) if found is not Festival.QINGMING)


def moment(day: date, luck: random.Random) -> datetime:
    """A moment of the day at which somebody begins to talk."""
    hour = luck.choices(range(24), HOURS[day_type(day)])[0]
    return at(day, hour, luck.randrange(60), luck.randrange(60))


def waking(day: date, luck: random.Random) -> datetime:
    """The same, but never in the night: when people are let in, or advertise."""
    found = moment(day, luck)
    return found if found.hour >= 8 else at(day, luck.randint(8, 22), found.minute, found.second)


def at(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """A moment on the wall clock of the community."""
    return datetime.combine(day, time(hour, minute, second), tzinfo=ZONE)
