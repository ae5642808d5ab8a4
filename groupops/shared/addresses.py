"""Addresses of pages for lists with hundreds of rows: the pattern of each is looked up once a process, then only its numbers change."""

from functools import cache

from django.urls import reverse

STANDS = 7_215_908_340  # and what follows: numbers that stand for those of an address while its pattern is made


def address(name: str, *args: int | str) -> str:
    """As `reverse(name, args=args)`."""
    numbers = [arg for arg in args if isinstance(arg, int)]
    found = _pattern(name, tuple(None if isinstance(arg, int) else arg for arg in args))
    for place, number in enumerate(numbers):
        found = found.replace(str(STANDS + place), str(number))
    return found


@cache
def _pattern(name: str, args: tuple[str | None, ...]) -> str:
    """The address with stand-ins for its numbers, None in `args`; texts are few: names of acts and states."""
    places = iter(range(len(args)))
    return reverse(name, args=[STANDS + next(places) if arg is None else arg for arg in args])
