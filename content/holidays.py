"""The official Chinese calendar: which days are public holidays, which weekend days are worked, and when the festivals are.

Pure and cached by year. Sources: the package `holidays` for what the State Council has published, `lunar-python` for festivals of the
lunar calendar. Of a year that is not published yet only the statutory days themselves are known; bridge and make-up days are never guessed.
"""

from datetime import date, timedelta
from enum import Enum, StrEnum
from functools import cache
from zlib import crc32

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from holidays import country_holidays
from lunar_python import Lunar, Solar

FIRST, LAST = 1950, 2099  # the years for which both packages have tables
SINCE = 2024  # the three-day spring festival of 1999 had other rules; nothing is planned that far back
DAY = timedelta(days=1)


class DayKind(TextChoices):
    """What a day is officially. A weekend day inside a published holiday is a public holiday too."""

    WORKDAY = "workday", _("Workday")
    REST = "rest", _("Weekend")
    HOLIDAY = "holiday", _("Public holiday")
    MAKE_UP = "make_up", _("Make-up workday")


class Festival(Enum):
    """A festival with its Chinese name and what one wishes on it. Texts ours; on 清明 nobody is wished a happy day."""

    NEW_YEAR = "元旦", "新的一年，愿大家所想皆有回应，所做皆有收获。元旦快乐！"
    NEW_YEARS_EVE = "除夕", "灯火可亲，团圆正好。祝大家除夕安康，阖家欢乐！"
    SPRING = "春节", "新春大吉！祝大家新的一年身体健康、万事顺意。"
    LANTERN = "元宵节", "月圆灯明，愿大家团团圆圆、甜甜蜜蜜。元宵节快乐！"
    QINGMING = "清明节", "春风寄思，慎终追远。愿逝者安息，愿大家平安，出行注意防火与安全。"
    LABOUR = "劳动节", "向每一位认真工作的人致敬，也别忘了好好休息。劳动节快乐！"
    DRAGON_BOAT = "端午节", "粽叶飘香，愿大家平安顺遂。祝端午安康！"
    QIXI = "七夕节", "愿大家身边都有温暖的人，心里都有热爱的事。七夕快乐！"
    MID_AUTUMN = "中秋节", "月满人圆，愿思念都有归处。中秋快乐！"
    NATIONAL = "国庆节", "山河锦绣，家国同庆。祝大家假期愉快，国庆快乐！"
    DOUBLE_NINTH = "重阳节", "登高望远，记得给家里的长辈打个电话。祝大家和长辈们重阳安康！"

    def __init__(self, title: str, blessing: str) -> None:
        self.title, self.blessing = title, blessing


FIXED = {(1, 1): Festival.NEW_YEAR, (5, 1): Festival.LABOUR, (10, 1): Festival.NATIONAL}
LUNAR = {
    (1, 1): Festival.SPRING,
    (1, 15): Festival.LANTERN,
    (5, 5): Festival.DRAGON_BOAT,
    (7, 7): Festival.QIXI,
    (8, 15): Festival.MID_AUTUMN,
    (9, 9): Festival.DOUBLE_NINTH,
}


class Mark(StrEnum):
    """The one sign that calendars print on a day: 休 or 班."""

    OFF = "休"
    ON = "班"


def day_kind(day: date) -> DayKind:
    """What the day is officially. In an unpublished year a make-up day looks like any weekend: ask `published`."""
    known = _year(day.year).get(day)
    return known or (DayKind.REST if day.weekday() >= 5 else DayKind.WORKDAY)


def published(year: int) -> bool:
    """Whether bridge and make-up days of the year are known (调休已公布)."""
    return FIRST <= year <= LAST and bool(_make_up_days(year))


def festivals(day: date) -> tuple[Festival, ...]:
    """The festivals of the day, mostly none; two where 中秋 falls on the first of October."""
    return _festivals(day.year).get(day, ()) if FIRST <= day.year <= LAST else tuple(filter(None, [FIXED.get((day.month, day.day))]))


def festival_name(day: date) -> str:
    """The festivals of the day by name; empty on an ordinary day."""
    return "、".join(festival.title for festival in festivals(day))


def blessing(day: date) -> str:
    """What one wishes on the day's festival; empty on an ordinary day."""
    return "".join(festival.blessing for festival in festivals(day))


def mark(day: date) -> Mark | None:
    """休 on a public holiday, 班 on a make-up workday."""
    return {DayKind.HOLIDAY: Mark.OFF, DayKind.MAKE_UP: Mark.ON}.get(day_kind(day))


@cache
def edition() -> str:
    """A fingerprint of what is known about the calendar: it changes when a year is published, and planned slots are looked at again."""
    known = [sorted(f"{day}{kind}" for day, kind in _year(year).items()) for year in range(SINCE, SINCE + 20)]
    return f"{crc32(repr(known).encode()):08x}"


@cache
def _year(year: int) -> dict[date, DayKind]:
    """The days of a year that are not what their weekday says."""
    if not FIRST <= year <= LAST:
        return {}
    made_up = _make_up_days(year)
    if not made_up:
        return dict.fromkeys((day for day in country_holidays("CN", years=year, observed=False) if day.year == year), DayKind.HOLIDAY)
    off = _days_off(year)
    return dict.fromkeys(made_up, DayKind.MAKE_UP) | {day: DayKind.HOLIDAY for day in off if day.year == year}


def _days_off(year: int) -> set[date]:
    """The published days off of a year with the weekend days that touch them: so the State Council counts a holiday's days."""
    worked = _make_up_days(year - 1) | _make_up_days(year) | _make_up_days(year + 1)
    off = {day for given in (year, year + 1) if published(given) for day in country_holidays("CN", years=given)}
    for day in sorted(off):
        for step in (-DAY, DAY):
            beside = day + step
            while beside.weekday() >= 5 and beside not in worked:
                off.add(beside)
                beside += step
    return off


@cache
def _make_up_days(year: int) -> frozenset[date]:
    """The weekend days that are worked."""
    if not FIRST <= year <= LAST:
        return frozenset()
    return frozenset(day for day in country_holidays("CN", years=year).weekend_workdays if day.year == year)


@cache
def _festivals(year: int) -> dict[date, tuple[Festival, ...]]:
    """The festivals of a year by day. A lunar year's first nine months all lie in the solar year of its number."""
    named = [(date(year, *on), festival) for on, festival in FIXED.items()]
    named += [(_solar(Lunar.fromYmd(year, *on).getSolar()), festival) for on, festival in LUNAR.items()]
    spring = next(day for day, festival in named if festival is Festival.SPRING)
    named.append((spring - DAY, Festival.NEW_YEARS_EVE))  # the last month has twenty-nine days or thirty
    named.append((_solar(Lunar.fromYmd(year, 3, 1).getJieQiTable()["清明"]), Festival.QINGMING))
    return {day: tuple(festival for on, festival in named if on == day) for day, _festival in sorted(named, key=lambda pair: pair[0])}


def _solar(found: Solar) -> date:
    return date(found.getYear(), found.getMonth(), found.getDay())
