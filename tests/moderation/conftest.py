"""What the tests of moderation share."""

import pytest

from moderation.learning import queries as learning
from moderation.queries import rules


@pytest.fixture(autouse=True)
def detectors_are_forgotten() -> None:
    """A test's end takes back the rules, and the next test's get their numbers."""
    rules._detector.cache_clear()
    rules._specs.cache_clear()
    learning.loaded.cache_clear()
