"""One timeline of everything about a person: the form in which every app's sections tell the profile (settings.PROFILE_SECTIONS).

A section is a function `(persons, groups, before, limit) -> list[Entry]`: what it knows of these persons (all identities of one human) in
the groups that the reader sees, strictly before the key `before` (all when None), the latest first, at most `limit`; constant queries.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.functional import Promise

from groupops.groups.models import Group


@dataclass(frozen=True)
class Entry:
    """One thing that happened. `key` is unique in the whole timeline and sorts entries of one moment; `kind` names icon and filter."""

    at: datetime
    key: str
    kind: str
    text: str | Promise
    group: str = ""
    url: str = ""
    by: str = ""  # who of the staff did it; empty: the member, or the machine


Before = tuple[datetime, str] | None
Section = Callable[[Collection[int], QuerySet[Group], Before, int], list[Entry]]
