"""The campaign or invitation that an address names, for whoever may."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.views.found import actor, refreshed
from groupops.shared.errors import Forbidden
from groupops.shared.http import next_url
from members.invitations import queries
from members.models import Campaign, Invitation


def campaign_of(request: HttpRequest, pk: int, right: GroupRight = GroupRight.VIEW) -> Campaign:
    row = get_object_or_404(queries.campaigns_for(actor(request)), pk=pk)
    if right != GroupRight.VIEW and not queries.may(actor(request), right, row):
        raise Forbidden(access.MISSING[right])
    return row


def back(request: HttpRequest, pk: int) -> HttpResponse:
    return refreshed(request, next_url(request, default=reverse("members:campaign", args=[pk])))


def own_invitation(request: HttpRequest, pk: int) -> Invitation:
    """The invitation, if the reader may care for all of its campaign's groups; 404 or Forbidden otherwise."""
    row = get_object_or_404(queries.invitations_for(actor(request)), pk=pk)
    campaign_of(request, row.campaign_id, GroupRight.CARE)
    return row
