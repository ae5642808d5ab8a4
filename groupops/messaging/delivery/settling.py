"""A try that was answered well, in one statement of PostgreSQL: delivery, end of the attempt, receipt, and what the purpose writes."""

from datetime import datetime
from functools import lru_cache

import orjson
from django.db import connection as database

from groupops.messaging import kinds, moves
from groupops.messaging.degrading import Doing, stands
from groupops.messaging.delivery.verdicts import Verdict
from groupops.messaging.models import Attempt, Delivery, Receipt
from groupops.messaging.policy import Around, DeliveryState, Step
from groupops.shared import prepared


def at_once() -> bool:
    """Whether this database can do it: a statement that writes inside another one is PostgreSQL's own."""
    return database.vendor == "postgresql"


def is_whole(delivery: Delivery, verdict: Verdict) -> bool:
    """Whether the one statement is all that there is to write: then it needs no transaction around it."""
    plain = delivery.step != Step.TIMER and verdict.around == Around.NOTHING
    return at_once() and verdict.state == DeliveryState.SENT and plain and kinds.tells_by_row(delivery.purpose)


def sent(delivery: Delivery, attempt: Attempt, verdict: Verdict, at: datetime, doing: Doing | None, *, late: str) -> bool:
    """`moves.move` to SENT with its attempt's end and its receipt; False under a lost fence.

    Then there is no receipt, and `late` is the attempt's result. In the caller's transaction, unless `is_whole`.
    """
    columns = moves.columns(DeliveryState.SENT, at=at, why=verdict.line) | stands(doing)
    ids = verdict.remote_ids
    parts = orjson.dumps(ids if len(ids) > 1 else ()).decode()
    ended = [at, verdict.result[:30], late[:30], verdict.code[:60], verdict.line[:300], attempt.pk]
    claim = [delivery.pk, delivery.state, delivery.fence]
    receipt, by_row = [ids[-1][:255], parts, at], kinds.tells_by_row(delivery.purpose)
    told, values = kinds.sent_row(delivery, at=at) if by_row else ("", ())
    with prepared.executed(_statement(tuple(columns), told), [*map(_plain, columns.values()), *claim, *ended, *receipt, *values]) as cursor:
        counted = bool(cursor.fetchone()[0])
    if counted:
        moves.follow(delivery, columns, at=at, told=not by_row)
    return counted


def _plain(value: object) -> object:
    return str(value) if isinstance(value, str) else value


@lru_cache
def _statement(names: tuple[str, ...], told: str) -> str:
    sets = ", ".join(f"{name} = %s" for name in names)
    return f"""
        WITH moved AS (UPDATE {Delivery._meta.db_table} SET {sets} WHERE id = %s AND state = %s AND fence = %s
                  RETURNING id, subject_id, group_id, settled_at),
        ended AS (
            UPDATE {Attempt._meta.db_table}
            SET ended_at = %s, result = CASE WHEN EXISTS (SELECT 1 FROM moved) THEN %s ELSE %s END, code = %s, line = %s WHERE id = %s
        ),
        proved AS (
            INSERT INTO {Receipt._meta.db_table} (delivery_id, remote_id, parts, at)
            SELECT id, CAST(%s AS varchar), CAST(%s AS jsonb), CAST(%s AS timestamptz) FROM moved
        ){f", {told}" if told else ""}
        SELECT EXISTS (SELECT 1 FROM moved)
    """  # noqa: S608  (our own names)
