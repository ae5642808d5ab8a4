"""Jobs of moderation, woken by beat."""

from celery import shared_task

from groupops.shared import clock
from moderation.learning.tasks import learn as learn
from moderation.services import keeping


@shared_task
def empty_evidence() -> None:
    """Evidence whose time is over loses its words."""
    keeping.empty_evidence(at=clock.now())
