"""Celery doors of running the installation."""

from celery import shared_task

from groupops.operations import services as operations
from groupops.shared import clock


@shared_task
def notify() -> None:
    """Tell staff of critical alarms outside the chat."""
    operations.notify(now=clock.now)
