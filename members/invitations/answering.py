"""What guests do with their link: look, take a place, decline, show a proof, apply; and what staff say to a proof."""

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.record import services as record
from groupops.shared import links
from groupops.shared.errors import Conflict, Invalid
from members.invitations import queries, services
from members.inviting import OPEN_MOST, SEATED, WAITING, CampaignState, Gate, InvitationState, ProofState, is_open
from members.joining.services import keep_picture
from members.models import Campaign, Invitation, Proof

VERBS = {ProofState.ACCEPTED: "proof.accepted", ProofState.REFUSED: "proof.refused", ProofState.WAITING: "proof.waiting"}


class NoSeat(Conflict):
    """All seats are taken."""


class Closed(Conflict):
    """The campaign takes nobody now."""


class GateShut(Conflict):
    """Something is to be shown first."""


def opened(*, invitation: Invitation, at: datetime) -> None:
    """Somebody looked at the page: counted, nothing else changes."""
    Invitation.objects.filter(pk=invitation.pk).update(opens=F("opens") + 1, opened_at=Coalesce("opened_at", Value(at)))


def accept(*, invitation: Invitation, at: datetime) -> Invitation:
    """Take a place. Twice is once. Raises Closed, GateShut, NoSeat."""
    with transaction.atomic():
        row = _locked(invitation)
        if row.state in SEATED:
            return row
        _demand_open(row.campaign, at)
        if row.state == InvitationState.EXPIRED:
            raise Closed(_("This invitation no longer counts. Ask whoever sent it."))
        if row.campaign.gate != Gate.NONE and not row.proofs.filter(state=ProofState.ACCEPTED).exists():
            raise GateShut(_("First show what is asked; as soon as somebody has looked at it, your place is ready."))
        if not services.take_seat(row.campaign_id):
            raise NoSeat(_("All places are taken. Look again later: some are given back."))
        row.state, row.settled_at = InvitationState.ACCEPTED, at
        row.save(update_fields=["state", "settled_at"])
    return row


def decline(*, invitation: Invitation, at: datetime) -> None:
    """No, thanks; a place that was held is free again. Who joined already has joined."""
    with transaction.atomic():
        row = _locked(invitation)
        if row.state not in (*WAITING, InvitationState.ACCEPTED):
            return
        if row.state in SEATED:
            services.release(row)
        row.state, row.settled_at = InvitationState.DECLINED, at
        row.save(update_fields=["state", "settled_at"])


def show(*, invitation: Invitation, text: str, picture: bytes | None, at: datetime) -> Proof:
    """A proof for the gate; one at a time waits to be looked at. Raises pictures.NoPicture, Closed, Invalid."""
    if not text and picture is None:
        raise Invalid(_("Paste a link or add a picture."), field="text")
    _demand_open(invitation.campaign, at)
    try:
        with transaction.atomic():
            kept = keep_picture(content=picture, at=at) if picture is not None else None
            return Proof.objects.create(invitation=invitation, text=text, picture=kept, created_at=at)
    except IntegrityError:
        raise Conflict(_("Yours is being looked at already.")) from None


def apply(*, campaign: Campaign, name: str, at: datetime) -> Invitation:
    """Somebody comes by the campaign's public link: an invitation of their own, with its link. Raises Closed."""
    _demand_open(campaign, at)
    if Invitation.objects.filter(campaign=campaign, state=InvitationState.APPLIED).count() >= OPEN_MOST:
        raise Closed(_("So many have applied that somebody has to look first. Come back tomorrow."))
    return Invitation.objects.create(campaign=campaign, name=name, key=links.new_key(), state=InvitationState.APPLIED, created_at=at)


def review(*, pks: Collection[int], to: ProofState, by: User, at: datetime) -> list[tuple[int, str]]:
    """Accept or refuse proofs, or put them back; returns (proof, its state before) of those that changed."""
    with transaction.atomic():
        rows = (
            Proof.objects.select_for_update(of=("self",))
            .filter(pk__in=pks, invitation__campaign__in=queries.cared_for(by))
            .exclude(state=to)
        )
        done = []
        for row in rows.order_by("pk"):
            if to == ProofState.WAITING and Proof.objects.filter(invitation=row.invitation_id, state=to).exists():
                continue  # another of the same person waits by now
            done.append((row.pk, row.state))
            row.state = to
            row.settled_at, row.settled_by = (None, None) if to == ProofState.WAITING else (at, by)
            row.save(update_fields=["state", "settled_at", "settled_by"])
            record.audit(by=by, verb=VERBS[to], target=row, at=at, before={"state": done[-1][1]}, after={"state": to})
    return done


def expire(*, at: datetime) -> int:
    """What is still undecided of campaigns that are over no longer counts; returns how many. Campaigns past their end are ended."""
    with transaction.atomic():
        Campaign.objects.filter(state__in=[CampaignState.RUNNING, CampaignState.PAUSED], ends_at__lte=at).update(state=CampaignState.ENDED)
        rows = Invitation.objects.filter(campaign__state=CampaignState.ENDED, state__in=WAITING)
        return rows.update(state=InvitationState.EXPIRED, settled_at=at)


def _locked(invitation: Invitation) -> Invitation:
    return Invitation.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=invitation.pk)


def _demand_open(campaign: Campaign, at: datetime) -> None:
    if not is_open(state=campaign.state, starts_at=campaign.starts_at, ends_at=campaign.ends_at, at=at):
        raise Closed(_("This campaign takes nobody at the moment."))
