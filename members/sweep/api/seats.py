"""Leaves and colleagues over the API."""

from django.db.models import Exists, OuterRef, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from groupops.accounts.middleware import actor
from groupops.groups import access
from groupops.shared import clock
from members import queries as members
from members.models import Colleague, Leave
from members.sweep import seats
from members.sweep.api.serializing import ColleagueSerializer, LeaveSerializer


class LeaveViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Leave]):
    """Leaves of members of the groups one sees."""

    queryset = Leave.objects.none()
    serializer_class = LeaveSerializer
    keyset = ("id",)

    def get_queryset(self) -> QuerySet[Leave]:
        """What the user may see."""
        seen = access.visible_to(actor(self.request))
        return Leave.objects.filter(membership__group__in=seen).select_related("membership__group")

    @extend_schema(request=LeaveSerializer, responses=LeaveSerializer)
    def create(self, request: Request) -> Response:
        """A member goes on leave."""
        given = LeaveSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        values = given.validated_data
        row = members.memberships_for(actor(request)).filter(pk=values["membership_id"]).first()
        if row is None:
            raise serializers.ValidationError({"member": ["-"]})
        leave = seats.grant(membership=row, until=values["until"], reason=values["reason"], by=actor(request), at=clock.now())
        return Response(LeaveSerializer(leave).data, status=201)

    @extend_schema(request=None, responses=LeaveSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """The leave is over."""
        leave = self.get_object()
        seats.end(leave=leave, by=actor(request), at=clock.now())
        leave.refresh_from_db()
        return Response(LeaveSerializer(leave).data)


class ColleagueViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Colleague]):
    """Which person in the chat is which user of GroupOps, of the persons one sees. A POST names one; without `user` they are none of us."""

    queryset = Colleague.objects.none()
    serializer_class = ColleagueSerializer
    keyset = ("id",)

    def get_queryset(self) -> QuerySet[Colleague]:
        """What the user may see."""
        seen = members.persons_for(actor(self.request)).filter(pk=OuterRef("person"))
        return Colleague.objects.filter(Exists(seen))

    @extend_schema(request=ColleagueSerializer, responses=ColleagueSerializer)
    def create(self, request: Request) -> Response:
        """Say which user a person is; 204 where they are none of us."""
        given, user = ColleagueSerializer(data=request.data), actor(request)
        given.fields["person"].queryset = members.persons_for(user)  # type: ignore[attr-defined]
        given.is_valid(raise_exception=True)
        seats.name_colleague(**given.validated_data, by=user, at=clock.now())
        made = Colleague.objects.filter(person=given.validated_data["person"]).first()
        return Response(ColleagueSerializer(made).data, status=201) if made else Response(status=204)
