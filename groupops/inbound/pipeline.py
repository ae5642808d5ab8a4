"""Understand stored events: batch by batch through settings.INBOUND_PIPELINE, one transaction each; poison is set aside."""

import logging
import random
import time
from collections.abc import Callable
from datetime import datetime

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, Min
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext_noop

from groupops.inbound import policy, queries, services
from groupops.inbound.models import EventState, StoredEvent
from groupops.inbound.services import wordings
from groupops.inbound.turn import Batch, Step, Turn
from groupops.messaging.models import Connection
from groupops.record import services as record
from groupops.shared import bulk, live

log = logging.getLogger(__name__)
# A deadlock, a time-out, a lost connection: the batch is not to blame.
TRANSIENT = (OperationalError, InterfaceError)
PARKED = gettext_noop("Events of a channel could not be understood and were parked.")


def drain(*, connection: Connection, at: datetime) -> int:
    """Understand what waits for `connection`, oldest first, until nothing does or its share of time is used; returns how many.

    One worker at a time: whoever does not get the lease does nothing.
    """
    if not services.lease(connection_id=connection.pk, name="inbox_lease", span=policy.INBOX_LEASE):
        return 0
    until, settled = time.monotonic() + policy.DRAIN.total_seconds(), 0
    try:
        while time.monotonic() < until and (found := handle(connection=connection, at=at)):
            settled += found
    finally:
        services.release(connection_id=connection.pk, name="inbox_lease")
    return settled


def handle(*, connection: Connection, at: datetime, event_ids: list[int] | None = None) -> int:
    """Run the steps over these events, or the oldest that wait, in one transaction; returns how many were settled, parked ones included.

    An outage repeats the whole batch, and raises when it lasts. Any other error splits the batch in halves until the event
    that causes it stands alone and is parked with the error; the others go on, in order.
    """
    try:
        return _persist(lambda: _batch(connection, event_ids, at))
    except SoftTimeLimitExceeded:  # the worker's own alarm clock, wherever it rings: says nothing about the events
        raise
    except TRANSIENT as error:
        ids = event_ids or queries.pending(connection.pk, policy.BATCH)
        if _tried(ids) < policy.TRIES:
            raise
        return _split(connection, ids, at, error)
    except Exception as error:
        ids = event_ids or queries.pending(connection.pk, policy.BATCH)
        if not ids:  # it says nothing about events
            raise
        return _split(connection, ids, at, error)


def _persist(work: Callable[[], int]) -> int:
    """`work` in a transaction, repeated after a passing failure of the database."""
    for left in reversed(range(policy.RETRIES)):
        try:
            with transaction.atomic():
                return work()
        except TRANSIENT:
            if not left:
                raise
            log.warning("a batch is repeated", exc_info=True)
            time.sleep(random.uniform(0.01, 0.1))  # noqa: S311  (two deadlocked workers must not meet again)
    raise AssertionError("unreachable")


def _tried(event_ids: list[int]) -> int:
    """Count one more try of these events; returns the smallest count. Fails like the batch did while the database is away."""
    rows = StoredEvent.objects.filter(pk__in=event_ids, state=EventState.PENDING)
    rows.update(tries=F("tries") + 1)
    return rows.aggregate(least=Min("tries"))["least"] or 0


def _split(connection: Connection, event_ids: list[int], at: datetime, error: Exception) -> int:
    if len(event_ids) == 1:
        return _park(connection, event_ids[0], at, error)
    log.warning("a batch of %s events is split: %s", len(event_ids), error.__class__.__name__)
    middle = len(event_ids) // 2
    return sum(handle(connection=connection, event_ids=half, at=at) for half in (event_ids[:middle], event_ids[middle:]))


def _park(connection: Connection, event_id: int, at: datetime, error: Exception) -> int:
    text = policy.text_of(f"{error.__class__.__name__}: {error}".splitlines()[0], 300)
    log.error("event %s is parked", event_id, exc_info=error)
    with transaction.atomic():
        row = StoredEvent.objects.filter(pk=event_id, state=EventState.PENDING)
        parked = row.update(state=EventState.PARKED, tries=F("tries") + 1, error=text, trace=[])
        if parked:
            url = reverse("inbound:parked")
            record.raise_alarm(key=f"inbound-parked:{connection.pk}", severity="warning", text=PARKED, at=at, url=url)
    return parked


def _batch(connection: Connection, event_ids: list[int] | None, at: datetime) -> int:
    # Locked, and looked at again: whoever had them before us has settled them, and they are no longer pending.
    turns = queries.turns(connection, event_ids) if event_ids else queries.oldest(connection, policy.BATCH)
    if turns:
        batch = Batch(connection_id=connection.pk, realm=connection.adapter, turns=turns, received_at=at)
        for run in steps():
            run(batch)
        _settle(turns)
        live.publish(live.EVENTS)
    return len(turns)


def steps() -> list[Step]:
    """The steps of settings.INBOUND_PIPELINE, in their order."""
    return [import_string(path) for path in settings.INBOUND_PIPELINE]


def _settle(turns: list[Turn]) -> None:
    traces = wordings.written([turn.trace for turn in turns])
    rows = [(turn.event_id, turn.person_id, trace) for turn, trace in zip(turns, traces, strict=True)]
    bulk.update(StoredEvent, ["person_id", "trace"], rows, state=EventState.DONE.value, error="")
