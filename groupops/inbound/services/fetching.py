"""Ask a platform for its events, one worker at a time, and say so when it fails."""

import logging
import time
from contextlib import suppress
from datetime import datetime, timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils.translation import gettext_noop

from groupops.inbound import policy
from groupops.inbound.services import leases
from groupops.inbound.services.storing import store
from groupops.messaging import registry
from groupops.messaging.adapter import AccountRestricted, Adapter, AdapterError, LoginRequired, RateLimited
from groupops.messaging.delivery.consequences import lose
from groupops.messaging.models import Connection
from groupops.record import services as record
from groupops.shared.errors import Refused

log = logging.getLogger(__name__)
UNREADABLE = gettext_noop("The stored credentials cannot be opened.")
BUG = gettext_noop("Fetching failed in a way nobody foresaw; the log says more.")
FAILS = gettext_noop("A channel does not hand over what is said in its groups.")
Health = Connection.Health


def fetch(*, connection: Connection, at: datetime) -> int:
    """Fetch and keep what happened since the cursor, page by page; returns how many events were new.

    Whoever does not get the lease does nothing. A failure never raises: it becomes the connection's health and an alarm, and
    the platform is left alone for a while. A lost login or a restricted account pauses the connection until a person acts.
    """
    if not leases.lease(connection_id=connection.pk, name="fetch_lease", span=policy.FETCH_LEASE):
        return 0
    connection.refresh_from_db(fields=["cursor", "health"])  # another worker may have moved it since the tick began
    try:
        new = _pages(connection, registry.adapter_for(connection), at)
    except (SoftTimeLimitExceeded, DatabaseError):  # our own trouble says nothing about the platform
        with suppress(DatabaseError):
            leases.release(connection_id=connection.pk, name="fetch_lease")
        raise
    except Exception as error:  # noqa: BLE001  (a broken adapter must not end the tick of the others)
        _failed(connection, error, at)
        return 0
    _works(connection, at)
    leases.release(connection_id=connection.pk, name="fetch_lease")
    return new


def _pages(connection: Connection, adapter: Adapter, at: datetime) -> int:
    new, cursor, until = 0, connection.cursor, time.monotonic() + policy.DRAIN.total_seconds()
    while time.monotonic() < until:
        fetched = adapter.fetch_events(cursor)
        new += store(connection=connection, events=fetched.events, at=at, cursor=fetched.cursor)
        cursor = fetched.cursor
        if not fetched.more:
            break
    return new


def _failed(connection: Connection, error: Exception, at: datetime) -> None:
    line = error.message if isinstance(error, AdapterError) else UNREADABLE if isinstance(error, Refused) else BUG
    if line is BUG:
        log.error("fetching for connection %s failed", connection.pk, exc_info=error)
    with transaction.atomic():
        leases.hold(connection_id=connection.pk, name="fetch_lease", span=_wait(error))
        match error:
            case RateLimited():
                return
            case LoginRequired():
                lose(connection.pk, Health.NEEDS_LOGIN, line=line, at=at)
            case AccountRestricted():
                lose(connection.pk, Health.RESTRICTED, line=line, at=at)
            case _:
                Connection.objects.filter(pk=connection.pk).update(health=Health.DOWN, health_line=line[:300], checked_at=at)
                url = reverse("messaging:connection", args=[connection.pk])
                record.raise_alarm(key=_key(connection), severity="warning", text=FAILS, at=at, url=url)


def _wait(error: Exception) -> timedelta:
    """How long the platform is left alone: as long as it asks for, within reason."""
    asked = timedelta(seconds=error.after) if isinstance(error, RateLimited) else timedelta()
    return min(max(asked, policy.BACKOFF), policy.LONGEST_BACKOFF)


def _works(connection: Connection, at: datetime) -> None:
    """A platform that hands out its events again is no longer down. Writes nothing in the usual case."""
    if connection.health == Health.DOWN:
        Connection.objects.filter(pk=connection.pk, health=Health.DOWN).update(health=Health.OK, health_line="", checked_at=at)
    record.close_alarm(key=_key(connection), at=at)


def _key(connection: Connection) -> str:
    return f"inbound-fetch:{connection.pk}"
