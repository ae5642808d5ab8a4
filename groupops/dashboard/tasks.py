"""Celery doors of the dashboard."""

from celery import shared_task

from groupops.dashboard import services as dashboard
from groupops.shared import clock


@shared_task
def sweep() -> None:
    """Forget marks of things that are gone."""
    dashboard.sweep(at=clock.now())
