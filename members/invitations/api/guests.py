"""Invitations and proofs over the API."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from groupops.accounts.middleware import actor
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.shared import clock
from groupops.shared.api import StrictSerializer
from groupops.shared.errors import Forbidden, Invalid
from groupops.shared.intake import LARGEST_ID
from members import queries as members
from members.invitations import addresses, guests, queries, services
from members.invitations.api.reading import Read
from members.models import Invitation, Proof


class InvitationSerializer(StrictSerializer):
    """An invitation of one person. POST takes campaign, name, and optionally reason, inviter (a person's id) and guest (a member's id)."""

    id = serializers.IntegerField(read_only=True)
    campaign = serializers.IntegerField(source="campaign_id", min_value=1, max_value=LARGEST_ID)
    name = serializers.CharField(max_length=60)
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    inviter = serializers.IntegerField(
        source="inviter_id", required=False, allow_null=True, default=None, min_value=1, max_value=LARGEST_ID
    )
    guest = serializers.IntegerField(source="guest_id", required=False, allow_null=True, default=None, min_value=1, max_value=LARGEST_ID)
    state = serializers.CharField(read_only=True)
    opens = serializers.IntegerField(read_only=True)
    url = serializers.SerializerMethodField()
    sent_at = serializers.DateTimeField(read_only=True, allow_null=True)
    attended = serializers.BooleanField(read_only=True, allow_null=True)

    def get_url(self, row: Invitation) -> str:
        """Their own address."""
        return addresses.url_of(row)


class ProofSerializer(StrictSerializer):
    """What somebody showed for a gate."""

    id = serializers.IntegerField(read_only=True)
    invitation = serializers.IntegerField(source="invitation_id", read_only=True)
    text = serializers.CharField(read_only=True)
    picture = serializers.SerializerMethodField()
    state = serializers.CharField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)

    def get_picture(self, row: Proof) -> bool:
        """Whether there is a screenshot."""
        return row.picture_id is not None


class InvitationViewSet(Read):
    """The invitations of these campaigns; POST makes one."""

    queryset = Invitation.objects.none()
    serializer_class = InvitationSerializer

    def get_queryset(self) -> QuerySet[Invitation]:
        """What the user may see."""
        return queries.invitations_for(actor(self.request))

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One invitation; 422 where this name has one in the campaign."""
        found = InvitationSerializer(data=request.data)
        found.is_valid(raise_exception=True)
        given, user = found.validated_data, actor(request)
        campaign = queries.campaigns_for(user).filter(pk=given["campaign_id"]).first()
        inviter = members.persons_for(user).filter(pk=given["inviter_id"]).first() if given["inviter_id"] else None
        guest = members.memberships_for(user).filter(pk=given["guest_id"]).first() if given["guest_id"] else None
        if campaign is None or (given["inviter_id"] and inviter is None) or (given["guest_id"] and guest is None):
            raise Invalid(_("There is no such campaign or person, or you cannot see it."))
        if not queries.may(user, GroupRight.CARE, campaign):
            raise Forbidden(access.MISSING[GroupRight.CARE])
        people = [(given["name"], given["reason"])]
        made, _known = services.invite(campaign=campaign, people=people, inviter=inviter, by=user, at=clock.now())
        if not made:
            raise Invalid(_("This name has an invitation already."), field="name")
        if guest is not None:
            guests.set_guest(invitation=made[0], membership=guest, by=user, at=clock.now())
            made[0].refresh_from_db()
        return Response(InvitationSerializer(made[0]).data, status=status.HTTP_201_CREATED)


class ProofViewSet(Read):
    """What guests showed."""

    queryset = Proof.objects.none()
    serializer_class = ProofSerializer

    def get_queryset(self) -> QuerySet[Proof]:
        """What the user may see."""
        return queries.proofs_for(actor(self.request))
