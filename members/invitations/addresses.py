"""The links of invitations, and what an invitation says."""

from django.conf import settings
from django.urls import reverse

from groupops.shared import links
from members.invitations import queries
from members.inviting import said
from members.models import Campaign, Invitation


def link_of(row: Invitation) -> str:
    """The signed part of somebody's own link."""
    return links.sign(queries.INVITATION, [row.pk], key=row.key)


def url_of(row: Invitation) -> str:
    """Somebody's own address, whole."""
    return settings.PUBLIC_URL + reverse("portal:invitation", args=[link_of(row)])


def apply_url(campaign: Campaign) -> str:
    """The public address at which one applies."""
    return settings.PUBLIC_URL + reverse("portal:apply", args=[links.sign(queries.APPLY, [campaign.pk], key=campaign.key)])


def message_of(row: Invitation, campaign: Campaign, group: str) -> str:
    """What the invitation says; `group` is the name of the campaign's first group."""
    values = {
        "name": row.name,
        "reason": row.reason or campaign.reason,
        "group": group,
        "left": str(campaign.seats - campaign.taken),
        "link": url_of(row),
        "event": campaign.event_name,
        "benefit": campaign.benefit,
    }
    return said(campaign.template, values)
