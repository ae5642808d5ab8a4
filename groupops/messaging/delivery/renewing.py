"""The one statement by which a claim becomes a try, in SQL: built by the ORM for every send it took longer than it ran."""

from functools import lru_cache
from typing import Any

from django.db import connection as database
from django.db.models import DateTimeField, ExpressionWrapper
from django.db.models.functions import Now

from groupops.messaging import holding
from groupops.messaging.models import Connection, Delivery
from groupops.messaging.policy import LEASE, DeliveryState, sort_of


def lease() -> Any:
    """When a claim made now ends."""
    return ExpressionWrapper(Now() + LEASE, output_field=DateTimeField())


def renew(delivery: Delivery, *, step: str, degraded: str) -> bool:
    """Count a try, write its step and renew the lease, in the caller's transaction; False where the claim or the leave to act is gone."""
    sql, before, after = _statement(database.vendor)
    sort = sort_of(delivery.operation)
    fence = Delivery._meta.get_field("fence").get_db_prep_value(delivery.fence, database)
    condition = [delivery.pk, fence, DeliveryState.CLAIMED.value, *after, sort and sort.value]
    with database.cursor() as cursor:
        cursor.execute(sql, [*before, str(step), degraded, *condition])
        return bool(cursor.rowcount)


@lru_cache
def _statement(vendor: str) -> tuple[str, list[Any], list[Any]]:
    """The statement, and the parameters of the times at its beginning and in its condition, as the database counts time."""
    (until, before), (now, after) = _compiled(lease()), _compiled(Now())
    rows, connections = Delivery._meta.db_table, Connection._meta.db_table
    sql = f"""
        UPDATE {rows} SET attempts = attempts + 1, lease_until = {until}, step = %s, degraded = %s
        WHERE id = %s AND fence = %s AND state = %s AND lease_until > {now} AND {holding.free_row()}
        AND EXISTS (SELECT 1 FROM {connections} c WHERE c.id = {rows}.connection_id AND NOT c.paused)
    """  # noqa: S608  (our own names)
    return sql, before, after


def _compiled(expression: Any) -> tuple[str, list[Any]]:
    """The SQL of an expression without columns, and its parameters."""
    query = Delivery.objects.all().query
    sql, parameters = query.get_compiler(connection=database).compile(expression.resolve_expression(query))
    return sql, list(parameters)
