"""Days of the week as a mask: bit 0 is Monday; outside, ISO numbers."""

from collections.abc import Iterable


def mask_of(weekdays: Iterable[int]) -> int:
    """The mask of ISO weekdays (Monday is 1)."""
    return sum(1 << day - 1 for day in set(weekdays))


def weekdays_of(mask: int) -> list[int]:
    """The ISO weekdays of a mask."""
    return [day for day in range(1, 8) if mask >> day - 1 & 1]
