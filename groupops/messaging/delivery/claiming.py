"""Who may call: claims with a fence and a lease, in the database's own time; the same code on both databases.

What is due is judged by the door's clock (`at`), how long a claim holds by the database's: workers' clocks may differ.
"""

import uuid
from collections.abc import Collection, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import lru_cache

from django.db import connection as database
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from groupops.messaging import holding
from groupops.messaging.adapter import Operation
from groupops.messaging.degrading import Doing
from groupops.messaging.delivery import alone as turns
from groupops.messaging.delivery import trying
from groupops.messaging.delivery.limiting import Full, full
from groupops.messaging.delivery.trying import Standing, lease, literal
from groupops.messaging.failpoints import failpoint
from groupops.messaging.models import Attempt, Connection, Delivery, Limit
from groupops.messaging.moves import move
from groupops.messaging.policy import BATCH, CLAIMABLE, DeliveryState
from groupops.shared import prepared

# Where a query's text is wanted, they stand for what comes later.
SOME_TIME, NOBODY = datetime(1000, 1, 1, tzinfo=UTC), -1


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
    if database.vendor != "postgresql":
        return list(_speaking(at))
    asked = _asked()
    with prepared.executed(asked.sql, asked.values(at=at)) as cursor:
        return [pk for (pk,) in cursor.fetchall()]


def _speaking(at: datetime) -> QuerySet[Connection, int]:
    speaking = Connection.objects.filter(Q(resting_until=None) | Q(resting_until__lte=at), paused=False)
    waiting = speaking.filter(Exists(claimable(at).filter(connection=OuterRef("pk"))))
    return waiting.order_by(F("last_sent_at").asc(nulls_first=True), "pk").values_list("pk", flat=True)


@lru_cache
def _asked() -> prepared.Query:
    return prepared.query(_speaking(SOME_TIME), {"at": SOME_TIME})


def claim(connection: Connection | int, *, at: datetime, limit: int = BATCH) -> list[Delivery]:
    """Up to `limit` due deliveries of a connection (or its id), oldest first: ours until their lease ends, under a fresh fence."""
    fence, connection_id = uuid.uuid4(), connection if isinstance(connection, int) else connection.pk
    if database.vendor == "postgresql":
        ids = _taken_at_once(connection_id, fence, at=at, limit=limit)
    else:
        ids = _taken(connection_id, fence, at=at, limit=limit)
    mine = Delivery.objects.filter(pk__in=ids, fence=fence, state=DeliveryState.CLAIMED).select_related("group__binding")
    found = list(mine.order_by("due_at", "pk")) if ids else []
    groups = {delivery.group_id: delivery.group for delivery in found}
    one = connection if isinstance(connection, Connection) else found[0].connection if found else None
    for delivery in found:  # one object for the batch: what one delivery learns of it the next knows
        delivery.connection, delivery.group = one, groups[delivery.group_id]
    failpoint("after-claim")
    return found


def _taken(connection_id: int, fence: uuid.UUID, *, at: datetime, limit: int) -> list[int]:
    with transaction.atomic():  # SQLite's writers wait for each other
        ids = list(_oldest(connection_id, at)[:limit])
        chosen = Delivery.objects.filter(pk__in=ids, state__in=CLAIMABLE)
        chosen.update(state=DeliveryState.CLAIMED, fence=fence, lease_until=lease(), undo_state="", undo_until=None)
    return ids


def _oldest(connection_id: int, at: datetime) -> QuerySet[Delivery, int]:
    return claimable(at).filter(connection_id=connection_id).order_by("due_at", "pk").values_list("pk", flat=True)


def _taken_at_once(connection_id: int, fence: uuid.UUID, *, at: datetime, limit: int) -> list[int]:
    taking = _taking()
    with prepared.executed(taking.sql, taking.values(at=at, connection=connection_id, limit=limit, fence=fence)) as cursor:
        return [pk for (pk,) in cursor.fetchall()]


@lru_cache
def _taking() -> prepared.Query:
    """One statement of PostgreSQL, which leaves what others are at alone.

    What it chooses is materialized: a locking sub-select may run twice, and claim too much.
    """
    rows, oldest = Delivery._meta.db_table, prepared.query(_oldest(NOBODY, SOME_TIME), {"at": SOME_TIME, "connection": NOBODY})
    claimed = f"state = '{DeliveryState.CLAIMED.value}', fence = CAST(%s AS uuid), lease_until = {literal(lease())}"
    sql = f"""
        WITH chosen (id) AS MATERIALIZED ({oldest.sql} LIMIT %s FOR UPDATE OF {rows} SKIP LOCKED)
        UPDATE {rows} SET {claimed}, undo_state = '', undo_until = NULL FROM chosen WHERE {rows}.id = chosen.id RETURNING {rows}.id
    """  # noqa: S608  (our own names)
    return prepared.Query(sql, (*oldest.names, "limit", "fence"))


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
