"""Many judges at one case: a sample of what `just prove-races` runs with fifty at a thousand (tests/races.py)."""

import pytest

from tests.races import race, sound

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]


def test_of_many_judges_one_wins_every_case() -> None:
    results = race(racers=8, cases=3)
    assert sound(results, racers=8, cases=3), results
