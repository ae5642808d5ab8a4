"""One timeline of everything about a person: the form in which every app's sections tell the profile (settings.PROFILE_SECTIONS).

A section is a function `(persons, groups, before, limit) -> list[Entry]`: what it knows of these persons (all identities of one human) in
the groups that the reader sees, strictly before the key `before` (all when None), the latest first, at most `limit`; constant queries.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
CLASH = 20  # rows of one moment in one section: a bulk act gives many rows one time


def older(rows: QuerySet[Any], column: str, before: Before, limit: int) -> QuerySet[Any]:
    """The latest rows that may stand before a position. Those of its very moment are all asked for: `cut` judges them by their key."""
    found = rows.filter(**{f"{column}__lte": before[0]}) if before else rows
    return found.order_by(f"-{column}", "-pk")[: limit + CLASH]


def cut(entries: Iterable[Entry], before: Before, limit: int) -> list[Entry]:
    """Those strictly before a position, the latest first."""
    kept = [entry for entry in entries if before is None or (entry.at, entry.key) < before]
    return sorted(kept, key=lambda entry: (entry.at, entry.key), reverse=True)[:limit]
