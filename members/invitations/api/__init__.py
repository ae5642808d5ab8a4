"""Sources, codes, campaigns and invitations over the API."""

from members.invitations.api.campaigns import CampaignViewSet
from members.invitations.api.codes import JoinCodeViewSet, WaitingViewSet
from members.invitations.api.guests import InvitationViewSet, ProofViewSet
from members.invitations.api.sources import SourceViewSet

routes = [
    ("sources", SourceViewSet),
    ("join-codes", JoinCodeViewSet),
    ("waiting", WaitingViewSet),
    ("campaigns", CampaignViewSet),
    ("invitations", InvitationViewSet),
    ("proofs", ProofViewSet),
]
