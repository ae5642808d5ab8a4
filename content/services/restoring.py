"""After a restore: slots and posts that were due before it may have gone out in the time that was lost; a person decides about each."""

from datetime import datetime

from content.models import Post, Slot
from content.policy import PostState, SlotState, Why
from content.services import ticking


def leave_past(*, at: datetime) -> tuple[int, int]:
    """Planned slots become missed and ask a person, posts become missed; returns how many of each. Sandboxes have clocks of their own.

    Planned first: where the backup is older than the plan reaches, the days between have no rows yet.
    """
    ticking.plan(at=at)
    planned = Slot.objects.filter(state=SlotState.PLANNED, due_at__lte=at, schedule__group__sandbox=False)
    posts = Post.objects.filter(state=PostState.SCHEDULED, released_at=None, slot=None, due_at__lte=at, group__sandbox=False)
    slots = planned.update(state=SlotState.MISSED, why=Why.ASK)
    return slots, posts.update(state=PostState.MISSED, why=Why.LATE)
