"""Posts outside a schedule: said once at a given time, and missed or failed ones that a person sends after all."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from content.models import Post, Slot
from content.policy import REACH, RESENDABLE, PostKind, PostState, SlotState, Why, lapse, local_day
from content.services import releasing
from content.services.schedules import TITLE_LENGTH, refuse_text
from groupops.accounts.models import User
from groupops.groups.models import Group
from groupops.groups.policy import Lifecycle
from groupops.record import services as record
from groupops.shared.errors import Conflict, Invalid

SLACK = timedelta(minutes=5)  # a form filled in slowly still means "now"


class NotActive(Conflict):
    """Nothing is said to a group that is not active."""


class TooLate(Conflict):
    """The post or slot is no longer in the state the person saw."""


def create_post(*, group: Group, title: str, kind: PostKind, body: str, due_at: datetime | None, by: User | None, at: datetime) -> Post:
    """Say something once, at `due_at` (now when None). Placeholders are filled for that day.

    Raises NotActive, Unfilled, Invalid.
    """
    due = _moment(due_at, at)
    _refuse_group(group)
    if not title.strip() or len(title) > (TITLE_LENGTH or 0):
        raise Invalid(_("Give it a title of at most 80 characters."), field="title")
    if kind not in PostKind.values:
        raise Invalid(_("There is no such kind of post."), field="kind")
    refuse_text(body)
    text = releasing.filled(body.strip(), group, local_day(due, group.zone))
    with transaction.atomic():
        post = Post.objects.create(
            group=group, kind=kind, title=title.strip(), body=text, due_at=due, created_at=at, created_by=by
        )  # fmt: skip
        _deliver(post, at)
        after = {"kind": kind, "due_at": due, "body": text}
        record.audit(by=by, verb="post.create", target=post, at=at, after=after, group_id=group.pk)
    return post


def cancel_post(*, post: Post, by: User | None, at: datetime) -> Post:
    """Take back what has not left; its delivery is refused by the guard just before the call. Raises TooLate."""
    with transaction.atomic():
        if not Post.objects.filter(pk=post.pk, state=PostState.SCHEDULED).update(state=PostState.CANCELLED):
            raise TooLate(_("This post can no longer be cancelled: it has left, or was cancelled already."))
        record.audit(by=by, verb="post.cancel", target=post, at=at, group_id=post.group_id)
    post.refresh_from_db()
    return post


def send_slot_now(*, slot: Slot, by: User | None, at: datetime) -> Post:
    """Send the post of a missed slot after all, once. Raises TooLate, NotActive."""
    schedule = slot.schedule
    _refuse_group(schedule.group)
    with transaction.atomic():
        if not Slot.objects.filter(pk=slot.pk, state=SlotState.MISSED).update(state=SlotState.RELEASED, why=Why.BY_HAND):
            raise TooLate(_("This was not missed, or somebody has sent it already."))
        post = Post.objects.create(
            group=schedule.group, slot=slot, kind=schedule.kind, title=schedule.title, due_at=at, created_at=at, created_by=by,
            body=releasing.filled(schedule.body, schedule.group, local_day(at, schedule.group.zone)),
        )  # fmt: skip
        _deliver(post, at)
        record.audit(by=by, verb="slot.send_now", target=slot, at=at, group_id=post.group_id)
    return post


def leave_slot(*, slot: Slot, by: User | None, at: datetime) -> None:
    """Decide that a slot that asks a person stays unsent. Raises TooLate."""
    with transaction.atomic():
        if not Slot.objects.filter(pk=slot.pk, state=SlotState.MISSED, why=Why.ASK).update(why=Why.LEFT):
            raise TooLate(_("Somebody has already decided what becomes of this one."))
        record.audit(by=by, verb="slot.leave", target=slot, at=at, group_id=slot.schedule.group_id)


def send_again(*, post: Post, by: User | None, at: datetime) -> Post:
    """Send a missed or failed post as a new one. The old one is cancelled by it, so that only one of them can still leave.

    Raises TooLate when it is neither, or was sent anew already; NotActive.
    """
    _refuse_group(post.group)
    with transaction.atomic():
        if not Post.objects.filter(pk=post.pk, state__in=RESENDABLE).update(state=PostState.CANCELLED):
            raise TooLate(_("Only a missed or failed post is sent again, and only once."))
        again = Post.objects.create(
            group=post.group, replaces=post, kind=post.kind, title=post.title, body=post.body, due_at=at, created_at=at, created_by=by
        )  # fmt: skip
        _deliver(again, at)
        record.audit(by=by, verb="post.send_again", target=post, at=at, after={"post": again.pk}, group_id=post.group_id)
    return again


def _deliver(post: Post, at: datetime) -> None:
    releasing.deliver(post, at=at, expires_at=post.due_at + lapse(post.kind))


def _moment(due_at: datetime | None, at: datetime) -> datetime:
    if due_at is None or at - SLACK <= due_at <= at:
        return at
    if due_at < at:
        raise Invalid(_("This time has passed. Choose a later one."), field="due_at")
    if due_at - at > REACH:
        raise Invalid(_("A day so far away is a typing error."), field="due_at")
    return due_at


def _refuse_group(group: Group) -> None:
    if group.lifecycle != Lifecycle.ACTIVE:
        raise NotActive(_("This group is not active; nothing is said to it. Activate it first."))
