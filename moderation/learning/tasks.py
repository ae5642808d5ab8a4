"""Jobs of learning, woken by beat."""

from celery import shared_task

from groupops.shared import clock
from moderation.learning import services


@shared_task
def learn() -> None:
    """One group's model is learned anew, where enough was judged since the last time."""
    services.learn_next(at=clock.now())
