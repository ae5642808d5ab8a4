"""An invitation for somebody who is in a group of ours already: it can then be said privately by the platform."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.record import services as record
from groupops.shared.errors import Conflict
from members import queries as members
from members.inviting import InvitationState
from members.models import Invitation, Membership


class NotNow(Conflict):
    """The invitation has left, or the member is not there."""


def candidates(invitation: Invitation, user: User, text: str, most: int = 20) -> QuerySet[Membership]:
    """Present members whom `user` may write to, whose name or account has the text, else the invitation's name; by name."""
    wanted = text or invitation.name
    rows = Membership.objects.filter(group__in=access.groups_with(user, GroupRight.CARE), group__sandbox=False, left_at=None, same_as=None)
    return rows.filter(members.called(wanted)).select_related("person__merged_into", "group").order_by("person__name", "pk")[:most]


def set_guest(*, invitation: Invitation, membership: Membership | None, by: User, at: datetime) -> None:
    """It is for this member of a group of ours (None: for nobody whom we know). Only while it has not left. Raises Forbidden, NotNow."""
    if membership is not None:
        access.demand(by, GroupRight.CARE, membership.group)
    with transaction.atomic():
        row = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
        if row.state not in (InvitationState.DRAFT, InvitationState.APPLIED):
            raise NotNow(_("The invitation has been sent already."))
        if membership is not None and membership.left_at is not None:
            raise NotNow(_("This person is no longer in the group."))
        before, row.guest = row.guest_id, membership
        row.save(update_fields=["guest"])
        after = {"guest": membership.pk if membership else None}
        record.audit(by=by, verb="invitation.guest", target=row, at=at, before={"guest": before}, after=after)
