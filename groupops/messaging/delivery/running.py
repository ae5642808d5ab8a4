"""One worker's run: connection by connection in turn, so that a full or slow one does not starve the others."""

import logging
import time
from collections.abc import Callable
from datetime import datetime

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext_noop as _

from groupops.messaging import registry
from groupops.messaging.adapter import Adapter
from groupops.messaging.delivery.calling import hand_over
from groupops.messaging.delivery.claiming import claim, due_connections, release, ripen
from groupops.messaging.delivery.consequences import lose
from groupops.messaging.delivery.terms import Terms
from groupops.messaging.delivery.terms import of as terms_of
from groupops.messaging.models import Connection, Delivery
from groupops.messaging.policy import BATCH, Around
from groupops.shared.errors import Refused

log = logging.getLogger(__name__)
SECONDS = 20.0  # of a run: ticks come every second, and a worker has other work too
SHARE = 5.0  # of one connection's batch before it is the next one's turn
TIMEOUT = 10.0  # of a call
HARMLESS = (Around.NOTHING, Around.FLAG)  # others end the batch: they are about the whole connection
UNUSABLE = _("The connection's credentials or platform cannot be used by this installation.")


def run(
    *, now: Callable[[], datetime], seconds: float = SECONDS, connection_id: int | None = None, rings: Callable[[], object] | None = None
) -> int:
    """Hand over what is due until nothing is, or the time is up; returns how many deliveries were taken on.

    With `connection_id` of that connection alone: a sandbox's clock is not that of the others. `rings` asks for one worker more, once,
    before the first full batch: a tick a second would bring the fourth worker after three seconds.
    """
    ripen(at=now(), connection_id=connection_id)
    started, taken, bells = time.monotonic(), 0, [rings] if rings else []
    while time.monotonic() - started < seconds:
        due = due_connections(at=now())
        done = sum(_turn(pk, now, bells) for pk in due if connection_id in (None, pk))
        if not done:
            break
        taken += done
    return taken


def _turn(connection_id: int, now: Callable[[], datetime], bells: list[Callable[[], object]]) -> int:
    connection = Connection.objects.get(pk=connection_id)
    alone = connection.is_broken  # one, to see whether the platform is back
    rows = claim(connection, at=now(), limit=1 if alone else BATCH)
    if not rows:
        return 0
    if bells and len(rows) == BATCH:
        bells.pop()()
    try:
        adapter = registry.adapter_for(connection, timeout=TIMEOUT)
    except Refused as problem:
        log.error("connection %s cannot be used: %s", connection_id, problem)  # noqa: TRY400  (no trace: the cause is a setting)
        lose(connection_id, Connection.Health.DOWN, line=UNUSABLE, at=now())
        _give_back(rows, now())
        return 0
    done = _batch(rows, adapter, terms_of(connection_id, rows), now)
    _give_back(rows[done:], now())
    return done


def _batch(rows: list[Delivery], adapter: Adapter, terms: Terms, now: Callable[[], datetime]) -> int:
    """How many were dealt with before the turn ended, or the connection had to be quiet."""
    started = time.monotonic()
    for done, delivery in enumerate(rows, 1):
        if _one(delivery, adapter, terms, now) not in HARMLESS or time.monotonic() - started > SHARE:
            return done
    return len(rows)


def _one(delivery: Delivery, adapter: Adapter, terms: Terms, now: Callable[[], datetime]) -> Around:
    """One that breaks our own code must not hold up the others: its claim ends by time, and `recover` takes it from there."""
    try:
        return hand_over(delivery, adapter, terms=terms, now=now)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("delivery %s broke", delivery.pk)
        return Around.NOTHING


def _give_back(rows: list[Delivery], at: datetime) -> None:
    for delivery in rows:
        release(delivery, at=at)
