"""Celery doors of running the installation."""

from celery import shared_task

from groupops.operations import services as operations
from groupops.operations.backup import keeping
from groupops.operations.doctor import services as doctor
from groupops.operations.status import watermark
from groupops.shared import clock


@shared_task
def notify() -> None:
    """Tell staff of critical alarms outside the chat."""
    operations.notify(now=clock.now)


@shared_task
def examine() -> None:
    """Look whether what must be true of the database is true."""
    doctor.examine(at=clock.now())


@shared_task
def back_up() -> None:
    """Start the nightly backup when it is its time; look whether one was proven lately."""
    if keeping.is_time(at=clock.now()):
        keeping.start()
    keeping.watch(at=clock.now())


@shared_task
def watch_disk() -> None:
    """Open or close the alarm of the disk."""
    watermark.watch(at=clock.now())
