"""No slot missing, none double: a sample of what `just prove-slots` runs in every zone (tests/slots.py)."""

import sys

import pytest

from tests.slots import prove

pytestmark = pytest.mark.django_db
# The zone of most groups, gaps of an hour and of half an hour, and a gap at midnight.
SAMPLE = ("Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo")


def test_ten_years_of_lost_beats_and_jumping_clocks() -> None:
    """Every way of dealing with holidays in each zone: exactly the expected rows at the expected moments."""
    count = prove(SAMPLE, shapes=5, seed=1, release=False)
    assert count.sound, count.examples
    assert count.expected > 8_000
    sys.stdout.write(f"{count}\n")


def test_what_was_due_is_settled_once() -> None:
    """A year in which the slots leave too: nothing stays open, nothing becomes two posts."""
    count = prove(["America/New_York"], shapes=5, seed=2, release=True, years=1)
    assert count.sound, count.examples
    assert count.settled > 150
    assert 0 < count.posts <= count.settled
    sys.stdout.write(f"{count}\n")
