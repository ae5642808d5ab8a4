"""Jobs of learning, woken by beat."""

from celery import shared_task

from groupops.shared import clock
from moderation.learning import asking, services


@shared_task
def learn() -> None:
    """What somebody asked for; then one group's model, where enough was judged since the last time."""
    for pk in asking.waiting():
        asking.run(pk=pk, now=clock.now)
    services.learn_next(at=clock.now())


@shared_task
def learn_now(learning_id: int) -> None:
    """A group's model is learned because somebody asked for it."""
    asking.run(pk=learning_id, now=clock.now)
