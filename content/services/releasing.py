"""What is due leaves, in one transaction: slots and posts become deliveries; one found too late becomes visibly missed."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import OperationalError, transaction

from content import queries
from content.models import Post, Slot
from content.policy import CatchUp, Fate, PostState, SlotState, Why, fate
from content.services import leaving
from groupops.groups.models import Group
from groupops.groups.policy import Lifecycle

log = logging.getLogger(__name__)
LIMIT = 1000  # rows a call; the next tick takes the rest
CHUNK = 50  # rows a transaction
Due = tuple[int, datetime]  # the id, and the moment it was due when it was read
Settle = Callable[[Sequence[Due], datetime], "Released"]
# Why a text that was written ahead did not leave, by its state; in every other state nobody has approved it.
NOT_LEFT = {
    PostState.APPROVED: Fate(SlotState.MISSED, Why.HELD),
    PostState.CANCELLED: Fate(SlotState.SKIPPED, Why.PERSON),
}


@dataclass(frozen=True)
class Released:
    """How many slots and posts a call settled, and how many it had to leave to the next one because they broke."""

    settled: int = 0
    broken: int = 0

    def __add__(self, other: "Released") -> "Released":
        return Released(self.settled + other.settled, self.broken + other.broken)


def release(*, at: datetime, group_id: int | None = None) -> Released:
    """Settle every planned slot and every scheduled post that is due, oldest first. Any number of callers settle each once.

    One that breaks is tried again alone, so that it holds up no other; it stays as it is and lapses as missed.
    With `group_id` of that group alone: a sandbox has a clock of its own.
    """
    slots = queries.due_slots(at, limit=LIMIT, group_id=group_id)
    posts = queries.due_posts(at, limit=LIMIT, group_id=group_id)
    return _in_chunks(slots, _settle_slots, at) + _in_chunks(posts, _settle_posts, at)


def _in_chunks(due: Sequence[Due], settle: Settle, at: datetime) -> Released:
    done = Released()
    for start in range(0, len(due), CHUNK):
        chunk = due[start : start + CHUNK]
        done += _alone(chunk, settle, at) if len(chunk) == 1 else _together(chunk, settle, at)
    return done


def _together(chunk: Sequence[Due], settle: Settle, at: datetime) -> Released:
    try:
        return settle(chunk, at)
    except OperationalError:  # the database's trouble, not a slot's: the next tick comes in a second
        raise
    except Exception:
        log.exception("%s rows could not be released together; trying each alone", len(chunk))
    done = Released()
    for one in chunk:
        done += _alone([one], settle, at)
    return done


def _alone(chunk: Sequence[Due], settle: Settle, at: datetime) -> Released:
    try:
        return settle(chunk, at)
    except OperationalError:
        raise
    except Exception:
        log.exception("%s: row %s could not be released", settle.__name__, chunk[0][0])
        return Released(broken=1)


@transaction.atomic
def _settle_slots(chunk: Sequence[Due], at: datetime) -> Released:
    """Claim, then look: the claim is one conditional UPDATE a slot, and what is read after it is what holds at this moment."""
    claimed = [
        pk for pk, due_at in chunk if Slot.objects.filter(pk=pk, state=SlotState.PLANNED, due_at=due_at).update(state=SlotState.RELEASED)
    ]
    found = Slot.objects.filter(pk__in=claimed).select_related("schedule__group", "post").order_by("due_at", "pk")
    for slot in found:
        verdict = _verdict(slot, at)
        verdict = _say_ahead(slot, verdict, at) if hasattr(slot, "post") else _say(slot, verdict, at)
        if verdict != Fate(SlotState.RELEASED):
            Slot.objects.filter(pk=slot.pk).update(state=verdict.state, why=verdict.why)
    return Released(settled=len(claimed))


def _verdict(slot: Slot, at: datetime) -> Fate:
    schedule = slot.schedule
    if why := _asleep(schedule.group):
        return Fate(SlotState.SKIPPED, why)
    if not schedule.enabled:
        return Fate(SlotState.SKIPPED, Why.DISABLED)
    return fate(kind=schedule.kind, catch_up=schedule.catch_up, due_at=slot.due_at, at=at, zone=schedule.group.zone)


def _asleep(group: Group) -> Why | None:
    if group.lifecycle == Lifecycle.ACTIVE:
        return None
    return Why.PAUSED if group.lifecycle == Lifecycle.PAUSED else Why.INACTIVE


def _say(slot: Slot, verdict: Fate, at: datetime) -> Fate:
    """What the schedule says."""
    if verdict.leaves:
        schedule = slot.schedule
        body = leaving.worded(schedule.kind, schedule.body, schedule.group, slot.due_at)
        post = Post.objects.create(
            group=schedule.group, slot=slot, kind=schedule.kind, title=schedule.title, body=body, due_at=slot.due_at, created_at=at,
            released_at=at,
        )  # fmt: skip
        leaving.deliver(post, at=at)
    return verdict


def _say_ahead(slot: Slot, verdict: Fate, at: datetime) -> Fate:
    """What was written for this one day, instead of what the schedule says, if it was approved in time."""
    waiting = Post.objects.filter(pk=slot.post.pk, state=PostState.SCHEDULED, released_at=None)
    if not verdict.leaves:
        waiting.update(state=PostState.MISSED, why=verdict.why)
        return verdict
    if not waiting.update(released_at=at, due_at=slot.due_at):
        state = Post.objects.values_list("state", flat=True).get(pk=slot.post.pk)
        return NOT_LEFT.get(PostState(state), Fate(SlotState.MISSED, Why.UNAPPROVED))
    leaving.leave(Post.objects.select_related("group").get(pk=slot.post.pk), at=at)
    return verdict


@transaction.atomic
def _settle_posts(chunk: Sequence[Due], at: datetime) -> Released:
    """As slots: claimed by `released_at`, which hold, move, edit and cancel ask for in their own conditional look."""
    waiting = Post.objects.filter(state=PostState.SCHEDULED, released_at=None)
    claimed = [pk for pk, due_at in chunk if waiting.filter(pk=pk, due_at=due_at).update(released_at=at)]
    for post in Post.objects.filter(pk__in=claimed).select_related("group").order_by("due_at", "pk"):
        why = _asleep(post.group) or _late(post, at)
        if why:
            Post.objects.filter(pk=post.pk).update(state=PostState.MISSED, why=why, released_at=None)
        else:
            leaving.leave(post, at=at)
    return Released(settled=len(claimed))


def _late(post: Post, at: datetime) -> Why | None:
    verdict = fate(kind=post.kind, catch_up=CatchUp.SKIP, due_at=post.due_at, at=at, zone=post.group.zone)
    return None if verdict.leaves else verdict.why
