"""Wall-clock times of a zone, as moments: every hour that does not exist, or exists twice, has one answer."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

UTC = ZoneInfo("UTC")


def wall_moment(day: date, at: time, zone: str) -> datetime:
    """When the wall clock of `zone` shows `at` on `day`, in UTC: a gap moves to the first valid minute, an overlap takes the first."""
    place, wall = ZoneInfo(zone), datetime.combine(day, at)
    first = wall.replace(tzinfo=place, fold=0).astimezone(UTC)
    return first if first.astimezone(place).replace(tzinfo=None) == wall else _after_gap(wall, place)


def _after_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first valid minute after a wall-clock time that does not exist."""
    minute = wall.replace(second=0, microsecond=0)
    while True:
        minute += timedelta(minutes=1)
        moment = minute.replace(tzinfo=zone).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) == minute:
            return moment
