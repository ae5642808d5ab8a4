"""Keep what a platform told us, once each, before anybody thinks about it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from groupops.inbound import policy
from groupops.inbound.models import EventState, StoredEvent
from groupops.inbound.services import wordings
from groupops.messaging.adapter import Event
from groupops.messaging.models import Binding, Connection
from groupops.record.queries import aliases, hidden_key
from groupops.shared import bulk, doorbell
from groupops.shared.compiled import Among, Compiled, CompiledUpdate, Given

OWN = gettext_noop("Our own words coming back: not counted.")
UNBOUND = gettext_noop("No group is bound to this room: not counted.")
# A flood must not serialise on the connection's row: the time of the last event is kept to the second.
STAMP = timedelta(seconds=1)
PROCESS = "groupops.inbound.tasks.process"
KEY = ("connection", "event_key")
COLUMNS = ("group", *policy.COLUMNS)
ROOMS = Compiled(
    lambda: Binding.objects.filter(Among("remote_id", "rooms"), connection=Given("connection")).values_list("remote_id", "group_id")
)
STAMPED = CompiledUpdate(
    lambda: (
        Connection.objects.filter(Q(last_event_at=None) | Q(last_event_at__lte=Given("before")), pk=Given("pk")),
        {"last_event_at": Given("at")},
    )
)


def store(*, connection: Connection, events: Iterable[Event], at: datetime, cursor: str | None = None) -> int:
    """Keep `events` raw under their unique keys, and `cursor` with them; returns how many were new.

    One transaction. A known key changes nothing, so everything may be pushed again in any order. Our own echoes and the
    events of rooms that no group is bound to are kept as dropped, with the reason in their trace. Rings for the pipeline
    after the commit.
    """
    found = _found(connection, events, at)
    if not found and cursor in (None, connection.cursor):  # nothing was heard, as at most of a second's ticks
        return 0
    new = 0
    with transaction.atomic():
        for reason, rows in found.items():
            state = EventState.DROPPED if reason else EventState.PENDING
            [trace] = wordings.written([[(policy.DOOR, reason, {})] if reason else []])
            new += bulk.insert(StoredEvent, KEY, COLUMNS, rows, connection=connection.pk, received_at=at, state=state, trace=trace)
        _stamp(connection, at, heard=bool(found), cursor=cursor)
        if "" in found:
            transaction.on_commit(lambda: doorbell.ring(PROCESS, connection.pk), robust=True)
    return new


def _found(connection: Connection, events: Iterable[Event], at: datetime) -> dict[str, list[tuple[Any, ...]]]:
    """The events as rows, in the order of COLUMNS, by the reason why they are dropped; "" where they are not."""
    columns = [policy.columns(event, at) for event in events]
    _hide(connection.adapter, columns)
    rooms = list({values["remote_group"] for values in columns})
    groups: dict[str, int] = dict(ROOMS(connection=connection.pk, rooms=rooms)) if rooms else {}  # type: ignore[arg-type]
    found: dict[str, list[tuple[Any, ...]]] = {}
    for values in columns:
        group_id = groups.get(values["remote_group"])
        reason = OWN if values["own"] else UNBOUND if group_id is None else ""
        found.setdefault(reason, []).append((group_id, *values.values()))
    return found


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


def _stamp(connection: Connection, at: datetime, *, heard: bool, cursor: str | None) -> None:
    if cursor is not None and cursor != connection.cursor:
        Connection.objects.filter(pk=connection.pk).update(cursor=cursor)
        connection.cursor = cursor
    # What we know of the row may be old, but not newer than it.
    if heard and (connection.last_event_at is None or connection.last_event_at <= at - STAMP):
        STAMPED(pk=connection.pk, before=at - STAMP, at=at)
        connection.last_event_at = at
