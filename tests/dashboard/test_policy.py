"""Which part of the day a thing belongs to, and when one that was put off comes back."""

from datetime import UTC, datetime, timedelta

import pytest

from groupops.dashboard.policy import FAMILIES, Part, Snooze, family_of, part_of, wakes_at
from tests.factories.groups import NOW


@pytest.mark.parametrize(
    ("kind", "ahead", "urgent", "expected"),
    [
        ("waiting_person", timedelta(hours=-2), False, Part.OVERDUE),
        ("waiting_person", timedelta(hours=-2), True, Part.OVERDUE),
        ("waiting_person", timedelta(hours=2), True, Part.NOW),
        ("moment", timedelta(days=-30), True, Part.OVERDUE),
        ("waiting_person", timedelta(minutes=-59), False, Part.NOW),
        ("question", timedelta(minutes=15), False, Part.NOW),
        ("question", timedelta(minutes=16), False, Part.LATER),
        ("moment", timedelta(days=-30), False, Part.ANYTIME),
        ("no_owner", timedelta(days=-30), False, Part.ANYTIME),
        ("never heard of", timedelta(hours=-2), False, Part.OVERDUE),
    ],
)
def test_a_thing_stands_in_one_part_of_the_day(kind: str, ahead: timedelta, urgent: bool, expected: Part) -> None:
    """By when it is due, how urgent it is, and whether an hour matters to it."""
    assert part_of(kind=kind, due=NOW + ahead, urgent=urgent, at=NOW) == expected


@pytest.mark.parametrize(
    ("at", "snooze", "zone", "expected"),
    [
        (NOW, Snooze.HOUR, "Asia/Shanghai", NOW + timedelta(hours=1)),
        (NOW, Snooze.EVENING, "Asia/Shanghai", datetime(2026, 11, 22, 11, tzinfo=UTC)),
        (datetime(2026, 11, 22, 11, tzinfo=UTC), Snooze.EVENING, "Asia/Shanghai", datetime(2026, 11, 23, 11, tzinfo=UTC)),
        (NOW, Snooze.TOMORROW, "Asia/Shanghai", datetime(2026, 11, 23, 1, tzinfo=UTC)),
        (NOW, Snooze.TOMORROW, "America/New_York", datetime(2026, 11, 22, 14, tzinfo=UTC) + timedelta(days=0)),
        # The evening before the clock goes back: tomorrow's 09:00 is an hour further away.
        (datetime(2026, 11, 1, 0, tzinfo=UTC), Snooze.TOMORROW, "America/New_York", datetime(2026, 11, 1, 14, tzinfo=UTC)),
    ],
)
def test_it_comes_back_on_the_wall_clock_of_the_person(at: datetime, snooze: Snooze, zone: str, expected: datetime) -> None:
    """An hour is an hour; evening and morning are read off the wall."""
    assert wakes_at(snooze, at=at, zone=zone) == expected


def test_every_kind_has_one_family() -> None:
    """None is filtered by two pills."""
    kinds = [kind for family in FAMILIES.values() for kind in family.kinds]
    assert len(kinds) == len(set(kinds))
    assert all(kind in FAMILIES[family_of(kind)].kinds for kind in kinds)
    assert family_of("never heard of") == "other"
