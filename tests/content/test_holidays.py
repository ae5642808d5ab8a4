"""The official calendar, against what the State Council published for 2024 to 2026, and what is said of a year it has not published."""

from datetime import date, timedelta

import pytest
from holidays import country_holidays

from content import holidays
from content.holidays import DayKind, Festival, day_kind, festival_name, festivals, published

# 国务院办公厅关于部分节假日安排的通知: days off (first, last), and the weekend days that are worked. Copied by hand.
OFF = {
    2024: [
        ("01-01", "01-01"),
        ("02-10", "02-17"),
        ("04-04", "04-06"),
        ("05-01", "05-05"),
        ("06-08", "06-10"),
        ("09-15", "09-17"),
        ("10-01", "10-07"),
    ],
    2025: [("01-01", "01-01"), ("01-28", "02-04"), ("04-04", "04-06"), ("05-01", "05-05"), ("05-31", "06-02"), ("10-01", "10-08")],
    2026: [
        ("01-01", "01-03"),
        ("02-15", "02-23"),
        ("04-04", "04-06"),
        ("05-01", "05-05"),
        ("06-19", "06-21"),
        ("09-25", "09-27"),
        ("10-01", "10-07"),
    ],
}
WORKED = {
    2024: ["02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"],
    2025: ["01-26", "02-08", "04-27", "09-28", "10-11"],
    2026: ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"],
}
FESTIVALS = {
    2024: {"除夕": "02-09", "春节": "02-10", "元宵节": "02-24", "清明节": "04-04", "端午节": "06-10", "中秋节": "09-17", "重阳节": "10-11"},
    2025: {"除夕": "01-28", "春节": "01-29", "元宵节": "02-12", "清明节": "04-04", "端午节": "05-31", "中秋节": "10-06", "重阳节": "10-29"},
    2026: {"除夕": "02-16", "春节": "02-17", "元宵节": "03-03", "清明节": "04-05", "端午节": "06-19", "中秋节": "09-25", "重阳节": "10-18"},
}


def on(year: int, day: str) -> date:
    """`02-10` of a year."""
    return date.fromisoformat(f"{year}-{day}")


def days(year: int) -> list[date]:
    """All of a year."""
    return [date(year, 1, 1) + timedelta(days=n) for n in range(366) if (date(year, 1, 1) + timedelta(days=n)).year == year]


@pytest.mark.parametrize("year", OFF)
def test_every_day_is_what_was_published(year: int) -> None:
    """Days off with the weekends inside them, make-up workdays, and all other days by their weekday."""
    off = {day for first, last in OFF[year] for day in days(year) if on(year, first) <= day <= on(year, last)}
    worked = {on(year, day) for day in WORKED[year]}
    for day in days(year):
        ordinary = DayKind.REST if day.weekday() >= 5 else DayKind.WORKDAY
        expected = DayKind.HOLIDAY if day in off else DayKind.MAKE_UP if day in worked else ordinary
        assert day_kind(day) == expected, day
    assert published(year)


@pytest.mark.parametrize("year", FESTIVALS)
def test_festivals_stand_on_their_days(year: int) -> None:
    """Lunar ones, the solar term, and those of fixed date; each once a year."""
    found = {festival.title: day for day in days(year) for festival in festivals(day)}
    expected = {name: on(year, day) for name, day in FESTIVALS[year].items()}
    assert {name: found[name] for name in expected} == expected
    assert (found["元旦"], found["劳动节"], found["国庆节"]) == (date(year, 1, 1), date(year, 5, 1), date(year, 10, 1))
    assert len(found) == len(Festival)


def test_both_packages_agree_for_a_century() -> None:
    """The lunar calendar of the one and the statutory days of the other."""
    for year in range(2008, holidays.LAST + 1):
        theirs = country_holidays("CN", years=year, observed=False, language="zh_CN")
        for name in ("春节", "清明节", "端午节", "中秋节"):
            first = min((day for day, said in theirs.items() if name in said), default=None)
            mine = next(day for day in days(year) if name in festival_name(day).split("、"))
            assert first in {mine, None}, (year, name)


def test_an_unpublished_year_is_said_and_never_guessed() -> None:
    """2031: the statutory days are known, no bridge and no make-up day is."""
    year = next(year for year in range(2027, 2040) if not published(year))
    kinds = [day_kind(day) for day in days(year)]
    assert DayKind.MAKE_UP not in kinds
    assert day_kind(date(year, 10, 1)) == day_kind(date(year, 5, 1)) == DayKind.HOLIDAY
    assert kinds.count(DayKind.HOLIDAY) == 13  # the law's thirteen days, those on weekends among them
    assert festival_name(date(year, 1, 1)) == "元旦"


@pytest.mark.parametrize("year", [1, 1900, 1949, 2100, 9999])
def test_beyond_the_tables_it_goes_by_the_weekday(year: int) -> None:
    """No crash where a date field reaches."""
    assert not published(year)
    assert day_kind(date(year, 10, 2)) in {DayKind.WORKDAY, DayKind.REST}
    assert festival_name(date(year, 10, 1)) == "国庆节"
    assert festivals(date(year, 3, 3)) == ()


def test_two_festivals_on_one_day_and_a_solemn_one() -> None:
    """2020 had 中秋 on the first of October; on 清明 nobody is wished a happy day."""
    assert set(festival_name(date(2020, 10, 1)).split("、")) == {"国庆节", "中秋节"}
    assert "快乐" not in Festival.QINGMING.blessing
    assert "快乐" not in Festival.DRAGON_BOAT.blessing
    assert holidays.blessing(date(2026, 11, 22)) == ""


def test_the_edition_changes_when_a_year_is_published(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slots that were planned with the older one are looked at again."""
    before = holidays.edition()
    for cached in (holidays.edition, holidays._year, holidays._make_up_days):
        cached.cache_clear()
    real = holidays._make_up_days.__wrapped__
    monkeypatch.setattr(holidays, "_make_up_days", lambda year: frozenset({date(2027, 2, 14)}) if year == 2027 else real(year))
    assert holidays.edition() != before
    for cached in (holidays.edition, holidays._year):
        cached.cache_clear()
