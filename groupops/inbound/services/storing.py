"""Keep what a platform told us, once each, before anybody thinks about it."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection as database
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from groupops.inbound import policy
from groupops.inbound.models import EventState, StoredEvent
from groupops.messaging.adapter import Event
from groupops.messaging.models import Binding, Connection
from groupops.shared import doorbell

OWN = gettext_noop("Our own words coming back: not counted.")
UNBOUND = gettext_noop("No group is bound to this room: not counted.")
# A flood must not serialise on the connection's row: the time of the last event is kept to the second.
STAMP = timedelta(seconds=1)
PROCESS = "groupops.inbound.tasks.process"


def store(*, connection: Connection, events: Iterable[Event], at: datetime, cursor: str | None = None) -> int:
    """Keep `events` raw under their unique keys, and `cursor` with them; returns how many were new.

    One transaction. A known key changes nothing, so everything may be pushed again in any order. Our own echoes and the
    events of rooms that no group is bound to are kept as dropped, with the reason in their trace. Rings for the pipeline
    after the commit.
    """
    rows = _rows(connection, events, at)
    with transaction.atomic():
        new = _insert(rows) if rows else 0
        _stamp(connection, at, heard=bool(rows), cursor=cursor)
        if any(row.state == EventState.PENDING for row in rows):
            transaction.on_commit(lambda: doorbell.ring(PROCESS, connection.pk), robust=True)
    return new


def _rows(connection: Connection, events: Iterable[Event], at: datetime) -> list[StoredEvent]:
    found = [policy.columns(event, at) for event in events]
    rooms = {values["remote_group"] for values in found}
    groups = dict(Binding.objects.filter(connection=connection, remote_id__in=rooms).values_list("remote_id", "group_id")) if rooms else {}
    return [_row(connection, values, groups.get(values["remote_group"]), at) for values in found]


def _row(connection: Connection, values: dict[str, Any], group_id: int | None, at: datetime) -> StoredEvent:
    reason = OWN if values["own"] else UNBOUND if group_id is None else ""
    return StoredEvent(
        connection_id=connection.pk,
        group_id=group_id,
        received_at=at,
        state=EventState.DROPPED if reason else EventState.PENDING,
        trace=[{"step": policy.DOOR, "did": reason}] if reason else [],
        **values,
    )


def _insert(rows: list[StoredEvent]) -> int:
    """How many rows were new: bulk_create does not say it under ignore_conflicts, the cursor does."""
    inserted: list[int] = []

    def counting(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        result = execute(sql, params, many, context)
        if sql.startswith("INSERT"):
            inserted.append(context["cursor"].rowcount)
        return result

    with database.execute_wrapper(counting):
        StoredEvent.objects.bulk_create(rows, ignore_conflicts=True)
    return sum(inserted)


def _stamp(connection: Connection, at: datetime, *, heard: bool, cursor: str | None) -> None:
    row = Connection.objects.filter(pk=connection.pk)
    if cursor is not None and cursor != connection.cursor:
        row.update(cursor=cursor)
        connection.cursor = cursor
    if heard:
        row.filter(Q(last_event_at=None) | Q(last_event_at__lte=at - STAMP)).update(last_event_at=at)
