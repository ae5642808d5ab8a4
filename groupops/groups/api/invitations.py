"""Invitations of staff over the API."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from groupops.accounts.policy import Role
from groupops.accounts.services.allowed import demand_right
from groupops.accounts.sure import demand_sure
from groupops.groups import queries
from groupops.groups import services as groups
from groupops.groups.api.common import VisibleGroupField, actor
from groupops.groups.models import InvitationSeat, StaffInvitation
from groupops.groups.policy import SEATS, Post
from groupops.shared import clock
from groupops.shared.api import StrictSerializer

LONGEST = 30  # days


class InvitationSeatSerializer(serializers.ModelSerializer[InvitationSeat]):
    """A post that comes with an invitation."""

    class Meta:
        model = InvitationSeat
        fields = ("group", "post")
        read_only_fields = fields


class StaffInvitationSerializer(serializers.ModelSerializer[StaffInvitation]):
    """An invitation; it waits while neither accepted, revoked nor past its end."""

    seats = InvitationSeatSerializer(many=True, read_only=True)

    class Meta:
        model = StaffInvitation
        fields = ("id", "name", "role", "seats", "by", "at", "expires_at", "accepted_at", "accepted_by", "revoked_at")
        read_only_fields = fields


class NewSeatSerializer(StrictSerializer):
    """A post to come with it; never the owner's."""

    group = VisibleGroupField()
    post = serializers.ChoiceField(SEATS)


class NewInvitationSerializer(StrictSerializer):
    """Somebody to invite."""

    name = serializers.CharField(max_length=60)
    role = serializers.ChoiceField(Role.choices)
    seats = NewSeatSerializer(many=True, default=list)
    days = serializers.IntegerField(min_value=1, max_value=LONGEST, default=7)

    def validate_seats(self, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """One post a group."""
        if len({seat["group"].pk for seat in given}) < len(given):
            raise serializers.ValidationError("one seat a group")
        return given


class MadeInvitationSerializer(serializers.Serializer[Any]):
    """An invitation and its link, which is shown this once."""

    invitation = StaffInvitationSerializer()
    link = serializers.URLField()


class StaffInvitations(ListModelMixin, RetrieveModelMixin, GenericViewSet[StaffInvitation]):
    """Invitations of staff, the newest first. A founder's."""

    queryset = StaffInvitation.objects.none()
    serializer_class = StaffInvitationSerializer
    keyset = ("at", "id")
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[StaffInvitation]:
        """For those who manage people."""
        demand_right(actor(self.request))
        return queries.staff_invitations(at=clock.now())

    @extend_schema(request=NewInvitationSerializer, responses={201: MadeInvitationSerializer})
    def create(self, request: Request) -> Response:
        """Invite somebody. The answer carries the link to give them."""
        demand_right(actor(request))
        demand_sure(request)
        given = NewInvitationSerializer(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        values = given.validated_data
        seats = [(seat["group"], Post(seat["post"])) for seat in values["seats"]]
        made, token = groups.invite_staff(
            name=values["name"],
            role=Role(values["role"]),
            seats=seats,
            lasts=timedelta(days=values["days"]),
            by=actor(request),
            at=clock.now(),
        )
        link = settings.PUBLIC_URL + reverse("staff-invitation", args=[token])
        return Response({"invitation": StaffInvitationSerializer(made).data, "link": link}, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Take an invitation back; again changes nothing."""
        groups.revoke_invitation(invitation=self.get_object(), by=actor(request), at=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
