"""One move of a delivery: conditional, told to its purpose, in the caller's transaction. Nothing else writes a delivery's state.

But the claim and the statement that settles what was sent (delivery/settling.py), which goes by `columns` and `follow`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from groupops.messaging import kinds
from groupops.messaging.models import Delivery
from groupops.messaging.policy import MOVES, TOLD, DeliveryState, undoes
from groupops.shared import live


class IllegalMove(Exception):
    """The state machine has no such move: a bug, not a refusal."""


def move(delivery: Delivery, to: DeliveryState, *, at: datetime, why: str = "", **values: Any) -> bool:
    """Move `delivery` on from the state and the fence it was read with; False where somebody was faster.

    `values` are further columns. The instance follows. Call it inside a transaction: the purpose's hook runs in it.
    """
    if to not in MOVES[DeliveryState(delivery.state)]:
        raise IllegalMove(f"{delivery.state} → {to}")
    return _written(delivery, to, at=at, why=why, told=to in TOLD, **values)


def reopen(delivery: Delivery, to: DeliveryState, *, at: datetime, why: str = "", **values: Any) -> bool:
    """As `move`, for what a person reopens or takes back: the purpose is told whatever the state."""
    now = DeliveryState(delivery.state)
    if to not in MOVES[now] and not undoes(now, to):
        raise IllegalMove(f"{now} → {to}")
    return _written(delivery, to, at=at, why=why, told=True, **values)


def _written(delivery: Delivery, to: DeliveryState, *, at: datetime, why: str, told: bool, **values: Any) -> bool:
    written = columns(to, at=at, why=why) | values
    if not Delivery.objects.filter(pk=delivery.pk, state=delivery.state, fence=delivery.fence).update(**written):
        return False
    follow(delivery, written, at=at, told=told)
    return True


def columns(to: DeliveryState, *, at: datetime, why: str) -> dict[str, Any]:
    """What every move writes."""
    return {
        "state": to,
        "why": why[:300],
        "lease_until": None,
        "not_before": None,
        "undo_state": "",
        "undo_until": None,
        "settled_at": at if to in TOLD else None,
    }


def follow(delivery: Delivery, written: Mapping[str, Any], *, at: datetime, told: bool) -> None:
    """A move was written: the instance follows, and whoever is told of it."""
    for name, value in written.items():
        setattr(delivery, name, value)
    if told:
        kinds.settled(delivery, at=at)
    live.publish(live.DELIVERIES)
