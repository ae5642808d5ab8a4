"""The one statement by which a claim becomes a try, in SQL: built by the ORM for every send it took longer than it ran.

What a batch was looked at for when it was claimed stands in its condition again (`Standing`): so nothing is asked twice, and what
has changed meanwhile is no try.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import connection as database
from django.db.models import DateTimeField, ExpressionWrapper
from django.db.models.functions import Now

from groupops.messaging import holding, kinds, repeats, targets
from groupops.messaging.models import Attempt, Connection, Delivery
from groupops.messaging.policy import LEASE, DeliveryState, sort_of
from groupops.shared import prepared

COLUMNS = ("delivery_id", "number", "fence", "calls", "started_at", "result", "code", "line")


@dataclass(frozen=True)
class Standing:
    """What was so when the delivery was looked at, and must still be so in the moment of its try.

    Its room, where the same text was not said since (None: whenever it was), and whatever its purpose asks.
    """

    room: str
    said_since: datetime | None


def lease() -> Any:
    """When a claim made now ends."""
    return ExpressionWrapper(Now() + LEASE, output_field=DateTimeField())


def attempt(delivery: Delivery, *, step: str, degraded: str, calls: int, at: datetime, standing: Standing | None) -> Attempt | None:
    """Count a try, write its step, renew the lease, and make its row; None where the claim, the leave or the reason to act is gone.

    On PostgreSQL one statement, which needs no transaction around it; elsewhere call it in one.
    """
    doubted = standing is not None and standing.said_since is not None
    update = _update(database.vendor, delivery.purpose if standing else None, doubted=doubted)
    fence = Delivery._meta.get_field("fence").get_db_prep_value(delivery.fence, database)
    sort = sort_of(delivery.operation)
    asked = [str(step), degraded, delivery.pk, fence, sort and sort.value]
    if standing is not None:
        asked += [standing.room, *(repeats.parameters(delivery, since=standing.said_since) if standing.said_since else ())]
    values = {"delivery": delivery, "number": delivery.attempts + 1, "fence": delivery.fence, "calls": calls, "started_at": at}
    if database.vendor == "postgresql":
        with prepared.executed(_with_row(update), [*asked, fence, calls, at]) as cursor:
            made = cursor.fetchone()
        return Attempt(pk=made[0], **values) if made else None
    with prepared.executed(update, asked) as cursor:
        tried = cursor.rowcount
    return Attempt.objects.create(**values) if tried else None


@lru_cache
def _update(vendor: str, purpose: str | None, *, doubted: bool) -> str:
    """The statement for this database, with what the purpose asks; parameters: step, why, the claim, the sort, what was standing."""
    claimed, until, now = DeliveryState.CLAIMED.value, literal(lease()), literal(Now())
    rows, connections = Delivery._meta.db_table, Connection._meta.db_table
    still = [holding.free_row()]
    if purpose is not None:
        still += [targets.same_room(), *([repeats.no_other()] if doubted else []), *kinds.open_row(purpose)]
    return f"""
        UPDATE {rows} SET attempts = attempts + 1, lease_until = {until}, step = %s, degraded = %s
        WHERE id = %s AND fence = %s AND state = '{claimed}' AND lease_until > {now} AND {" AND ".join(still)}
        AND EXISTS (SELECT 1 FROM {connections} c WHERE c.id = {rows}.connection_id AND NOT c.paused {holding.APART})
    """  # noqa: S608  (our own names)


@lru_cache
def _with_row(update: str) -> str:
    """The update and the attempt's row in one statement of PostgreSQL."""
    return f"""
        WITH tried AS ({update} RETURNING id, attempts)
        INSERT INTO {Attempt._meta.db_table} ({", ".join(COLUMNS)})
        SELECT id, attempts, CAST(%s AS uuid), CAST(%s AS smallint), CAST(%s AS timestamptz), '', '', '' FROM tried RETURNING id
    """  # noqa: S608  (our own names)


def literal(expression: Any) -> str:
    """The SQL of a time as the database counts it, the span in it written out."""
    query = Delivery.objects.all().query
    sql, spans = query.get_compiler(connection=database).compile(expression.resolve_expression(query))
    for span in spans:
        sql = sql.replace("%s", f"INTERVAL '{span.total_seconds()} seconds'" if isinstance(span, timedelta) else str(int(span)), 1)
    return str(sql)
