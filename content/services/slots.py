"""One day of a series: a text of its own, written ahead ("edit one"); and what a person does about a day that was missed."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from content.models import Post, Slot
from content.policy import PostKind, PostState, SlotState, Why
from content.services import leaving
from content.services.placing import SlotGone, said
from content.services.placing import move_slot as move_slot
from content.services.placing import refuse_day as refuse_day
from content.services.placing import reset_slot as reset_slot
from content.services.posts.common import TooLate, go, locked, may_publish, refuse_group, written
from content.services.posts.reviewing import refuse_own
from content.services.posts.writing import approval, edit_post, refuse
from content.workflow import OPEN, Review, opening
from groupops.accounts.models import User
from groupops.groups import queries as groups
from groupops.record import services as record

ASKING = (Why.ASK, Why.UNAPPROVED, Why.HELD)  # of missed slots: a person decides


def write_ahead(*, slot: Slot, title: str, body: str, by: User | None, at: datetime, draft: bool = False) -> Post:
    """Another text for this one day, in the slot's place: approved in time it leaves instead of the schedule's, else the slot is
    missed. Written again, it is edited. Raises SlotGone, Invalid, Unfilled, Stale.
    """
    schedule = slot.schedule
    refuse(title, schedule.kind, body, slot=slot)
    with transaction.atomic():
        stored = Slot.objects.select_for_update(no_key=True).get(pk=slot.pk)  # `release` waits, or has been
        if stored.state != SlotState.PLANNED or stored.due_at <= at:
            raise SlotGone(said(stored))
        there = Post.objects.filter(slot=stored).first()
        if there is not None and there.state in OPEN:
            return edit_post(
                post=there, version=there.version, title=title, kind=PostKind(there.kind), body=body, due_at=there.due_at, by=by, at=at
            )
        if there is not None:  # it was cancelled; its place is taken by the new one
            _let_go(there)
        review: Review = groups.policy("content.review", group=schedule.group)
        state = opening(review, schedule.kind, may_publish=may_publish(by, schedule.kind, schedule.group), draft=draft)
        post = Post.objects.create(
            group=schedule.group, slot=stored, kind=schedule.kind, title=title.strip(), body=body.strip(), state=state,
            due_at=stored.due_at, created_at=at, created_by=by, written_by=by, **approval(state, by, at),
        )  # fmt: skip
        after = {"day": slot.day, "body": post.body, "state": state}
        record.audit(by=by, verb="slot.write_ahead", target=post, at=at, after=after, group_id=schedule.group_id)
    return post


def drop_ahead(*, slot: Slot, by: User | None, at: datetime) -> None:
    """Back to what the schedule says on this day. Raises SlotGone, TooLate when nothing was written ahead."""
    with transaction.atomic():
        stored = Slot.objects.select_for_update(no_key=True).get(pk=slot.pk)
        if stored.state != SlotState.PLANNED:
            raise SlotGone(said(stored))
        post = Post.objects.filter(slot=stored, released_at=None).first()
        if post is None:
            raise TooLate(_("Nothing was written for this day alone."))
        _let_go(post)
        after = {"day": stored.day, "post": post.pk}
        record.audit(by=by, verb="slot.drop_ahead", target=stored, at=at, after=after, group_id=slot.schedule.group_id)


def _let_go(post: Post) -> None:
    """Out of its slot, for good."""
    Post.objects.filter(pk=post.pk).update(slot=None, state=PostState.CANCELLED, was="", version=post.version + 1)


def send_slot_now(*, slot: Slot, by: User | None, at: datetime) -> Post:
    """Send the post of a missed slot after all, once: the text written for that day, where there is one, which this approves.

    Raises TooLate, NotActive, OwnText.
    """
    schedule = slot.schedule
    refuse_group(schedule.group)
    with transaction.atomic():
        if not Slot.objects.filter(pk=slot.pk, state=SlotState.MISSED).update(state=SlotState.RELEASED, why=Why.BY_HAND):
            raise TooLate(_("This was not missed, or somebody has sent it already."))
        there = Post.objects.filter(slot=slot, released_at=None).exclude(state=PostState.CANCELLED).first()
        post = _approved_now(there, by, at) if there else _of_schedule(slot, by, at)
        record.audit(by=by, verb="slot.send_now", target=slot, at=at, group_id=post.group_id)
    return post


def _approved_now(there: Post, by: User | None, at: datetime) -> Post:
    post = locked(there)
    refuse_own(post, by)
    approved = approval(PostState.SCHEDULED, by, at)
    written(post, by, at, verb="post.send_now", state=PostState.SCHEDULED, due_at=at, why=Why.NONE, **approved)
    go(post, at)
    return post


def _of_schedule(slot: Slot, by: User | None, at: datetime) -> Post:
    schedule = slot.schedule
    Post.objects.filter(slot=slot).update(slot=None)  # a cancelled text makes room
    post = Post.objects.create(
        group=schedule.group, slot=slot, kind=schedule.kind, title=schedule.title, body=schedule.body, due_at=at, created_at=at,
        created_by=by, approved_at=at, approved_by=by, released_at=at,
    )  # fmt: skip
    leaving.leave(post, at=at)
    return post


def leave_slot(*, slot: Slot, by: User | None, at: datetime) -> Why:
    """Decide that a slot that asks a person stays unsent; returns why it asked, for `ask_again`. Raises TooLate."""
    with transaction.atomic():
        asking = Slot.objects.select_for_update().filter(pk=slot.pk, state=SlotState.MISSED, why__in=ASKING)
        was = asking.values_list("why", flat=True).first()
        if was is None:
            raise TooLate(_("Somebody has already decided what becomes of this one."))
        Slot.objects.filter(pk=slot.pk).update(why=Why.LEFT)
        record.audit(by=by, verb="slot.leave", target=slot, at=at, group_id=slot.schedule.group_id)
    return Why(was)


def ask_again(*, slot: Slot, why: Why, by: User | None, at: datetime) -> None:
    """Take `leave_slot` back: the slot asks a person again, for the reason it had. Raises TooLate where it no longer stands left."""
    with transaction.atomic():
        left = Slot.objects.filter(pk=slot.pk, state=SlotState.MISSED, why=Why.LEFT)
        if why not in ASKING or not left.update(why=why):
            raise TooLate(_("Somebody has already decided what becomes of this one."))
        record.audit(by=by, verb="slot.ask_again", target=slot, at=at, group_id=slot.schedule.group_id)
