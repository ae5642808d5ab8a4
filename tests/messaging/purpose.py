"""A purpose for tests: its guard says what it is told to say, its hook remembers what it was told."""

from datetime import datetime

from groupops.messaging.models import Delivery

told: list[tuple[int, str]] = []
refusals: dict[int, str] = {}
broken: set[int] = set()  # subjects whose hook raises


def guard(delivery: Delivery, *, at: datetime) -> str:
    """The refusal of the subject, if any."""
    return refusals.get(delivery.subject_id, "")


def settled(delivery: Delivery, *, at: datetime) -> None:
    """Remember; or break, as a buggy purpose would."""
    if delivery.subject_id in broken:
        raise ZeroDivisionError
    told.append((delivery.subject_id, str(delivery.state)))


def forget() -> None:
    """A clean slate."""
    told.clear()
    refusals.clear()
    broken.clear()


KINDS = {"test": {"guard": "tests.messaging.purpose.guard", "settled": "tests.messaging.purpose.settled"}}
