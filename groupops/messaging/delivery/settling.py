"""A try that was answered well: the delivery, the end of its attempt and the receipt in one statement of PostgreSQL."""

from datetime import datetime
from functools import lru_cache

import orjson
from django.db import connection as database

from groupops.messaging import moves
from groupops.messaging.degrading import Doing, stands
from groupops.messaging.delivery.verdicts import Verdict
from groupops.messaging.models import Attempt, Delivery, Receipt
from groupops.messaging.policy import DeliveryState
from groupops.shared import prepared


def at_once() -> bool:
    """Whether this database can do it: a statement that writes inside another one is PostgreSQL's own."""
    return database.vendor == "postgresql"


def sent(delivery: Delivery, attempt: Attempt, verdict: Verdict, at: datetime, doing: Doing | None, *, late: str) -> bool:
    """`moves.move` to SENT with its attempt's end and its receipt, in the caller's transaction; False under a lost fence.

    Then there is no receipt, and `late` is the attempt's result.
    """
    columns = moves.columns(DeliveryState.SENT, at=at, why=verdict.line) | stands(doing)
    ids = verdict.remote_ids
    parts = orjson.dumps(ids if len(ids) > 1 else ()).decode()
    ended = [at, verdict.result[:30], late[:30], verdict.code[:60], verdict.line[:300], attempt.pk]
    claim = [delivery.pk, delivery.state, delivery.fence]
    with prepared.executed(
        _statement(tuple(columns)), [*map(_plain, columns.values()), *claim, *ended, ids[-1][:255], parts, at]
    ) as cursor:
        counted = bool(cursor.fetchone()[0])
    if counted:
        moves.follow(delivery, columns, at=at, told=True)
    return counted


def _plain(value: object) -> object:
    return str(value) if isinstance(value, str) else value


@lru_cache
def _statement(names: tuple[str, ...]) -> str:
    sets = ", ".join(f"{name} = %s" for name in names)
    return f"""
        WITH moved AS (UPDATE {Delivery._meta.db_table} SET {sets} WHERE id = %s AND state = %s AND fence = %s RETURNING id),
        ended AS (
            UPDATE {Attempt._meta.db_table}
            SET ended_at = %s, result = CASE WHEN EXISTS (SELECT 1 FROM moved) THEN %s ELSE %s END, code = %s, line = %s WHERE id = %s
        ),
        proved AS (
            INSERT INTO {Receipt._meta.db_table} (delivery_id, remote_id, parts, at)
            SELECT id, CAST(%s AS varchar), CAST(%s AS jsonb), CAST(%s AS timestamptz) FROM moved
        )
        SELECT EXISTS (SELECT 1 FROM moved)
    """  # noqa: S608  (our own names)
