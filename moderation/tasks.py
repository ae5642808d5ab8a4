"""Jobs of moderation, woken by beat."""

from celery import shared_task

from groupops.shared import clock
from moderation import services as moderation
from moderation.fairness import services as fairness
from moderation.learning.tasks import learn as learn
from moderation.learning.tasks import learn_now as learn_now
from moderation.quarrels import services as quarrels
from moderation.raids import services as raids
from moderation.rehearsals import queries as rehearsals
from moderation.rehearsals import services as rehearsing
from moderation.services import capping, keeping


@shared_task
def empty_evidence() -> None:
    """Evidence whose time is over loses its words."""
    keeping.empty_evidence(at=clock.now())


@shared_task
def rehearse(rehearsal_id: int | None = None) -> None:
    """Run a rehearsal that somebody asked for; at a tick the oldest that waits, or whose worker died."""
    for pk in [rehearsal_id] if rehearsal_id else list(rehearsals.waiting()[:3]):
        rehearsing.run(pk=pk, now=clock.now)


@shared_task
def tend_raids() -> None:
    """End the floods of joins that are over, and the alarms of caps that hold nobody back any more."""
    at = clock.now()
    raids.lift_quiet(at=at)
    capping.close_alarms(at=at)


@shared_task
def forget_exchanges() -> None:
    """Who answered whom is kept for a day."""
    quarrels.forget(at=clock.now())


@shared_task
def watch_fairness() -> None:
    """Alarms of privileged staff and of cases that nobody handles."""
    fairness.watch(at=clock.now())


@shared_task
def lapse() -> None:
    """Entries of the blacklist whose time is over end."""
    moderation.lapse(at=clock.now())


@shared_task
def read_replies() -> None:
    """Members appeal by private message."""
    moderation.read_replies(at=clock.now())
