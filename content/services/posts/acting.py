"""Hold, move, cancel, send: what people do to a post that is planned. None of it has to reach a platform, because nothing has left."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from content.models import Post, Slot
from content.policy import RESENDABLE, PostState, SlotState, Why
from content.services import leaving, placing
from content.services.posts.common import (
    TooLate,
    at_once,
    demand_publisher,
    go,
    is_led,
    locked,
    may_publish,
    moment,
    opened,
    refuse_group,
    written,
)
from content.services.posts.writing import APPROVED, approval
from content.workflow import Act, Review, after_edit, in_plan, is_over
from groupops.accounts.models import User
from groupops.groups import queries as groups
from groupops.record import services as record


def move_post(*, post: Post, version: int, due_at: datetime, by: User | None, at: datetime) -> Post:
    """Another time; like any edit it may cost the approval. One that was written ahead takes its slot along.

    Raises Stale, TooLate, Forbidden, Invalid.
    """
    with transaction.atomic():
        stored = opened(post, Act.MOVE, by, version)
        if stored.slot is not None:
            demand_publisher(by, stored)
            placing.move_slot(slot=stored.slot, due_at=due_at, by=by, at=at)
            stored.refresh_from_db()
            return stored
        review: Review = groups.policy("content.review", group=stored.group)
        state = after_edit(review, stored.state, stored.kind, may_publish=may_publish(by, stored.kind, stored.group))
        written(stored, by, at, verb="post.move", due_at=moment(due_at, at), state=state, **approval(state, by, at))
        if state == PostState.SCHEDULED and stored.due_at <= at:
            refuse_group(stored.group)
            go(stored, at)
    return stored


def hold_post(*, post: Post, by: User | None, at: datetime) -> Post:
    """It does not leave by itself until the hold is released. Raises TooLate when it is on its way, Forbidden."""
    with transaction.atomic():
        stored = opened(post, Act.HOLD, by)
        return written(stored, by, at, verb="post.hold", state=PostState.APPROVED)


def unhold_post(*, post: Post, by: User | None, at: datetime) -> Post:
    """It leaves at its time again. Raises TooLate when that is over, Forbidden, NotActive."""
    with transaction.atomic():
        stored = opened(post, Act.UNHOLD, by)
        refuse_group(stored.group)
        over = is_over(stored.kind, stored.due_at, at) if stored.slot_id is None else not is_led(stored)
        if over and not at_once(stored):
            raise TooLate(_("Its time is over. Move it, or send it now."))
        due = at if at_once(stored) else stored.due_at
        return written(stored, by, at, verb="post.unhold", state=PostState.SCHEDULED, due_at=due)


def cancel_post(*, post: Post, by: User | None, at: datetime) -> Post:
    """Take back what has not left; one on its way is refused by its guard just before the call, and stays cancelled.

    Raises TooLate, Forbidden.
    """
    with transaction.atomic():
        stored = opened(post, Act.CANCEL, by)
        was = "" if stored.released_at else stored.state
        return written(stored, by, at, verb="post.cancel", state=PostState.CANCELLED, was=was)


def restore_post(*, post: Post, by: User | None, at: datetime) -> Post:
    """Take cancel_post back: as it was, but held where its time is over meanwhile. Raises TooLate, Forbidden."""
    with transaction.atomic():
        stored = opened(post, Act.RESTORE, by)
        if not stored.was:
            raise TooLate(_("This post was on its way, or was replaced by another: it stays cancelled."))
        state = PostState(stored.was)
        if state in APPROVED:
            demand_publisher(by, stored)
        if state == PostState.SCHEDULED:
            led = PostState.SCHEDULED if is_led(stored) else PostState.APPROVED
            state = in_plan(stored.kind, stored.due_at, at) if stored.slot_id is None else led
        return written(stored, by, at, verb="post.restore", state=state, was="")


def send_post_now(*, post: Post, by: User | None, at: datetime) -> Post:
    """An approved post leaves now instead of at its time; a slot it was written for is used up. Raises TooLate, Forbidden, NotActive."""
    with transaction.atomic():
        stored = opened(post, Act.SEND_NOW, by)
        refuse_group(stored.group)
        _use_up(stored.slot)
        written(stored, by, at, verb="post.send_now", state=PostState.SCHEDULED, due_at=at)
        go(stored, at)
    return stored


def _use_up(slot: Slot | None) -> None:
    if slot is None:
        return
    why = Why.BY_HAND if slot.state == SlotState.MISSED else Why.NONE
    if not Slot.objects.filter(pk=slot.pk, state__in=(SlotState.PLANNED, SlotState.MISSED)).update(state=SlotState.RELEASED, why=why):
        raise TooLate(_("This day was left out, or its post has left already."))


def send_again(*, post: Post, by: User | None, at: datetime) -> Post:
    """Send a missed or failed post as a new one. The old one is cancelled by it, so that only one of them can still leave.

    Raises TooLate when it is neither, or was sent anew already; Forbidden, NotActive.
    """
    refuse_group(post.group)
    with transaction.atomic():
        stored = locked(post)
        demand_publisher(by, stored)
        if stored.state not in RESENDABLE:
            raise TooLate(_("Only a missed or failed post is sent again, and only once."))
        Post.objects.filter(pk=stored.pk).update(state=PostState.CANCELLED)
        if stored.released_at is None:  # it never left: its slot must not be sent by somebody else as well
            _use_up(stored.slot)
        again = Post.objects.create(
            group=stored.group, replaces=stored, kind=stored.kind, title=stored.title, body=stored.body, due_at=at, created_at=at,
            created_by=by, written_by=stored.written_by, approved_at=at, approved_by=by, released_at=at,
        )  # fmt: skip
        (leaving.deliver if stored.released_at else leaving.leave)(again, at=at)
        record.audit(by=by, verb="post.send_again", target=stored, at=at, after={"post": again.pk}, group_id=stored.group_id)
    return again
