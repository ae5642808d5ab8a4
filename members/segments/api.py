"""Segments over the API."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from groupops.accounts.middleware import actor
from groupops.shared import clock
from groupops.shared.api import StrictSerializer
from members.filters import MembershipFilter
from members.models import MemberForm, Segment, SegmentSend
from members.models.tags import NAME_LENGTH
from members.segments import queries, receiving, sending
from members.segments import services as segments
from members.sending import LONGEST
from members.surveys import queries as surveys


class SegmentSerializer(StrictSerializer):
    """A saved view of the members: `query` holds the filters of /members/ by name."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=NAME_LENGTH)
    query = serializers.DictField(child=serializers.CharField(max_length=80))
    shared = serializers.BooleanField(default=False)
    owner = serializers.IntegerField(source="owner_id", read_only=True)

    def validate_query(self, value: dict[str, str]) -> dict[str, str]:
        """Only filters that there are."""
        if unknown := set(value) - set(MembershipFilter.base_filters):
            raise serializers.ValidationError(f"unknown filters: {', '.join(sorted(unknown))}")
        return value


class CountSerializer(serializers.Serializer[Any]):
    """How many are in a segment now; `more` when counting stopped there."""

    count = serializers.IntegerField()
    more = serializers.BooleanField()


class SegmentSendSerializer(StrictSerializer):
    """A message to everybody in a segment; `form` goes along where the text holds {{link}}."""

    id = serializers.IntegerField(read_only=True)
    segment = serializers.IntegerField(source="segment_id", read_only=True, allow_null=True)
    title = serializers.CharField(read_only=True)
    text = serializers.CharField(max_length=LONGEST)
    form = serializers.PrimaryKeyRelatedField(queryset=MemberForm.objects.none(), allow_null=True, default=None)
    state = serializers.CharField(read_only=True)
    size = serializers.IntegerField(read_only=True)
    needs_second = serializers.BooleanField(read_only=True)
    at = serializers.DateTimeField(read_only=True)


class SegmentViewSet(
    mixins.ListModelMixin, mixins.CreateModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[Segment]
):
    """One's own segments and shared ones."""

    queryset = Segment.objects.none()
    serializer_class = SegmentSerializer
    keyset = ("id",)

    def get_queryset(self) -> QuerySet[Segment]:
        """What the user may see."""
        return queries.segments_for(actor(self.request))

    def perform_create(self, serializer: Any) -> None:
        """One service call."""
        serializer.instance = segments.save(**serializer.validated_data, by=actor(self.request), at=clock.now())

    def perform_destroy(self, instance: Segment) -> None:
        """One service call."""
        segments.delete(segment=instance, by=actor(self.request), at=clock.now())

    @extend_schema(responses=CountSerializer)
    @action(detail=True, methods=["get"])
    def count(self, request: Request, pk: str) -> Response:
        """Who is in it now, counted, in the groups that the user sees."""
        found, more = queries.count(self.get_object(), actor(request))
        return Response({"count": found, "more": more})

    @extend_schema(request=SegmentSendSerializer, responses=SegmentSendSerializer)
    @action(detail=True, methods=["post"], serializer_class=SegmentSendSerializer)
    def send(self, request: Request, pk: str) -> Response:
        """Write to everybody in it now."""
        typed, user = SegmentSendSerializer(data=request.data), actor(request)
        typed.fields["form"].queryset = surveys.forms_for(user)  # type: ignore[attr-defined]
        typed.is_valid(raise_exception=True)
        made = sending.write(segment=self.get_object(), **typed.validated_data, by=user, at=clock.now())
        return Response(SegmentSendSerializer(made).data, status=201)


class SegmentSendViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[SegmentSend]):
    """Messages of which one sees every receiver's group, the newest first."""

    queryset = SegmentSend.objects.none()
    serializer_class = SegmentSendSerializer
    keyset = ("at", "id")

    def get_queryset(self) -> QuerySet[SegmentSend]:
        """What the user may see."""
        return receiving.sends_for(actor(self.request))

    @extend_schema(request=None, responses=SegmentSendSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """The second person approves."""
        sending.approve(send=self.get_object(), by=actor(request), at=clock.now())
        return Response(SegmentSendSerializer(self.get_object()).data)

    @extend_schema(request=None, responses=SegmentSendSerializer)
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, pk: str) -> Response:
        """Whatever has not left does not leave."""
        sending.stop(send=self.get_object(), by=actor(request), at=clock.now())
        return Response(SegmentSendSerializer(self.get_object()).data)


routes = [("segments", SegmentViewSet), ("segment-sends", SegmentSendViewSet)]
