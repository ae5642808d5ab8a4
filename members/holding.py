"""Whether the ways into a group and its welcomes are held for now: asked of every app that may say so (settings.ENTRANCE_HOLDS).

Each entry of the list is a function `(group_ids) -> the ids of those that are held`, one query.
"""

from collections.abc import Callable, Collection
from functools import lru_cache

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_noop

HELD = gettext_noop("Too many join at once: welcomes are held.")
Holding = Callable[[Collection[int]], set[int]]


def held(group_ids: Collection[int]) -> set[int]:
    """Of these groups, those into which nobody is let or welcomed for now."""
    found: set[int] = set()
    for path in settings.ENTRANCE_HOLDS if group_ids else ():
        found |= _function(path)(group_ids)
    return found


@lru_cache
def _function(path: str) -> Holding:
    found: Holding = import_string(path)
    return found
