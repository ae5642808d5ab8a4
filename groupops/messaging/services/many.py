"""The same decision about many deliveries: each stands alone, and what was skipped says why."""

from collections.abc import Callable, Iterable
from datetime import datetime

from groupops.accounts.models import User
from groupops.messaging.models import Delivery
from groupops.messaging.policy import Decision
from groupops.messaging.services import decisions, taking
from groupops.shared import skipping
from groupops.shared.errors import Refused

Many = skipping.Many[Delivery]


def decide_many(*, deliveries: Iterable[Delivery], decision: Decision, by: User, at: datetime) -> Many:
    """`decide` for each."""
    return _each(deliveries, lambda row: decisions.decide(delivery=row, decision=decision, by=by, at=at))


def undo_many(*, deliveries: Iterable[Delivery], by: User, at: datetime) -> Many:
    """`undo` for each."""
    return _each(deliveries, lambda row: decisions.undo(delivery=row, by=by, at=at))


def take_many(*, deliveries: Iterable[Delivery], by: User, at: datetime, over: bool = False) -> Many:
    """`take` for each."""
    return _each(deliveries, lambda row: taking.take(delivery=row, by=by, at=at, over=over))


def put_back_many(*, deliveries: Iterable[Delivery], by: User, at: datetime) -> Many:
    """`put_back` for each."""
    return _each(deliveries, lambda row: taking.put_back(delivery=row, by=by, at=at))


def _each(deliveries: Iterable[Delivery], act: Callable[[Delivery], Delivery]) -> Many:
    result = Many()
    for row in deliveries:
        try:
            result.done.append(act(row))
        except Refused as refusal:
            result.skipped.append((row, str(refusal.message)))
    return result
