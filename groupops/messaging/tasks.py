"""Celery doors of the messaging. Tasks are doorbells: they carry nothing, may be lost, and may ring twice."""

from celery import shared_task

from groupops.messaging import delivery, outbox, watching
from groupops.messaging import services as messaging
from groupops.record import services as record
from groupops.shared import clock


@shared_task
def deliver() -> None:
    """Send what is due; where that is much, with others."""
    if delivery.run(now=clock.now, rings=outbox.ring):
        record.beat(name="deliver", at=clock.now())


@shared_task
def recover() -> None:
    """Take up what dead workers left, unknown outcomes, and what is too late."""
    delivery.recover(now=clock.now)
    record.beat(name="recover", at=clock.now())


@shared_task
def check_connections() -> None:
    """Ask every platform whether our account still works."""
    messaging.check_all(now=clock.now)
    record.beat(name="check_connections", at=clock.now())


@shared_task
def watch() -> None:
    """Open and close the alarms of the queue and of the failure inbox."""
    watching.watch(at=clock.now())
