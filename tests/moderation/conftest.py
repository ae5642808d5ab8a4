"""What the tests of moderation share."""

import pytest

from moderation.queries import rules


@pytest.fixture(autouse=True)
def detectors_are_forgotten() -> None:
    """A test's end takes back the rules, and the next test's get their numbers."""
    rules._detector.cache_clear()
