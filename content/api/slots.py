"""Slots over the API, with the rules of the pages."""

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from content import queries
from content import services as content
from content.api.common import read
from content.api.posts import PostSerializer
from content.models import BODY_LENGTH, Slot
from content.policy import SlotState
from content.services.rearranging import rearrange_slot
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.api.common import actor
from groupops.shared import clock
from groupops.shared.api import StrictSerializer


class SlotSerializer(StrictSerializer):
    """An occurrence of a schedule, with the post it has led to."""

    id = serializers.IntegerField(read_only=True)
    schedule = serializers.IntegerField(source="schedule_id", read_only=True)
    group = serializers.IntegerField(source="schedule.group_id", read_only=True)
    day = serializers.DateField(read_only=True, help_text="On the calendar of the group's zone.")
    due_at = serializers.DateTimeField(read_only=True)
    state = serializers.ChoiceField(choices=SlotState.choices, read_only=True)
    why = serializers.CharField(read_only=True)
    post = serializers.SerializerMethodField()

    def get_post(self, slot: Slot) -> int | None:
        """The id of the post, where one was made."""
        return slot.post.pk if hasattr(slot, "post") else None


class AheadSerializer(StrictSerializer):
    """A text for one day of a series."""

    title = serializers.CharField(max_length=80)
    body = serializers.CharField(max_length=BODY_LENGTH)
    draft = serializers.BooleanField(default=False)


class PlaceSerializer(StrictSerializer):
    """Another time for one day of a series. With `keep` false what the calendar would ask about is a 422 that says it."""

    due_at = serializers.DateTimeField()
    keep = serializers.BooleanField(default=True)


class SlotFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Slots by group, schedule, state and local day."""

    group = django_filters.NumberFilter(field_name="schedule__group_id", decimal_places=0, max_digits=18)
    schedule = django_filters.NumberFilter(field_name="schedule_id", decimal_places=0, max_digits=18)
    since = django_filters.DateFilter(field_name="day", lookup_expr="gte")
    until = django_filters.DateFilter(field_name="day", lookup_expr="lte")

    class Meta:
        model = Slot
        fields = ("state",)


class SlotViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Slot]):
    """Occurrences, newest first: rows up to eight days ahead, and what became of the past ones."""

    queryset = Slot.objects.none()
    serializer_class = SlotSerializer
    filterset_class = SlotFilter
    keyset = ("due_at", "id")

    def get_queryset(self) -> QuerySet[Slot]:
        """What the user may see."""
        return queries.slots(actor(self.request)).select_related("post")

    @extend_schema(request=None, responses={201: PostSerializer})
    @action(detail=True, methods=["post"])
    def send(self, request: Request, pk: str) -> Response:
        """Send a missed slot's post after all."""
        return Response(PostSerializer(content.send_slot_now(slot=self._writable(), by=actor(request), at=clock.now())).data, status=201)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def leave(self, request: Request, pk: str) -> Response:
        """Leave a slot that asks a person unsent."""
        content.leave_slot(slot=self._writable(), by=actor(request), at=clock.now())
        return Response(status=204)

    @extend_schema(request=PlaceSerializer)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str) -> Response:
        """Another time on this day alone; the schedule moves it no more. 409 at the very minute of another post of the group."""
        slot, values = self._writable(), read(PlaceSerializer(data=request.data))
        return Response(SlotSerializer(rearrange_slot(slot=slot, was=None, **values, by=actor(request), at=clock.now())).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def reset(self, request: Request, pk: str) -> Response:
        """Back to the schedule's own time."""
        return Response(SlotSerializer(content.reset_slot(slot=self._writable(), by=actor(request), at=clock.now())).data)

    @extend_schema(request=AheadSerializer, responses={201: PostSerializer})
    @action(detail=True, methods=["post"])
    def ahead(self, request: Request, pk: str) -> Response:
        """Another text for this day; written again it is edited."""
        slot, values = self._writable(), read(AheadSerializer(data=request.data))
        return Response(PostSerializer(content.write_ahead(slot=slot, **values, by=actor(request), at=clock.now())).data, status=201)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def drop(self, request: Request, pk: str) -> Response:
        """Back to the schedule's own text."""
        content.drop_ahead(slot=self._writable(), by=actor(request), at=clock.now())
        return Response(status=204)

    def _writable(self) -> Slot:
        found: Slot = self.get_object()
        access.demand(actor(self.request), GroupRight.CONTENT, found.schedule.group)
        return found
