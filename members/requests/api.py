"""Requests of members over the API."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from groupops.accounts.middleware import actor
from groupops.groups import access
from groupops.groups.models import Group
from groupops.shared import clock
from groupops.shared.api import StrictSerializer
from members import queries as members
from members.models import MemberRequest, Membership
from members.models.requests import ANSWER_LENGTH, TEXT_LENGTH, TITLE_LENGTH
from members.requesting import RequestState
from members.requests import queries
from members.requests import services as requests


class MemberRequestSerializer(StrictSerializer):
    """What a member wishes for; `member` is who proposed it, null where nobody knows."""

    id = serializers.IntegerField(read_only=True)
    group = serializers.PrimaryKeyRelatedField(queryset=Group.objects.none())
    member = serializers.PrimaryKeyRelatedField(source="membership", queryset=Membership.objects.none(), allow_null=True, default=None)
    title = serializers.CharField(max_length=TITLE_LENGTH)
    text = serializers.CharField(max_length=TEXT_LENGTH, allow_blank=True, default="")
    state = serializers.ChoiceField(choices=RequestState.choices, read_only=True)
    answer = serializers.CharField(read_only=True)
    supporters = serializers.IntegerField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    moved_at = serializers.DateTimeField(read_only=True)


class RequestMoveSerializer(StrictSerializer):
    """Where it is now; `told` says how many people are told."""

    state = serializers.ChoiceField(choices=RequestState.choices)
    answer = serializers.CharField(max_length=ANSWER_LENGTH, allow_blank=True, default="")
    told = serializers.IntegerField(read_only=True)


class MemberRequestViewSet(
    mixins.ListModelMixin, mixins.CreateModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[MemberRequest]
):
    """Requests of the groups one sees, the newest first."""

    queryset = MemberRequest.objects.none()
    serializer_class = MemberRequestSerializer
    keyset = ("created_at", "id")

    def get_queryset(self) -> QuerySet[MemberRequest]:
        """What the user may see."""
        return queries.requests_for(actor(self.request))

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """In a group that the user sees, of a member whom the user sees."""
        made = super().get_serializer(*args, **kwargs)
        if isinstance(made, MemberRequestSerializer) and not getattr(self, "swagger_fake_view", False):
            made.fields["group"].queryset = access.visible_to(actor(self.request))  # type: ignore[attr-defined]
            made.fields["member"].queryset = members.memberships_for(actor(self.request))  # type: ignore[attr-defined]
        return made

    def perform_create(self, serializer: Any) -> None:
        """One service call."""
        serializer.instance = requests.keep(**serializer.validated_data, by=actor(self.request), at=clock.now())

    @action(detail=True, methods=["post"], serializer_class=RequestMoveSerializer)
    def move(self, request: Request, pk: str) -> Response:
        """Move it to a state, and tell who wishes for it."""
        typed = self.get_serializer(data=request.data)
        typed.is_valid(raise_exception=True)
        row, values = self.get_object(), typed.validated_data
        told = requests.move(request=row, to=RequestState(values["state"]), answer=values["answer"], by=actor(request), at=clock.now())
        return Response({"state": values["state"], "answer": values["answer"], "told": told})


routes = [("requests", MemberRequestViewSet)]
