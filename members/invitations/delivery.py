"""Invitations that the platform carries (settings.DELIVERY_KINDS): asked before the call, noted when it is settled."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.messaging import outbox
from groupops.messaging.adapter import Operation
from groupops.messaging.models import Delivery
from groupops.messaging.outbox import Wish
from groupops.messaging.policy import DeliveryState
from groupops.record import services as record
from groupops.shared.errors import Conflict
from members.consent import queries as consents
from members.consenting import Purpose
from members.invitations import queries
from members.invitations.addresses import message_of
from members.inviting import CampaignState, InvitationState
from members.models import Invitation

PURPOSE = "invitation"
LASTS = timedelta(days=2)  # an invitation that could not be said by then is not said late


class Unreachable(Conflict):
    """The platform cannot carry it."""


def send(*, invitation: Invitation, by: User, at: datetime) -> Delivery:
    """Say it privately to somebody who is in a group of ours already. Twice is one delivery. Raises Unreachable."""
    with transaction.atomic():
        row = (
            Invitation.objects.select_for_update(of=("self",))
            .select_related("campaign", "guest__person", "guest__group")
            .get(pk=invitation.pk)
        )
        if row.guest is None or row.guest.left_at is not None:
            raise Unreachable(_("Only somebody who is in one of your groups can be written to. Copy the message instead."))
        access.demand(by, GroupRight.CARE, row.guest.group)
        if row.state != InvitationState.DRAFT:
            raise Unreachable(_("It was sent already."))
        group = queries.groups_of(row.campaign)[0]
        person = row.guest.person
        wish = Wish(Operation.SEND_DIRECT, text=message_of(row, row.campaign, group.name), user=person.remote_id, user_name=person.name)
        row.sent_by = by
        row.save(update_fields=["sent_by"])
        record.audit(by=by, verb="invitation.send", target=row, at=at, group_id=row.guest.group_id)
        return outbox.act(wish, purpose=PURPOSE, subject_id=row.pk, group=row.guest.group, due_at=at, expires_at=at + LASTS, at=at)


def guard(delivery: Delivery, *, at: datetime) -> str:
    """Why it must not be said any more, as a msgid; empty: say it."""
    row = Invitation.objects.select_related("campaign", "guest__person").filter(pk=delivery.subject_id).first()
    if row is None or row.state not in (InvitationState.DRAFT, InvitationState.SENT):
        return gettext_noop("The invitation no longer counts.")
    if row.campaign.state != CampaignState.RUNNING:
        return gettext_noop("The campaign does not run.")
    return consents.refusal(row.guest.person, Purpose.INVITES) if row.guest else ""


def settled(delivery: Delivery, *, at: datetime) -> None:
    """What was said is sent; what was not stays a draft."""
    if delivery.state == DeliveryState.SENT:
        Invitation.objects.filter(pk=delivery.subject_id, state=InvitationState.DRAFT).update(state=InvitationState.SENT, sent_at=at)
