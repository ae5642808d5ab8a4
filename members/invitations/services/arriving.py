"""Who came by an invitation: said by a person, taken back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.record import services as record
from groupops.shared.errors import Conflict, Invalid
from members.invitations.services.inviting import take_seat
from members.inviting import SEATED, InvitationState
from members.models import Arrival, CampaignGroup, Invitation, Membership


class Arrived(Conflict):
    """It is known already how this member came, or who came by this invitation."""


def arrive(*, invitation: Invitation, membership: Membership, by: User, at: datetime) -> Arrival:
    """This member came by this invitation, says a person. Where nothing is known yet, its source and inviter become theirs.

    Raises Arrived where one of the two is spoken for. An invitation without a seat takes one if there is one; who came without stays.
    """
    with transaction.atomic():
        row = Invitation.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=invitation.pk)
        member = Membership.objects.select_for_update(of=("self",)).select_related("source", "group").get(pk=membership.pk)
        access.demand(by, GroupRight.CARE, member.group)
        if Arrival.objects.filter(membership=member).exists() or Arrival.objects.filter(invitation=row).exists():
            raise Arrived(_("It is known already who came by this invitation, or how this member came."))
        if not CampaignGroup.objects.filter(campaign=row.campaign_id, group=member.group_id).exists():
            raise Invalid(_("This member is in none of the campaign's groups."))
        if row.state not in SEATED:
            take_seat(row.campaign_id)
        row.state, row.settled_at = InvitationState.JOINED, at
        row.save(update_fields=["state", "settled_at"])
        before = {"source_before": member.source, "inviter_before_id": member.invited_by_id}
        made = Arrival.objects.create(membership=member, invitation=row, **before, at=at, by=by)
        known = {"source": member.source_id or row.campaign.source_id, "invited_by": member.invited_by_id or row.inviter_id}
        Membership.objects.filter(pk=member.pk).update(**known)
        record.audit(by=by, verb="invitation.joined", target=row, at=at, group_id=member.group_id, after={"member": member.pk})
    return made


def unarrive(*, invitation: Invitation, by: User, at: datetime) -> None:
    """They did not come by it after all: the invitation holds its seat, the member has the source of before."""
    with transaction.atomic():
        row = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
        made = Arrival.objects.select_related("membership__group").filter(invitation=row).first()
        if made is None:
            return
        access.demand(by, GroupRight.CARE, made.membership.group)
        Membership.objects.filter(pk=made.membership_id).update(source=made.source_before_id, invited_by=made.inviter_before_id)
        made.delete()
        row.state = InvitationState.ACCEPTED
        row.save(update_fields=["state"])
        record.audit(by=by, verb="invitation.unjoined", target=row, at=at, group_id=made.membership.group_id)
