"""Keep what a platform told us, once each, before anybody thinks about it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from groupops.inbound import policy
from groupops.inbound.models import EventState, StoredEvent
from groupops.messaging.adapter import Event
from groupops.messaging.models import Binding, Connection
from groupops.record.queries import aliases, hidden_key
from groupops.shared import bulk, doorbell

OWN = gettext_noop("Our own words coming back: not counted.")
UNBOUND = gettext_noop("No group is bound to this room: not counted.")
# A flood must not serialise on the connection's row: the time of the last event is kept to the second.
STAMP = timedelta(seconds=1)
PROCESS = "groupops.inbound.tasks.process"
KEY = ("connection", "event_key")
COLUMNS = ("state", "trace", "connection", "group", "received_at", *policy.COLUMNS)


def store(*, connection: Connection, events: Iterable[Event], at: datetime, cursor: str | None = None) -> int:
    """Keep `events` raw under their unique keys, and `cursor` with them; returns how many were new.

    One transaction. A known key changes nothing, so everything may be pushed again in any order. Our own echoes and the
    events of rooms that no group is bound to are kept as dropped, with the reason in their trace. Rings for the pipeline
    after the commit.
    """
    rows = _rows(connection, events, at)
    if not rows and cursor in (None, connection.cursor):  # nothing was heard, as at most of a second's ticks
        return 0
    with transaction.atomic():
        new = bulk.insert(StoredEvent, KEY, COLUMNS, rows)
        _stamp(connection, at, heard=bool(rows), cursor=cursor)
        if any(row[0] == EventState.PENDING for row in rows):
            transaction.on_commit(lambda: doorbell.ring(PROCESS, connection.pk), robust=True)
    return new


def _rows(connection: Connection, events: Iterable[Event], at: datetime) -> list[tuple[Any, ...]]:
    """The events as rows, in the order of COLUMNS."""
    found = [policy.columns(event, at) for event in events]
    _hide(connection.adapter, found)
    rooms = {values["remote_group"] for values in found}
    groups = dict(Binding.objects.filter(connection=connection, remote_id__in=rooms).values_list("remote_id", "group_id")) if rooms else {}
    return [_row(connection.pk, values, groups.get(values["remote_group"]), at) for values in found]


def _hide(realm: str, found: list[dict[str, Any]]) -> None:
    """Whoever was erased comes in under the alias: counted, without name, words or raw JSON. Nothing brings them back."""
    erased = aliases(realm, {values[name] for values in found for name in ("remote_user", "operator")})
    for values in found if erased else ():
        for name in ("remote_user", "operator"):
            if alias := erased.get(values[name]):
                keys = {key: hidden_key(values[key], values[name]) for key in ("event_key", "remote_message")}
                values |= {**keys, "raw": {}, name: alias}
                if name == "remote_user":
                    values |= {"user_name": "", "text": ""}


def _row(connection_id: int, values: dict[str, Any], group_id: int | None, at: datetime) -> tuple[Any, ...]:
    reason = OWN if values["own"] else UNBOUND if group_id is None else ""
    trace = [{"step": policy.DOOR, "did": reason}] if reason else []
    return (EventState.DROPPED if reason else EventState.PENDING, trace, connection_id, group_id, at, *values.values())


def _stamp(connection: Connection, at: datetime, *, heard: bool, cursor: str | None) -> None:
    row = Connection.objects.filter(pk=connection.pk)
    if cursor is not None and cursor != connection.cursor:
        row.update(cursor=cursor)
        connection.cursor = cursor
    if heard:
        row.filter(Q(last_event_at=None) | Q(last_event_at__lte=at - STAMP)).update(last_event_at=at)
