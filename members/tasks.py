"""Celery doors of the members."""

from celery import shared_task
from django.conf import settings

from groupops.record import services as record
from groupops.shared import clock, doorbell
from members import snapshots
from members.consent import services as consent
from members.importing import queries as imports
from members.importing import services as importing
from members.invitations import answering
from members.joining import services as joining
from members.joining import waiting
from members.newcomers import services as newcomers
from members.praise import services as praise
from members.privacy import services as privacy
from members.questions import services as questions
from members.sweep import services as sweeping
from members.tags import services as tags
from members.tiers import nights


@shared_task
def look_around() -> None:
    """Compare the lists of members with what we know."""
    snapshots.look_around(now=clock.now)
    record.beat(name="look_around", at=clock.now())


@shared_task
def lapse_questions() -> None:
    """Close the questions that nobody will answer any more."""
    questions.lapse(at=clock.now())


@shared_task
def welcome() -> None:
    """Say the welcomes that are due."""
    newcomers.say_welcomes(at=clock.now())


@shared_task
def tag_by_rules() -> None:
    """Give the tags that have a rule, and take them."""
    tags.tag_by_rules(at=clock.now())


@shared_task
def follow_up() -> None:
    """Make the task lists of newcomers, drop what is left of old ones, watch their first messages."""
    at = clock.now()
    newcomers.make_lists(at=at)
    newcomers.drop_leftovers(at=at)
    newcomers.watch_first_messages(at=at)


@shared_task
def tend_entrances() -> None:
    """Call those who wait where there is room, tell of pictures that expire, forget what the waiting left and the
    contacts that were taken out, end campaigns."""
    at = clock.now()
    waiting.call(at=at)
    joining.watch_pictures(at=at)
    waiting.forget(at=at)
    answering.expire(at=at)
    consent.forget(at=at)


@shared_task
def sweep() -> None:
    """The runs of the week, the private questions, and where each case has come."""
    sweeping.tick(at=clock.now(), address=settings.PUBLIC_URL)


IMPORT_SECONDS = 50  # of one turn with a chat export, below Celery's soft limit


@shared_task
def carry_imports(import_id: int | None = None) -> None:
    """Take over what a person started: one import when somebody rings, all that wait at a tick, those of killed workers too."""
    for pk in imports.waiting() if import_id is None else [import_id]:
        importing.take_over(import_id=pk, at=clock.now())
        if not importing.play(import_id=pk, now=clock.now, seconds=IMPORT_SECONDS):
            doorbell.ring(importing.TASK, pk)


@shared_task
def judge_tiers() -> None:
    """Judge the tiers of the groups whose day has ended."""
    nights.judge(at=clock.now())


@shared_task
def make_exports() -> None:
    """Make the files that somebody asked for, delete those whose day is over."""
    privacy.make_exports(at=clock.now())
    privacy.forget_exports(at=clock.now())


@shared_task
def erase_persons() -> None:
    """Erase whose time to take it back is over."""
    privacy.erase_due(at=clock.now())


@shared_task
def propose_praises() -> None:
    """Propose a praise for whoever helped others this week."""
    praise.propose(at=clock.now())
