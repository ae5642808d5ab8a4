"""Celery doors of the members."""

from celery import shared_task

from groupops.record import services as record
from groupops.shared import clock
from members import snapshots


@shared_task
def look_around() -> None:
    """Compare the lists of members with what we know."""
    snapshots.look_around(now=clock.now)
    record.beat(name="look_around", at=clock.now())
