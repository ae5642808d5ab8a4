"""When slots fall: every zone of the world, ten years, gaps and overlaps; and what becomes of a late one."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.policy import CatchUp, PostKind, Rule, SlotState, Why, describe, fate, lapse, local_day, mask_of, weekdays_of

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
DAYS = st.dates(date(2026, 1, 1), date(2035, 12, 31))
TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
MASKS = st.integers(1, 127)


def wall(moment: datetime, zone: str) -> datetime:
    """`moment` as the clock on the wall shows it."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def rule(at: time, zone: str, **values: object) -> Rule:
    """A daily rule."""
    return Rule(127, at, zone, date(2026, 1, 1), **values)  # type: ignore[arg-type]


@settings(max_examples=1500, deadline=None)
@given(st.sampled_from(ZONES), DAYS, TIMES)
def test_moment_is_the_first_that_shows_the_time(zone: str, day: date, at: time) -> None:
    """The wall clock shows the time; where it never does, the first valid minute after it. Of two, the first."""
    moment, wanted = rule(at, zone).moment(day), datetime.combine(day, at)
    assert moment.utcoffset() == timedelta(0)
    shown = wall(moment, zone)
    assert shown >= wanted
    if shown == wanted:
        assert not any(wall(moment - timedelta(minutes=back), zone) == wanted for back in (20, 30, 60, 120))
    else:  # a gap: the minute before is on its other side
        assert wall(moment - timedelta(minutes=1), zone) < wanted
        assert moment.second == 0


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(ZONES), DAYS, TIMES, MASKS)
def test_upcoming_lies_ahead_and_misses_nothing(zone: str, day: date, at: time, mask: int) -> None:
    """The next five are after the moment, in order, on the right days, and none between them is left out."""
    now = datetime.combine(day, time(13, 7), UTC)
    found = Rule(mask, at, zone, date(2026, 1, 1)).upcoming(now)
    assert len(found) == 5
    moments = [moment for _day, moment in found]
    assert moments == sorted(moments)
    assert moments[0] > now
    days = [each for each, _moment in found]
    assert all(mask >> each.weekday() & 1 for each in days)
    first = local_day(now, zone)
    between = [first + timedelta(days=n) for n in range((days[-1] - first).days + 1)]
    expected = [each for each in between if mask >> each.weekday() & 1 and Rule(mask, at, zone, first).moment(each) > now]
    assert days == expected


@pytest.mark.parametrize(
    ("zone", "day", "at", "utc"),
    [
        ("America/New_York", date(2027, 3, 14), time(2, 30), "2027-03-14T07:00"),  # gap 02:00–03:00: at 03:00
        ("America/New_York", date(2026, 11, 1), time(1, 30), "2026-11-01T05:30"),  # twice 01:30: the first
        ("Europe/Berlin", date(2027, 3, 28), time(2, 0), "2027-03-28T01:00"),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "2026-10-03T15:30"),  # a gap of half an hour
        ("Asia/Shanghai", date(2026, 11, 23), time(9, 0), "2026-11-23T01:00"),
        ("Africa/Cairo", date(2027, 4, 30), time(0, 0), "2027-04-29T22:00"),  # the gap begins at midnight: at 01:00
        ("Pacific/Apia", date(2011, 12, 30), time(9, 0), "2011-12-30T10:00"),  # a day that never was: the first minute after it
    ],
)
def test_known_edges(zone: str, day: date, at: time, utc: str) -> None:
    """Gaps and overlaps that happened or will."""
    assert Rule(127, at, zone, date(2011, 1, 1)).moment(day) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_no_day_beyond_its_ends_and_none_left_out() -> None:
    """First and last day count; a left-out day does not."""
    bounded = rule(time(9), "Asia/Shanghai", end=date(2026, 1, 4), skip=frozenset({date(2026, 1, 2)}))
    assert list(bounded.days(date(2025, 12, 1), date(2026, 2, 1))) == [date(2026, 1, 1), date(2026, 1, 3), date(2026, 1, 4)]


def test_a_start_at_the_end_of_the_calendar_is_no_crash() -> None:
    """The preview is asked about anything that a date field accepts."""
    assert Rule(127, time(9), "Pacific/Kiritimati", date(9999, 12, 31)).upcoming(datetime(2026, 11, 22, tzinfo=UTC)) == []


@given(MASKS)
def test_masks_read_back(mask: int) -> None:
    """A mask is its weekdays; each has words."""
    assert mask_of(weekdays_of(mask)) == mask
    assert describe(mask)


DUE = datetime(2026, 11, 23, 1, tzinfo=UTC)  # 09:00 in Shanghai


def found(late: timedelta, catch_up: CatchUp, kind: PostKind = PostKind.GREETING) -> tuple[SlotState, Why]:
    """The fate of a slot found so late."""
    seen = fate(kind=kind, catch_up=catch_up, due_at=DUE, at=DUE + late, zone="Asia/Shanghai")
    return seen.state, seen.why


@pytest.mark.parametrize("catch_up", CatchUp)
def test_within_its_lapse_it_leaves(catch_up: CatchUp) -> None:
    """A greeting within ten minutes, an announcement within two hours."""
    assert found(timedelta(minutes=10), catch_up) == (SlotState.RELEASED, Why.NONE)
    assert found(timedelta(hours=2), catch_up, PostKind.ANNOUNCEMENT) == (SlotState.RELEASED, Why.NONE)


def test_later_its_policy_decides() -> None:
    """Skip and ask become visibly missed; once late leaves on the same local day, never on another."""
    hours = timedelta(hours=3)
    assert found(hours, CatchUp.SKIP) == (SlotState.MISSED, Why.LATE)
    assert found(hours, CatchUp.ASK) == (SlotState.MISSED, Why.ASK)
    assert found(hours, CatchUp.ONCE_LATE) == (SlotState.RELEASED, Why.SENT_LATE)
    assert found(timedelta(hours=15), CatchUp.ONCE_LATE) == (SlotState.MISSED, Why.LATE)  # after midnight in Shanghai


def test_every_kind_lapses() -> None:
    """No kind is without a limit."""
    assert all(timedelta(0) < lapse(kind) <= timedelta(hours=2) for kind in PostKind)
