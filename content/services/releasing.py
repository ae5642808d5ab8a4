"""A slot whose moment has come becomes a post and a delivery, in one transaction; one found too late becomes visibly missed."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import OperationalError, transaction

from content import placeholders, queries
from content.models import Post, Slot
from content.policy import Fate, SlotState, Why, fate, lapse
from groupops.groups.models import Group
from groupops.groups.policy import Lifecycle
from groupops.messaging import outbox

log = logging.getLogger(__name__)
LIMIT = 1000  # slots a call; the next tick takes the rest
CHUNK = 50  # slots a transaction


@dataclass(frozen=True)
class Released:
    """How many slots a call settled, and how many it had to leave to the next one because they broke."""

    settled: int = 0
    broken: int = 0

    def __add__(self, other: "Released") -> "Released":
        return Released(self.settled + other.settled, self.broken + other.broken)


def release(*, at: datetime) -> Released:
    """Settle every planned slot that is due, oldest first. Any number of callers at once settle each slot once.

    A slot that breaks is tried again alone, so that it holds up no other; it stays planned and lapses as missed.
    """
    due, done = queries.due_slots(at, limit=LIMIT), Released()
    for start in range(0, len(due), CHUNK):
        chunk = due[start : start + CHUNK]
        done += _guarded(chunk, at) if len(chunk) == 1 else _together(chunk, at)
    return done


def _together(chunk: Sequence[tuple[int, datetime]], at: datetime) -> Released:
    try:
        return _settle(chunk, at)
    except OperationalError:  # the database's trouble, not a slot's: the next tick comes in a second
        raise
    except Exception:
        log.exception("%s slots could not be released together; trying each alone", len(chunk))
    done = Released()
    for one in chunk:
        done += _guarded([one], at)
    return done


def _guarded(chunk: Sequence[tuple[int, datetime]], at: datetime) -> Released:
    try:
        return _settle(chunk, at)
    except OperationalError:
        raise
    except Exception:
        log.exception("slot %s could not be released", chunk[0][0])
        return Released(broken=1)


@transaction.atomic
def _settle(chunk: Sequence[tuple[int, datetime]], at: datetime) -> Released:
    """Claim, then look: the claim is one conditional UPDATE a slot, and what is read after it is what holds at this moment."""
    claimed = [
        pk for pk, due_at in chunk if Slot.objects.filter(pk=pk, state=SlotState.PLANNED, due_at=due_at).update(state=SlotState.RELEASED)
    ]
    found = Slot.objects.filter(pk__in=claimed).select_related("schedule__group").order_by("due_at", "pk")
    for slot in found:
        verdict = _verdict(slot, at)
        if verdict != Fate(SlotState.RELEASED):
            Slot.objects.filter(pk=slot.pk).update(state=verdict.state, why=verdict.why)
        if verdict.leaves:
            _say(slot, at)
    return Released(settled=len(claimed))


def _verdict(slot: Slot, at: datetime) -> Fate:
    schedule = slot.schedule
    lifecycle = schedule.group.lifecycle
    if lifecycle != Lifecycle.ACTIVE:
        return Fate(SlotState.SKIPPED, Why.PAUSED if lifecycle == Lifecycle.PAUSED else Why.INACTIVE)
    if not schedule.enabled:
        return Fate(SlotState.SKIPPED, Why.DISABLED)
    return fate(kind=schedule.kind, catch_up=schedule.catch_up, due_at=slot.due_at, at=at, zone=schedule.group.zone)


def _say(slot: Slot, at: datetime) -> None:
    schedule = slot.schedule
    post = Post.objects.create(
        group=schedule.group, slot=slot, kind=schedule.kind, title=schedule.title, due_at=slot.due_at, created_at=at,
        body=filled(schedule.body, schedule.group, slot.day),
    )  # fmt: skip
    grace = lapse(schedule.kind)
    deliver(post, at=at, expires_at=(at if at - slot.due_at > grace else slot.due_at) + grace)


def filled(body: str, group: Group, day: date) -> str:
    """The text as it goes out on a local day of the group. Raises Unfilled."""
    return placeholders.fill(body, placeholders.values(group=group.name, day=day))


def deliver(post: Post, *, at: datetime, expires_at: datetime) -> None:
    """Write the post's delivery, in the caller's transaction. It is marked missed when it has not left by `expires_at`."""
    outbox.say(
        purpose=queries.PURPOSE, subject_id=post.pk, group=post.group, text=post.body, due_at=post.due_at, expires_at=expires_at, at=at
    )
