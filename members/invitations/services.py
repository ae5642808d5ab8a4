"""Every write of campaigns and invitations that a person decides on. What guests do is members.invitations.answering."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.record import services as record
from groupops.shared import links
from groupops.shared.errors import Conflict, Invalid
from members.invitations import queries
from members.inviting import MOVES, SEATED, WAITING, InvitationState
from members.models import Arrival, Campaign, CampaignGroup, Invitation, Membership, Person

FIELDS = (
    "name", "sort", "source", "reason", "template", "gate", "gate_text", "event_name", "event_at", "benefit", "seats", "starts_at",
    "ends_at",
)  # fmt: skip
MANY = 500  # invitations in one go


class NameTaken(Conflict):
    """Another campaign is called that."""


class Outdated(Conflict):
    """Somebody else has changed it since the form was opened."""


class NoMove(Conflict):
    """From this state it does not go to that one."""


class Arrived(Conflict):
    """It is known already how this member came, or who came by this invitation."""


def save_campaign(
    *, campaign: Campaign | None, version: int, groups: Sequence[Group], values: dict[str, Any], by: User, at: datetime
) -> Campaign:
    """A new campaign (None), as a draft, or other words for one. Seats never go below what is taken."""
    if not groups:
        raise Invalid(_("Choose at least one group."), field="group_1")
    for group in groups:
        access.demand(by, GroupRight.EDIT, group)
    try:
        with transaction.atomic():
            row = _changeable(campaign, by) if campaign else Campaign(key=links.new_key(), created_at=at, created_by=by)
            if campaign and row.version != version:
                raise Outdated(_("Somebody else has changed it meanwhile. Open it again and repeat your change."))
            if values["seats"] < row.taken:
                raise Invalid(_("%(n)d seats are taken already.") % {"n": row.taken}, field="seats")
            before = {name: _plain(getattr(row, name, None)) for name in FIELDS}
            for name in FIELDS:
                setattr(row, name, values[name])
            row.version = row.version + 1 if campaign else 1
            row.save()
            row.targets.all().delete()
            CampaignGroup.objects.bulk_create([CampaignGroup(campaign=row, group=group, position=n) for n, group in enumerate(groups, 1)])
            was, now = record.differing(before, {name: _plain(getattr(row, name)) for name in FIELDS})
            record.audit(by=by, verb="campaign.update" if campaign else "campaign.create", target=row, at=at, before=was, after=now)
    except IntegrityError:
        raise NameTaken(_("Another campaign has this name."), field="name") from None
    return row


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (int, str)) else value.isoformat() if isinstance(value, datetime) else str(value)


def move_campaign(*, campaign: Campaign, to: str, by: User, at: datetime) -> str:
    """Start, pause, end or resume it; returns the state it was in. Raises NoMove."""
    with transaction.atomic():
        row = _changeable(campaign, by)
        was = row.state
        if to not in MOVES[was]:
            raise NoMove(_("A campaign in this state cannot do that. Load the page again."))
        row.state = to
        row.save(update_fields=["state"])
        record.audit(by=by, verb="campaign.move", target=row, at=at, before={"state": was}, after={"state": to})
    return was


def _changeable(campaign: Campaign, by: User, right: GroupRight = GroupRight.EDIT) -> Campaign:
    row = Campaign.objects.select_for_update().get(pk=campaign.pk)
    for group in queries.groups_of(row):
        access.demand(by, right, group)
    return row


def invite(
    *, campaign: Campaign, people: Sequence[tuple[str, str]], inviter: Person | None, by: User, at: datetime
) -> tuple[list[Invitation], int]:
    """An invitation for each of these people (name, personal reason), and how many had one already (by name) and got none."""
    if len(people) > MANY:
        raise Invalid(_("At most %(n)d at once.") % {"n": MANY}, field="people")
    with transaction.atomic():
        row = _changeable(campaign, by, GroupRight.CARE)
        known = set(Invitation.objects.filter(campaign=row).values_list("name", flat=True))
        made: dict[str, Invitation] = {}
        for name, reason in people:
            if name not in known and name not in made:
                values = {"inviter": inviter, "created_at": at, "created_by": by}
                made[name] = Invitation(campaign=row, name=name, reason=reason, key=links.new_key(), **values)
        Invitation.objects.bulk_create(made.values())
        if made:
            record.audit(by=by, verb="invitation.create", target=row, at=at, after={"n": len(made)})
    return list(made.values()), len(people) - len(made)


def sent(*, pks: Collection[int], by: User, at: datetime) -> list[Invitation]:
    """A person has sent these by hand; returns those that were not sent before."""
    with transaction.atomic():
        rows = [row for row in _mine(pks, by) if row.state == InvitationState.DRAFT]
        for row in rows:
            row.state, row.sent_at, row.sent_by = InvitationState.SENT, at, by
            row.save(update_fields=["state", "sent_at", "sent_by"])
            record.audit(by=by, verb="invitation.sent", target=row, at=at)
    return rows


def unsent(*, pks: Collection[int], by: User, at: datetime) -> list[Invitation]:
    """They were not sent after all: the undo of `sent`."""
    with transaction.atomic():
        rows = [row for row in _mine(pks, by) if row.state == InvitationState.SENT]
        for row in rows:
            row.state, row.sent_at, row.sent_by = InvitationState.DRAFT, None, None
            row.save(update_fields=["state", "sent_at", "sent_by"])
            record.audit(by=by, verb="invitation.unsent", target=row, at=at)
    return rows


def withdraw(*, pks: Collection[int], by: User, at: datetime) -> list[Invitation]:
    """They no longer count; a place that was held is free again. Those who joined stay."""
    with transaction.atomic():
        rows = [row for row in _mine(pks, by) if row.state in (*WAITING, InvitationState.ACCEPTED)]
        for row in rows:
            if row.state in SEATED:
                release(row)
            row.state, row.settled_at = InvitationState.EXPIRED, at
            row.save(update_fields=["state", "settled_at"])
            record.audit(by=by, verb="invitation.withdraw", target=row, at=at)
    return rows


def attended(*, pks: Collection[int], came: bool | None, by: User, at: datetime) -> list[Invitation]:
    """Who came to the event, and who did not."""
    with transaction.atomic():
        rows = [row for row in _mine(pks, by) if row.attended is not came]
        Invitation.objects.filter(pk__in=[row.pk for row in rows]).update(attended=came)
        if rows:
            after = {"came": came, "names": [row.name for row in rows][:MANY]}
            record.audit(by=by, verb="invitation.attended", target=rows[0].campaign, at=at, after=after)
    return rows


def _mine(pks: Collection[int], by: User) -> list[Invitation]:
    """Those whom `by` may care for, locked in order."""
    rows = Invitation.objects.select_for_update(of=("self",)).filter(pk__in=pks, campaign__in=queries.cared_for(by))
    return list(rows.select_related("campaign").order_by("pk"))


def release(row: Invitation) -> None:
    """The seat of an invitation is free again. Call with the invitation locked and seated."""
    Campaign.objects.filter(pk=row.campaign_id, taken__gt=0).update(taken=F("taken") - 1)


def take_seat(campaign_id: int) -> bool:
    """One more seat, if there is one: one statement decides, and the constraint watches it."""
    return bool(Campaign.objects.filter(pk=campaign_id, taken__lt=F("seats")).update(taken=F("taken") + 1))


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
