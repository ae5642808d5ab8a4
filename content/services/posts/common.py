"""What every act on a post shares: the lock, who may, what is refused in which words, the line in the trail."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from content import wording
from content.models import Post
from content.policy import REACH, PostState, SlotState
from content.services import leaving
from content.services.schedules import Stale
from content.workflow import Act, allowed
from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.groups.policy import Lifecycle
from groupops.messaging.rights import right_for
from groupops.record import services as record
from groupops.record.models import AuditEntry
from groupops.shared.errors import Conflict, Invalid

BY_WRITER = (Act.EDIT, Act.MOVE, Act.SUBMIT, Act.CANCEL, Act.RESTORE)  # the rest is for whoever may let it go out
SLACK = timedelta(minutes=5)  # a form filled in slowly still means "now"


class NotActive(Conflict):
    """Nothing is said to a group that is not active."""


class TooLate(Conflict):
    """The post or slot is no longer in the state the person saw."""


def locked(post: Post) -> Post:
    """The post as it stands, locked until the transaction ends: `release` and every other act wait or have been."""
    return Post.objects.select_related("group", "slot").select_for_update(of=("self",), no_key=True).get(pk=post.pk)


def opened(post: Post, act: Act, by: User | None, version: int | None = None) -> Post:
    """The locked post, if `by` may do this to it and the table knows the act in its state.

    Raises Forbidden, Stale when `version` is not the stored one, TooLate.
    """
    stored = locked(post)
    (demand_writer if act in BY_WRITER else demand_publisher)(by, stored)
    if version is not None and stored.version != version:
        raise Stale(_("%(change)s Look at the post again, then repeat your change.") % {"change": last_change(stored)})
    if not allowed(act, stored.state, released=stored.released_at is not None):
        state = _("on its way") if stored.released_at and stored.state == PostState.SCHEDULED else stored.get_state_display()
        raise TooLate(
            _("“%(act)s” is no longer possible: the post is %(state)s. %(change)s")
            % {"act": act.label, "state": state, "change": last_change(stored)}
        )
    return stored


def last_change(post: Post) -> str:
    """Who did what to it last, in words."""
    entries = AuditEntry.objects.filter(target_type=post._meta.label_lower, target_id=str(post.pk))
    last = entries.select_related("by").order_by("-at", "-pk").first()
    if last is None:
        return _("It was changed meanwhile.")
    return _("Last change: %(who)s %(did)s.") % {"who": last.by or _("GroupOps"), "did": wording.did(last.verb)}


def publishing_right(kind: str) -> GroupRight:
    """The right on a group that approving, holding and sending a post of this kind needs: for 群公告 the right to announce."""
    return right_for(leaving.operation_of(kind))


def may_publish(by: User | None, kind: str, group: Group) -> bool:
    """Whether `by` may let a post of this kind go out; the machine may."""
    return by is None or access.may(by, publishing_right(kind), group)


def demand_publisher(by: User | None, post: Post) -> None:
    """Raise Forbidden, naming the right, unless `by` may let this post go out."""
    if by is not None:
        access.demand(by, publishing_right(post.kind), post.group)


def demand_writer(by: User | None, post: Post) -> None:
    """Raise Forbidden unless `by` may let this post go out, or drafts in its group and began it."""
    if by is not None and not (post.created_by_id == by.pk and access.may(by, GroupRight.DRAFT, post.group)):
        demand_publisher(by, post)


def refuse_group(group: Group) -> None:
    """Raise NotActive unless the group is spoken to."""
    if group.lifecycle != Lifecycle.ACTIVE:
        raise NotActive(_("%(group)s is not active; nothing is said to it. Activate it first.") % {"group": group.name})


def moment(due_at: datetime | None, at: datetime) -> datetime:
    """When a post is due: `at` itself where none is given. Raises Invalid."""
    if due_at is None or at - SLACK <= due_at <= at:
        return at
    if due_at < at:
        raise Invalid(_("This time has passed. Choose a later one."), field="due_at")
    if due_at - at > REACH:
        raise Invalid(_("A day so far away is a typing error."), field="due_at")
    return due_at


def is_led(post: Post) -> bool:
    """Whether a slot says when it leaves, because it was written ahead for that slot's day."""
    return post.slot is not None and post.slot.state == SlotState.PLANNED


def at_once(post: Post) -> bool:
    """Whether it was written without a time, and has not left: it leaves when it is approved."""
    return post.slot_id is None and post.released_at is None and post.due_at <= post.created_at


def go(post: Post, at: datetime) -> None:
    """Hand a locked, scheduled post over, in the caller's transaction."""
    post.released_at = at
    post.save(update_fields=["released_at", "due_at"])
    leaving.leave(post, at=at)


def written(post: Post, by: User | None, at: datetime, *, verb: str, **values: Any) -> Post:
    """Store new values of a locked post, with their line in the trail."""
    before = {name: getattr(post, name) for name in values}
    for name, value in values.items():
        setattr(post, name, value)
    post.version += 1
    post.save(update_fields=[*values, "version"])
    changed = [name for name in values if before[name] != values[name]]
    record.audit(
        by=by, verb=verb, target=post, at=at, group_id=post.group_id,
        before={name: _plain(before[name]) for name in changed}, after={name: _plain(values[name]) for name in changed},
    )  # fmt: skip
    return post


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, User) else value
