"""Celery doors of the groups."""

from celery import shared_task

from groupops.groups import services as groups
from groupops.shared import clock


@shared_task
def watch_traffic() -> None:
    """Beat rings every hour: busy hours without anybody on duty."""
    groups.watch_traffic(at=clock.now())


@shared_task
def assess() -> None:
    """Beat rings every 15 minutes: the health of every group, anew."""
    groups.assess(at=clock.now())
