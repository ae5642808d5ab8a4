"""The task lists of a newcomer and their times (seed: 人工跟进, 第一周, 第一个月): pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from members.caring import CareSort, Wanted


@dataclass(frozen=True)
class List:
    """A list of four: from when to when after the join it belongs, how long before its end Today shows it, when what is left lapses."""

    begins: timedelta
    ends: timedelta
    shown: timedelta
    lapses: timedelta
    sorts: tuple[CareSort, ...]


LISTS = (
    List(
        timedelta(),
        timedelta(days=1),
        timedelta(days=1),
        timedelta(days=3),
        (CareSort.NEW_BACKGROUND, CareSort.NEW_TOPIC, CareSort.NEW_HISTORY, CareSort.NEW_CHANNELS),
    ),
    List(
        timedelta(days=1),
        timedelta(days=7),
        timedelta(days=4),
        timedelta(days=7),
        (CareSort.WEEK_WATCH, CareSort.WEEK_REPLY, CareSort.WEEK_INVITE, CareSort.WEEK_RESOURCES),
    ),
    List(
        timedelta(days=7),
        timedelta(days=30),
        timedelta(days=16),
        timedelta(days=14),
        (CareSort.MONTH_SHARE, CareSort.MONTH_EVENTS, CareSort.MONTH_CONTRIBUTE, CareSort.MONTH_OPINION),
    ),
)
SORTS = tuple(sort.value for one in LISTS for sort in one.sorts)
OVER = LISTS[-1].ends  # nobody is a newcomer after that


def lists_by(joined_at: datetime, at: datetime) -> int:
    """How many of the lists have begun by then for somebody who joined then."""
    return sum(joined_at + one.begins <= at for one in LISTS)


def wanted(membership_id: int, joined_at: datetime, number: int) -> list[Wanted]:
    """The tasks of a newcomer's list (1, 2, 3), due at its end. Each once in a membership."""
    one = LISTS[number - 1]
    return [Wanted(membership_id, sort, joined_at + one.ends) for sort in one.sorts]


def week_of(joined_at: datetime, zone: str) -> date:
    """The Monday of the local week in which somebody joined."""
    day = joined_at.astimezone(ZoneInfo(zone)).date()
    return day - timedelta(days=day.weekday())


def names_of(sorts: Sequence[str]) -> list[str]:
    """What is to be done, in the order of the seed."""
    return [str(CareSort(sort).label) for sort in SORTS if sort in sorts]
