"""Waking time in every kind of zone, and the week of the duty roster."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groupops.groups.policy import Coverage, Duty, ValueRefused, build, hour_of, is_on_duty, waking_between, waking_until, week_grid

HOURS = Coverage()
ZONES = ["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "Africa/Casablanca", "Europe/London"]
# Minutes from 2020 on, ten years of them.
STARTS = st.integers(0, 10 * 365 * 24 * 60).map(lambda n: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=n))


def at(zone: str, text: str) -> datetime:
    """A moment on the wall clock of a zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-11-22 09:00", "2026-11-22 13:00", 4),
        ("2026-11-22 05:00", "2026-11-22 09:30", 1.5),
        ("2026-11-22 21:00", "2026-11-23 09:00", 2),  # over the night
        ("2026-11-22 22:00", "2026-11-23 08:00", 0),
        ("2026-11-22 00:00", "2026-11-25 00:00", 42),
        ("2026-11-22 13:00", "2026-11-22 09:00", 0),  # backwards
    ],
)
def test_waking_time_between(start: str, end: str, hours: float) -> None:
    zone = "Asia/Shanghai"
    assert waking_between(at(zone, start), at(zone, end), zone, HOURS) == timedelta(hours=hours)


def test_clocks_that_jump_do_not_make_the_waking_day_longer_when_they_jump_at_night() -> None:
    for day in (date(2026, 3, 8), date(2026, 11, 1)):  # New York's
        start, end = hour_of(day, 0, "America/New_York"), hour_of(day, 24, "America/New_York")
        assert end - start != timedelta(hours=24)
        assert waking_between(start, end, "America/New_York", HOURS) == timedelta(hours=14)


def test_a_night_worker_s_day_feels_the_jump() -> None:
    early = Coverage(waking_from=1, waking_to=5)
    start, end = hour_of(date(2026, 3, 8), 0, "America/New_York"), hour_of(date(2026, 3, 8), 24, "America/New_York")
    assert waking_between(start, end, "America/New_York", early) == timedelta(hours=3)


def test_a_whole_day_of_waking_time() -> None:
    always = Coverage(waking_from=0, waking_to=24)
    start = at("Asia/Shanghai", "2026-11-22 23:30")
    assert waking_between(start, start + timedelta(days=2), "Asia/Shanghai", always) == timedelta(days=2)
    assert waking_until(start, timedelta(hours=1), "Asia/Shanghai", always) == start + timedelta(hours=1)


@given(
    zone=st.sampled_from(ZONES),
    start=STARTS,
    minutes=st.integers(1, 3000),
    opening=st.integers(0, 22),
    length=st.integers(1, 24),
)
def test_what_is_added_is_found_again(zone: str, start: datetime, minutes: int, opening: int, length: int) -> None:
    """waking_until is the inverse of waking_between, and its moment is the first such."""
    hours, span = Coverage(waking_from=opening, waking_to=min(opening + length, 24)), timedelta(minutes=minutes)
    end = waking_until(start, span, zone, hours)
    assert end > start
    assert waking_between(start, end, zone, hours) == span
    assert waking_between(start, end - timedelta(seconds=1), zone, hours) < span


@given(
    zone=st.sampled_from(ZONES),
    start=STARTS,
    cut=st.integers(0, 4000),
)
def test_parts_add_up(zone: str, start: datetime, cut: int) -> None:
    middle, end = start + timedelta(minutes=cut), start + timedelta(minutes=4000)
    whole = waking_between(start, end, zone, HOURS)
    assert waking_between(start, middle, zone, HOURS) + waking_between(middle, end, zone, HOURS) == whole


def test_every_zone_has_its_waking_day() -> None:
    start = datetime(2026, 11, 20, tzinfo=UTC)
    for zone in sorted(available_timezones()):
        assert waking_between(start, start + timedelta(days=7), zone, HOURS) == timedelta(hours=14 * 7), zone


@pytest.mark.parametrize(
    ("value", "field"),
    [({"waking_from": 22, "waking_to": 8}, "waking_to"), ({"waking_to": 25}, "waking_to"), ({"goal_minutes": 0}, "goal_minutes")],
)
def test_what_a_policy_cannot_be(value: dict[str, int], field: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        build(Coverage, value)
    assert refused.value.field == field


def test_who_is_on_duty_by_the_group_s_own_clock() -> None:
    duty = Duty("小王", 0b0000001, 8, 9)  # Monday
    assert is_on_duty(duty, at("Asia/Shanghai", "2026-11-23 08:59"), "Asia/Shanghai")
    assert not is_on_duty(duty, at("Asia/Shanghai", "2026-11-23 09:00"), "Asia/Shanghai")
    assert not is_on_duty(duty, at("Asia/Shanghai", "2026-11-22 08:30"), "Asia/Shanghai")
    assert not is_on_duty(duty, at("Asia/Shanghai", "2026-11-23 08:30"), "America/New_York")
    assert is_on_duty(Duty("小李", 127, 22, 24), at("Asia/Shanghai", "2026-11-23 23:59"), "Asia/Shanghai")


def test_the_week_shows_who_and_where_nobody_is() -> None:
    grid = week_grid([Duty("小王", 0b0011111, 8, 9), Duty("小李", 0b0000001, 8, 9), Duty("小张", 0b1000000, 6, 7)], HOURS)
    rows = {row[0].hour: row for row in grid}
    assert (min(rows), max(rows), len(rows)) == (6, 21, 16)
    assert rows[8][0].names == ("小王", "小李")
    assert [cell.is_gap for cell in rows[8]] == [False] * 5 + [True, True]
    assert all(cell.is_gap for cell in rows[12])
    assert not any(cell.is_gap for cell in rows[10]), "no window of the seed's"
    assert rows[6][6].names == ("小张",)
