"""Who may call: claims with a fence and a lease, in the database's own time; the same code on both databases.

What is due is judged by the door's clock (`at`), how long a claim holds by the database's: workers' clocks may differ.
"""

import uuid
from collections.abc import Collection, Sequence
from contextlib import nullcontext
from datetime import datetime

from django.db import connection as database
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from groupops.messaging import holding
from groupops.messaging.adapter import Operation
from groupops.messaging.degrading import Doing
from groupops.messaging.delivery import alone as turns
from groupops.messaging.delivery import trying
from groupops.messaging.delivery.limiting import Full, full
from groupops.messaging.delivery.trying import Standing, lease
from groupops.messaging.failpoints import failpoint
from groupops.messaging.models import Attempt, Connection, Delivery, Limit
from groupops.messaging.moves import move
from groupops.messaging.policy import BATCH, CLAIMABLE, DeliveryState


def ripen(*, at: datetime, connection_id: int | None = None) -> int:
    """Planned deliveries (of one connection, when named) whose time has come become due; returns how many.

    Looks before it writes: it runs every second.
    """
    ripe = Delivery.objects.filter(state=DeliveryState.PLANNED, due_at__lte=at)
    if connection_id is not None:
        ripe = ripe.filter(connection=connection_id)
    return ripe.update(state=DeliveryState.DUE) if ripe.exists() else 0


def claimable(at: datetime) -> QuerySet[Delivery]:
    """What may be claimed at `at`, whatever its connection's condition."""
    rows = Delivery.objects.filter(Q(not_before=None) | Q(not_before__lte=at), state__in=CLAIMABLE, due_at__lte=at)
    return rows.filter(holding.free(), Q(expires_at=None) | Q(expires_at__gt=at)).exclude(group__lifecycle__in=holding.SILENT)


def due_connections(*, at: datetime) -> list[int]:
    """Connections that may speak now and have something to say; the longest unheard first."""
    speaking = Connection.objects.filter(Q(resting_until=None) | Q(resting_until__lte=at), paused=False)
    waiting = speaking.filter(Exists(claimable(at).filter(connection=OuterRef("pk"))))
    return list(waiting.order_by(F("last_sent_at").asc(nulls_first=True), "pk").values_list("pk", flat=True))


def claim(connection_id: int, *, at: datetime, limit: int = BATCH) -> list[Delivery]:
    """Up to `limit` due deliveries of a connection, oldest first: ours until their lease ends, under a fresh fence.

    Selecting first and updating by id, not one statement: PostgreSQL may run a locking sub-select twice and claim too much.
    """
    fence = uuid.uuid4()
    with transaction.atomic():
        rows = claimable(at).filter(connection_id=connection_id)
        if database.features.has_select_for_update_skip_locked:  # SQLite's writers wait for each other anyway
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        ids = list(rows.order_by("due_at", "pk").values_list("pk", flat=True)[:limit])
        chosen = Delivery.objects.filter(pk__in=ids, state__in=CLAIMABLE)
        chosen.update(state=DeliveryState.CLAIMED, fence=fence, lease_until=lease(), undo_state="", undo_until=None)
    mine = Delivery.objects.filter(pk__in=ids, fence=fence, state=DeliveryState.CLAIMED).select_related("group__binding")
    found = list(mine.order_by("due_at", "pk")) if ids else []
    groups = {delivery.group_id: delivery.group for delivery in found}
    for delivery in found:  # one object for the batch: what one delivery learns of it the next knows
        delivery.connection, delivery.group = found[0].connection, groups[delivery.group_id]
    failpoint("after-claim")
    return found


def begin(
    delivery: Delivery,
    doing: Doing,
    limits: Sequence[Limit] = (),
    *,
    calls: int = 1,
    alone: Collection[Operation] = (),
    standing: Standing | None = None,
    at: datetime,
) -> Attempt | Full | None:
    """Write the attempt and its step before the call, and renew the lease. `calls`: how many calls of the platform it takes.

    Full: a rate limit is used up, or another act of those that go `alone` is under way. None: the claim or the leave to act is gone,
    or what was `standing` no longer is.
    """
    locks = bool(limits) or doing.operation in alone
    with transaction.atomic() if locks or database.vendor != "postgresql" else nullcontext():  # there the try is one statement
        wait = full(delivery, limits, at, calls=calls) or turns.taken(delivery, doing.operation, alone, at=at)
        if wait is not None:
            return wait
        attempt = trying.attempt(delivery, step=doing.step, degraded=doing.why, calls=calls, at=at, standing=standing)
        if attempt is None:
            return None
    delivery.attempts += 1
    delivery.step, delivery.degraded = doing.step, doing.why
    failpoint("before-call")
    return attempt


def release(delivery: Delivery, *, at: datetime, not_before: datetime | None = None) -> bool:
    """Give an untried claim back, to be taken again at once or not before a time."""
    with transaction.atomic():
        return move(delivery, DeliveryState.DUE, at=at, not_before=not_before)
