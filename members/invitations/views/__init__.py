"""Pages of the campaigns and their invitations."""

from members.invitations.views.campaigns import campaign, campaign_edit, campaign_move, campaign_new, campaigns, invite
from members.invitations.views.finding import own_invitation
from members.invitations.views.guests import act, arrived, unarrived, unsent

__all__ = [
    "act",
    "arrived",
    "campaign",
    "campaign_edit",
    "campaign_move",
    "campaign_new",
    "campaigns",
    "invite",
    "own_invitation",
    "unarrived",
    "unsent",
]
