"""Campaigns: made, changed, moved on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.record import services as record
from groupops.shared import links
from groupops.shared.errors import Conflict, Invalid
from members.invitations import queries
from members.inviting import MOVES
from members.models import Campaign, CampaignGroup

FIELDS = (
    "name", "sort", "source", "reason", "template", "gate", "gate_text", "event_name", "event_at", "benefit", "seats", "starts_at",
    "ends_at",
)  # fmt: skip


class NameTaken(Conflict):
    """Another campaign is called that."""


class Outdated(Conflict):
    """Somebody else has changed it since the form was opened."""


class NoMove(Conflict):
    """From this state it does not go to that one."""


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
            row = changeable(campaign, by) if campaign else Campaign(key=links.new_key(), created_at=at, created_by=by)
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
        row = changeable(campaign, by)
        was = row.state
        if to not in MOVES[was]:
            raise NoMove(_("A campaign in this state cannot do that. Load the page again."))
        row.state = to
        row.save(update_fields=["state"])
        record.audit(by=by, verb="campaign.move", target=row, at=at, before={"state": was}, after={"state": to})
    return was


def changeable(campaign: Campaign, by: User, right: GroupRight = GroupRight.EDIT) -> Campaign:
    row = Campaign.objects.select_for_update().get(pk=campaign.pk)
    for group in queries.groups_of(row):
        access.demand(by, right, group)
    return row
