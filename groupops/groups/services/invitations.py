"""Inviting staff by link: with a role and posts in groups; the person chooses name, user name and password."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.accounts.policy import Role
from groupops.accounts.services.allowed import demand_grant, demand_right
from groupops.accounts.services.links import LinkUsed
from groupops.accounts.services.people import add_user
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group, InvitationSeat, StaffInvitation
from groupops.groups.policy import Post
from groupops.groups.services.posts import PostRefused, give_post
from groupops.record import services as record
from groupops.shared.errors import Conflict, Forbidden, Refused

OVER = _("This invitation was used, taken back, or is too old. Ask for a new one.")


class NotOpen(Conflict):
    """The invitation was accepted already."""


def invite_staff(
    *, name: str, role: Role, seats: Sequence[tuple[Group, Post]], lasts: timedelta, by: User, at: datetime
) -> tuple[StaffInvitation, str]:
    """An invitation and the token of its link, which is shown this once. Raises Forbidden: nobody gives what he lacks."""
    demand_right(by)
    demand_grant(by, role)
    for group, post in seats:
        demand_seat(by, group, post)
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        made = StaffInvitation.objects.create(digest=_digest(token), name=name, role=role, by=by, at=at, expires_at=at + lasts)
        InvitationSeat.objects.bulk_create(InvitationSeat(invitation=made, group=group, post=post) for group, post in seats)
        told = {"role": role, "seats": [f"{group} · {post.label}" for group, post in seats], "expires_at": made.expires_at}
        record.audit(by=by, verb="staff.invite", target=made, at=at, after=told)
    return made, token


def demand_seat(by: User, group: Group, post: Post) -> None:
    """Raise Forbidden unless `by` gives posts in the group and has every right of this one there; PostRefused for the owner's."""
    if post == Post.OWNER:
        raise PostRefused(_("Nobody becomes an owner by an invitation. Hand the group over afterwards."), field="post")
    mine = access.rights(by, group)
    if GroupRight.MANAGE_POSTS not in mine:
        raise Forbidden(access.MISSING[GroupRight.MANAGE_POSTS])
    if not access.BY_POST[post] <= mine:
        raise Forbidden(_("You cannot give a post that may do more than you."))


def revoke_invitation(*, invitation: StaffInvitation, by: User, at: datetime) -> None:
    """The link is void; again changes nothing. Raises Forbidden, NotOpen."""
    demand_right(by)
    with transaction.atomic():
        stored = StaffInvitation.objects.select_for_update().get(pk=invitation.pk)
        if stored.accepted_at:
            raise NotOpen(_("%(name)s accepted it already. Deactivate the account instead.") % {"name": stored})
        if stored.revoked_at is None:
            StaffInvitation.objects.filter(pk=stored.pk).update(revoked_at=at)
            record.audit(by=by, verb="staff.uninvite", target=stored, at=at)


def open_invitation(token: str, *, at: datetime) -> StaffInvitation:
    """The invitation of a link. Raises LinkUsed."""
    found = StaffInvitation.objects.filter(digest=_digest(token)).select_related("by").first()
    if found is None or not is_open(found, at):
        raise LinkUsed(OVER)
    return found


def is_open(row: StaffInvitation, at: datetime) -> bool:
    """Whether the link still opens: not over, and whoever invited may still give that role."""
    if row.accepted_at or row.revoked_at or row.expires_at <= at:
        return False
    try:
        demand_right(row.by)
        demand_grant(row.by, row.role)
    except Refused:
        return False
    return True


def accept_staff_invitation(*, token: str, username: str, name: str, password: str, at: datetime, source: str = "") -> User:
    """The account of somebody invited, with its posts, made by them from `source`. Of two at once one wins.

    Raises LinkUsed, UsernameTaken.
    """
    with transaction.atomic():
        row = StaffInvitation.objects.select_for_update(of=("self",)).select_related("by").filter(digest=_digest(token)).first()
        if row is None or not is_open(row, at):
            raise LinkUsed(OVER)
        user = add_user(username=username, name=name, role=row.role, password=make_password(password), role_since=at)
        StaffInvitation.objects.filter(pk=row.pk).update(accepted_at=at, accepted_by=user)
        record.audit(by=user, verb="staff.accept", target=row, at=at, after={"username": username, "role": row.role}, source=source)
        for seat in row.seats.select_related("group").order_by("pk"):
            try:
                demand_seat(row.by, seat.group, Post(seat.post))
            except Refused:  # whoever invited lost the right meanwhile: the account is made, the seat is not
                continue
            give_post(group=seat.group, user=user, post=Post(seat.post), by=row.by, at=at)
    return user


def _digest(token: str) -> str:
    """Plain sha256 serves: the token has 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()
