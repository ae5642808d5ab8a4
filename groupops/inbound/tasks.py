"""Celery doors of the inbox: ticks and rings. What is to be done stands in the database; doing it twice changes nothing."""

import logging
import time

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded

from groupops.inbound import pipeline, queries, services
from groupops.messaging.models import Connection
from groupops.shared import clock

log = logging.getLogger(__name__)
SECONDS = 60  # of one task, below Celery's soft limit; the next tick goes on


@shared_task
def fetch() -> None:
    """Ask every platform that has to be asked. One that fails does not keep the others waiting."""
    until = time.monotonic() + SECONDS
    for connection in queries.polled():
        if time.monotonic() > until:
            return
        try:
            services.fetch(connection=connection, at=clock.now())
        except SoftTimeLimitExceeded:
            raise
        except Exception:
            log.exception("fetching for connection %s failed", connection.pk)


@shared_task
def process(connection_id: int | None = None) -> None:
    """Understand what waits: of one connection when the door rings, of all at a tick."""
    until = time.monotonic() + SECONDS
    waiting = queries.waiting()
    for connection in waiting if connection_id is None else Connection.objects.filter(pk=connection_id):
        if time.monotonic() > until:
            return
        try:
            pipeline.drain(connection=connection, at=clock.now())
        except SoftTimeLimitExceeded:
            raise
        except Exception:
            log.exception("the inbox of connection %s could not be worked through", connection.pk)


@shared_task
def empty_texts() -> None:
    """Empty the texts that are older than their groups keep them."""
    services.empty_texts(at=clock.now())
