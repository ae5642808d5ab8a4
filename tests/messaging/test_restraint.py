"""Quiet hours on wall clocks, the doubt about the same text: the pure rules."""

from datetime import UTC, datetime, timedelta

import pytest

from groupops.groups.policy.values import ValueRefused, build
from groupops.messaging.restraint import AfterPause, QuietHours, SameText

NIGHT = QuietHours(on=True)
SHANGHAI, BERLIN, SYDNEY = "Asia/Shanghai", "Europe/Berlin", "Australia/Sydney"


def at(text: str) -> datetime:
    """A moment, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "over"),
    [
        ("2026-11-22T14:29", None),  # 22:29 in Shanghai
        ("2026-11-22T14:30", "2026-11-22T23:30"),
        ("2026-11-22T16:00", "2026-11-22T23:30"),  # midnight
        ("2026-11-22T23:29", "2026-11-22T23:30"),
        ("2026-11-22T23:30", None),
    ],
)
def test_a_night_spans_midnight(moment: str, over: str | None) -> None:
    """From its first minute to the one before its end."""
    assert NIGHT.until(at(moment), SHANGHAI) == (at(over) if over else None)


def test_off_is_never() -> None:
    """The default."""
    assert QuietHours().until(at("2026-11-22T16:00"), SHANGHAI) is None


def test_quiet_by_day() -> None:
    """A rest at noon lies within one day."""
    noon = QuietHours(on=True, start="12:00", end="14:00")
    assert noon.until(at("2026-11-22T05:00"), SHANGHAI) == at("2026-11-22T06:00")
    assert noon.until(at("2026-11-22T06:00"), SHANGHAI) is None
    assert noon.until(at("2026-11-22T03:59"), SHANGHAI) is None


def test_the_clock_is_set_forward_in_the_night() -> None:
    """An end that does not exist (02:30 in Berlin) is the first minute after the gap; a night across it is an hour shorter."""
    short = QuietHours(on=True, start="22:00", end="02:30")
    assert short.until(at("2027-03-28T00:59"), BERLIN) == at("2027-03-28T01:00")  # 03:00 by the new time
    assert short.until(at("2027-03-28T01:00"), BERLIN) is None
    assert NIGHT.until(at("2027-03-27T22:00"), BERLIN) == at("2027-03-28T05:30")


def test_the_clock_is_set_back_in_the_night() -> None:
    """An end that comes twice is over the first time: nothing waits for a moment that lies behind."""
    short = QuietHours(on=True, start="22:00", end="02:30")
    assert short.until(at("2026-10-25T00:29"), BERLIN) == at("2026-10-25T00:30")
    for minutes in range(0, 120, 10):  # 02:30 by summer time, and all of the hour that comes again
        assert short.until(at("2026-10-25T00:30") + timedelta(minutes=minutes), BERLIN) is None
    assert NIGHT.until(at("2026-10-24T22:00"), BERLIN) == at("2026-10-25T06:30")


@pytest.mark.parametrize("zone", [SHANGHAI, BERLIN, SYDNEY, "America/St_Johns", "Pacific/Chatham"])
def test_the_end_is_always_ahead_and_not_quiet(zone: str) -> None:
    """For every half hour of a year: what waits is said at the end, and never waits longer than a night."""
    moment = at("2026-01-01T00:00")
    for _half_hour in range(48 * 365):
        over = NIGHT.until(moment, zone)
        if over is not None:
            assert moment < over <= moment + timedelta(hours=10)
            assert NIGHT.until(over, zone) is None
        moment += timedelta(minutes=30)


@pytest.mark.parametrize("value", [{"start": "24:00"}, {"end": "7"}, {"start": ""}, {"start": "07:30", "end": "07:30"}])
def test_hours_that_cannot_be_are_refused(value: dict[str, str]) -> None:
    """When somebody sets the policy."""
    with pytest.raises(ValueRefused):
        build(QuietHours, value)


def test_short_words_are_not_doubted() -> None:
    """Nor anything where the policy says so."""
    now = at("2026-11-22T12:00")
    assert SameText().since(now, "早 上 好 ！") is None
    assert SameText().since(now, "大家早上好！") == now - timedelta(hours=12)
    assert SameText(hours=0).since(now, "大家早上好！") is None
    assert AfterPause().gap == timedelta(seconds=5)
