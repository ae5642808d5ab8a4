"""Invitations: made, sent, withdrawn; and the seats they take."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups.access import GroupRight
from groupops.record import services as record
from groupops.shared import links
from groupops.shared.errors import Invalid
from members.invitations import queries
from members.invitations.services.campaigns import changeable
from members.inviting import SEATED, WAITING, InvitationState
from members.models import Campaign, Invitation, Person

MANY = 500  # invitations in one go


def invite(
    *, campaign: Campaign, people: Sequence[tuple[str, str]], inviter: Person | None, by: User, at: datetime
) -> tuple[list[Invitation], int]:
    """An invitation for each of these people (name, personal reason), and how many had one already (by name) and got none."""
    if len(people) > MANY:
        raise Invalid(_("At most %(n)d at once.") % {"n": MANY}, field="people")
    with transaction.atomic():
        row = changeable(campaign, by, GroupRight.CARE)
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
        rows = [row for row in mine(pks, by) if row.state == InvitationState.DRAFT]
        for row in rows:
            row.state, row.sent_at, row.sent_by = InvitationState.SENT, at, by
            row.save(update_fields=["state", "sent_at", "sent_by"])
            record.audit(by=by, verb="invitation.sent", target=row, at=at)
    return rows


def unsent(*, pks: Collection[int], by: User, at: datetime) -> list[Invitation]:
    """They were not sent after all: the undo of `sent`."""
    with transaction.atomic():
        rows = [row for row in mine(pks, by) if row.state == InvitationState.SENT]
        for row in rows:
            row.state, row.sent_at, row.sent_by = InvitationState.DRAFT, None, None
            row.save(update_fields=["state", "sent_at", "sent_by"])
            record.audit(by=by, verb="invitation.unsent", target=row, at=at)
    return rows


def withdraw(*, pks: Collection[int], by: User, at: datetime) -> list[Invitation]:
    """They no longer count; a place that was held is free again. Those who joined stay."""
    with transaction.atomic():
        rows = [row for row in mine(pks, by) if row.state in (*WAITING, InvitationState.ACCEPTED)]
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
        rows = [row for row in mine(pks, by) if row.attended is not came]
        Invitation.objects.filter(pk__in=[row.pk for row in rows]).update(attended=came)
        if rows:
            after = {"came": came, "names": [row.name for row in rows][:MANY]}
            record.audit(by=by, verb="invitation.attended", target=rows[0].campaign, at=at, after=after)
    return rows


def mine(pks: Collection[int], by: User) -> list[Invitation]:
    """Those whom `by` may care for, locked in order."""
    rows = Invitation.objects.select_for_update(of=("self",)).filter(pk__in=pks, campaign__in=queries.cared_for(by))
    return list(rows.select_related("campaign").order_by("pk"))


def release(row: Invitation) -> None:
    """The seat of an invitation is free again. Call with the invitation locked and seated."""
    Campaign.objects.filter(pk=row.campaign_id, taken__gt=0).update(taken=F("taken") - 1)


def take_seat(campaign_id: int) -> bool:
    """One more seat, if there is one: one statement decides, and the constraint watches it."""
    return bool(Campaign.objects.filter(pk=campaign_id, taken__lt=F("seats")).update(taken=F("taken") + 1))
