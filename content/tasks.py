"""Celery doors of the content: what is due is a row, these only look."""

from celery import shared_task

from content import services as content
from content.services import coverage, watching
from groupops.shared import clock


@shared_task
def plan() -> None:
    """Make the rows of the coming slots."""
    content.plan(at=clock.now())


@shared_task
def release() -> None:
    """Turn due slots into posts and deliveries."""
    content.release(at=clock.now())


@shared_task
def watch_coverage() -> None:
    """Open and close the alarms of coverage."""
    coverage.watch(at=clock.now())


@shared_task
def watch_slots() -> None:
    """Open and close the alarm of missed slots."""
    watching.watch(at=clock.now())
