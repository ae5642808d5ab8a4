"""What must be true of the database at any moment, and how to find the rows for which it is not (settings.INVARIANTS)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string

NAMED = 20  # rows that a finding names; it counts them all


@dataclass(frozen=True)
class Look:
    """When somebody looks, and whether they take the time to look at everything (a person's command does, the hourly look does not)."""

    at: datetime
    thorough: bool = False


@dataclass(frozen=True)
class Found:
    """The rows that break an invariant: how many, and the names of the first ones."""

    count: int = 0
    rows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Invariant:
    """A sentence about the data: an English msgid. `broken` asks a constant number of queries, each in seconds on millions of rows."""

    key: str  # "messaging.sent-has-receipt"
    says: str
    broken: Callable[[Look], Found]


def of_rows(rows: QuerySet[Any]) -> Found:
    """The finding of a query for the rows that break it. One query while there are none."""
    return of_ids(rows.model._meta.label_lower, rows.order_by("pk").values_list("pk", flat=True))


def of_ids(label: str, ids: QuerySet[Any, Any]) -> Found:
    """The same of a query for the numbers of those rows, in order, and what they are."""
    first = list(ids[: NAMED + 1])
    return Found(len(first) if len(first) <= NAMED else ids.count(), tuple(f"{label} {pk}" for pk in first[:NAMED]))


def of_names(names: Iterable[str]) -> Found:
    """The finding of things that are no rows, by name."""
    found = tuple(names)
    return Found(len(found), found[:NAMED])


def registered() -> list[Invariant]:
    """Every invariant of settings.INVARIANTS, in that order."""
    return [one for path in settings.INVARIANTS for one in import_string(path)()]
