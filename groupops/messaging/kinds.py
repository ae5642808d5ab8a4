"""What a purpose adds to its deliveries: a guard just before the call, and a hook inside the transaction that settles.

A purpose of which much is said also names its guard as SQL ("open_row"): it is then part of the statement that begins the try, and
the function is asked only for its words. Likewise "sent_row" writes what `settled` writes of what was sent, inside the statement that
settles it on PostgreSQL.

settings.DELIVERY_KINDS names both by dotted path: {"post": {"guard": "content.delivery.guard", "settled": "content.delivery.settled"}}.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from groupops.messaging.models import Delivery


class Guard(Protocol):
    """Asked just before the call, outside any transaction."""

    def __call__(self, delivery: Delivery, *, at: datetime) -> str:
        """Why the call must not be made any more, in words for people; empty: go. The delivery is then cancelled with that line."""


class Settled(Protocol):
    """Called inside the transaction of every move that people see."""

    def __call__(self, delivery: Delivery, *, at: datetime) -> None:
        """Make the subject follow `delivery.state` (fresh, already written).

        Called when the delivery becomes sent, failed, missed, cancelled, waiting_person or unknown, and when a person reopens
        or undoes (then it is due or waiting_person again). Never called twice for one move. Raising rolls the move back.
        """


class OpenRow(Protocol):
    """The guard as a condition of the statement that begins a try. Only what the row and the database know can be asked there."""

    def __call__(self) -> str:
        """SQL over a row of the deliveries' table: true exactly where the guard says nothing. Literals only, no parameters."""


class SentRow(Protocol):
    """`settled` of a delivery that was sent, as parts of the statement of PostgreSQL that settles it."""

    def __call__(self, delivery: Delivery, *, at: datetime) -> tuple[str, Sequence[Any]]:
        """Parts of its WITH ("name AS (…), …"), always the same text, and their parameters.

        They read `moved`: id, subject_id, group_id and settled_at of the delivery, no row where its fence was lost. No name of theirs
        may be "moved", "ended" or "proved".
        """


@lru_cache
def _function(path: str) -> Guard | Settled | OpenRow | SentRow:
    found: Guard | Settled | OpenRow | SentRow = import_string(path)
    return found


def guard(delivery: Delivery, *, at: datetime) -> str:
    """Ask the purpose's guard."""
    ask: Guard = _function(settings.DELIVERY_KINDS[delivery.purpose]["guard"])  # type: ignore[assignment]
    return ask(delivery, at=at)


def asks_by_row(purpose: str) -> bool:
    """Whether the purpose's guard can also be asked inside the statement that begins a try."""
    return "open_row" in settings.DELIVERY_KINDS[purpose]


def open_row(purpose: str) -> list[str]:
    """The guard's "go" for one row of the deliveries as SQL without parameters, of a purpose that names one."""
    ask: OpenRow = _function(settings.DELIVERY_KINDS[purpose]["open_row"])  # type: ignore[assignment]
    return [ask()]


def tells_by_row(purpose: str) -> bool:
    """Whether what the purpose writes of a delivery that was sent can be part of the statement that settles it."""
    return "sent_row" in settings.DELIVERY_KINDS[purpose]


def sent_row(delivery: Delivery, *, at: datetime) -> tuple[str, Sequence[Any]]:
    """What the purpose writes of a delivery that was sent, as SQL with its parameters, of a purpose that names it."""
    tell: SentRow = _function(settings.DELIVERY_KINDS[delivery.purpose]["sent_row"])  # type: ignore[assignment]
    return tell(delivery, at=at)


def settled(delivery: Delivery, *, at: datetime) -> None:
    """Tell the purpose that a delivery moved."""
    tell: Settled = _function(settings.DELIVERY_KINDS[delivery.purpose]["settled"])  # type: ignore[assignment]
    tell(delivery, at=at)
