"""群职务: give, end, and hand the group over."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups.models import Group, StaffPost
from groupops.groups.policy import Post
from groupops.record import services as record
from groupops.shared.errors import Conflict


class PostRefused(Conflict):
    """The post cannot be given or ended this way."""


def give_post(*, group: Group, user: User, post: Post, by: User | None, at: datetime) -> StaffPost:
    """Give a post; one that the user already holds here is exchanged for it. Raises PostRefused."""
    if not user.is_active:
        raise PostRefused(_("This person cannot log in any more. Choose somebody else."), field="user")
    with transaction.atomic():
        held = _held(group)
        mine = held.get(user.pk)
        if mine and mine.post == post:
            raise PostRefused(_("%(user)s holds this post already.") % {"user": user}, field="user")
        if mine and mine.post == Post.OWNER:
            raise PostRefused(_("An owner does not change posts. Hand the group over instead."), field="user")
        if post == Post.OWNER and any(row.post == Post.OWNER for row in held.values()):
            raise PostRefused(_("This group has an owner. Hand the group over instead."), field="post")
        if mine:
            _end(mine, at)
        return _start(group, user, post, was=mine.post if mine else None, by=by, at=at)


def end_post(*, post: StaffPost, by: User | None, at: datetime) -> StaffPost:
    """End a post; a second end changes nothing. Raises PostRefused for an owner."""
    with transaction.atomic():
        stored = StaffPost.objects.select_for_update().select_related("user", "group").get(pk=post.pk)
        if stored.post == Post.OWNER and stored.until is None:
            raise PostRefused(_("A group needs an owner. Hand the group over instead."))
        if stored.until is None:
            _end(stored, at)
            before = {"user": str(stored.user), "post": stored.post}
            record.audit(by=by, verb="post.end", target=stored.group, at=at, before=before, group_id=stored.group_id)
    return stored


def hand_over(*, group: Group, to: User, stay: bool, by: User | None, at: datetime) -> StaffPost:
    """Make `to` the owner; the old owner becomes a deputy if `stay`, else holds no post here any more. Raises PostRefused."""
    if not to.is_active:
        raise PostRefused(_("This person cannot log in any more. Choose somebody else."), field="to")
    with transaction.atomic():
        held = _held(group)
        old = next((row for row in held.values() if row.post == Post.OWNER), None)
        if old is None:
            raise PostRefused(_("This group has no owner yet. Give somebody the owner's post instead."))
        if old.user_id == to.pk:
            raise PostRefused(_("%(user)s is the owner already.") % {"user": to}, field="to")
        for row in filter(None, (old, held.get(to.pk))):  # first, or two owners would stand for a moment
            _end(row, at)
        new = StaffPost.objects.create(group=group, user=to, post=Post.OWNER, since=at)
        if stay:
            StaffPost.objects.create(group=group, user=old.user, post=Post.DEPUTY, since=at)
        after = {"owner": str(to), "old_owner": Post.DEPUTY if stay else None}
        record.audit(by=by, verb="group.hand_over", target=group, at=at, before={"owner": str(old.user)}, after=after, group_id=group.pk)
    return new


def _held(group: Group) -> dict[int, StaffPost]:
    """The active posts by user, the group locked so that two changes follow each other."""
    Group.objects.select_for_update().get(pk=group.pk)
    return {row.user_id: row for row in group.posts.filter(until=None).select_related("user")}


def _end(row: StaffPost, at: datetime) -> None:
    row.until = max(at, row.since)
    row.save(update_fields=["until"])


def _start(group: Group, user: User, post: Post, *, was: str | None, by: User | None, at: datetime) -> StaffPost:
    row = StaffPost.objects.create(group=group, user=user, post=post, since=at)
    before = {"user": str(user), "post": was} if was else None
    record.audit(by=by, verb="post.give", target=group, at=at, before=before, after={"user": str(user), "post": post}, group_id=group.pk)
    return row
