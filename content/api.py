"""Schedules, slots and posts over the API, with the rules of the pages."""

from datetime import date
from typing import Any

import django_filters
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from content import queries
from content import services as content
from content.forms import FIRST, LAST, PostFilter, ScheduleFilter
from content.models import BODY_LENGTH, Post, Schedule, Slot
from content.policy import CatchUp, PostKind, PostState, SlotState, mask_of, weekdays_of
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.api.common import actor
from groupops.groups.models import Group
from groupops.shared import clock
from groupops.shared.api import StrictSerializer

BOUNDS = [MinValueValidator(FIRST), MaxValueValidator(LAST)]


@extend_schema_field({"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 7}, "minItems": 1, "maxItems": 7})
class WeekdaysField(serializers.Field[Any, Any, Any, Any]):
    """ISO weekdays, Monday is 1; a mask inside."""

    default_error_messages = {"invalid": _("A list of different whole numbers from 1 (Monday) to 7.")}

    def to_internal_value(self, data: Any) -> int:
        """The mask."""
        if not isinstance(data, list) or not data or any(type(day) is not int or not 1 <= day <= 7 for day in data):
            self.fail("invalid")
        return mask_of(data)

    def to_representation(self, value: int) -> list[int]:
        """The days."""
        return weekdays_of(value)


class ScheduleSerializer(StrictSerializer):
    """A schedule. `group` is given once; `version` must be the one that was read when a schedule is changed."""

    id = serializers.IntegerField(read_only=True)
    group = serializers.IntegerField(source="group_id")
    title = serializers.CharField(max_length=80)
    kind = serializers.ChoiceField(choices=PostKind.choices, default=PostKind.MESSAGE)
    body = serializers.CharField(max_length=BODY_LENGTH, help_text="{{group}}, {{date}} and {{weekday}} are filled in when it leaves.")
    weekdays = WeekdaysField()
    at = serializers.TimeField(help_text="On the wall clock of the group's zone.")
    start = serializers.DateField(validators=BOUNDS)
    end = serializers.DateField(validators=BOUNDS, allow_null=True, default=None)
    catch_up = serializers.ChoiceField(choices=CatchUp.choices, default=CatchUp.SKIP)
    enabled = serializers.BooleanField(read_only=True)
    skip = serializers.ListField(child=serializers.DateField(), read_only=True, help_text="Local days that are left out.")
    zone = serializers.CharField(source="group.zone", read_only=True)
    version = serializers.IntegerField(read_only=True)


class ScheduleChangeSerializer(ScheduleSerializer):
    """A change: what is absent stays as it is."""

    group = serializers.IntegerField(source="group_id", read_only=True)
    version = serializers.IntegerField()


class DaySerializer(StrictSerializer):
    """One local day."""

    day = serializers.DateField(validators=BOUNDS)


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


class PostSerializer(StrictSerializer):
    """A post. Leave `due_at` out to say it now; placeholders are filled when it is made."""

    id = serializers.IntegerField(read_only=True)
    group = serializers.IntegerField(source="group_id")
    slot = serializers.IntegerField(source="slot_id", read_only=True, allow_null=True)
    replaces = serializers.IntegerField(source="replaces_id", read_only=True, allow_null=True)
    title = serializers.CharField(max_length=80)
    kind = serializers.ChoiceField(choices=PostKind.choices, default=PostKind.MESSAGE)
    body = serializers.CharField(max_length=BODY_LENGTH)
    due_at = serializers.DateTimeField(allow_null=True, default=None)
    state = serializers.ChoiceField(choices=PostState.choices, read_only=True)
    sent_at = serializers.DateTimeField(read_only=True, allow_null=True)


class SlotFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Slots by group, schedule, state and local day."""

    group = django_filters.NumberFilter(field_name="schedule__group_id", decimal_places=0, max_digits=18)
    schedule = django_filters.NumberFilter(field_name="schedule_id", decimal_places=0, max_digits=18)
    since = django_filters.DateFilter(field_name="day", lookup_expr="gte")
    until = django_filters.DateFilter(field_name="day", lookup_expr="lte")

    class Meta:
        model = Slot
        fields = ("state",)


class ScheduleViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Schedule]):
    """Schedules of the groups one may see; writing needs the right to plan content there."""

    queryset = Schedule.objects.none()
    serializer_class = ScheduleSerializer
    filterset_class = ScheduleFilter
    keyset = ("group_id", "id")

    def get_queryset(self) -> QuerySet[Schedule]:
        """What the user may see."""
        return queries.schedules(actor(self.request))

    def create(self, request: Request) -> Response:
        """Make a schedule; its first slots are planned at once."""
        values = _read(ScheduleSerializer(data=request.data))
        group = _writable(request, values.pop("group_id"))
        made = content.create_schedule(group=group, at_time=values.pop("at"), **values, by=actor(request), at=clock.now())
        return Response(ScheduleSerializer(made).data, status=201)

    @extend_schema(request=ScheduleChangeSerializer, responses=ScheduleSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change fields; its open slots move along. 409 when `version` is not the stored one."""
        found = self._writable()
        serializer = ScheduleChangeSerializer(data=request.data, partial=True)
        values = _read(serializer)
        if "version" not in values:
            raise ValidationError({"version": [_("Say which version you have read.")]})
        version = values.pop("version")
        if "at" in values:
            values["at_time"] = values.pop("at")
        return self._answer(content.update_schedule(schedule=found, version=version, **values, by=actor(request), at=clock.now()))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def enable(self, request: Request, pk: str) -> Response:
        """Switch on."""
        return self._answer(content.enable(schedule=self._writable(), by=actor(request), at=clock.now()))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def disable(self, request: Request, pk: str) -> Response:
        """Switch off; this is also how a schedule is deleted."""
        return self._answer(content.disable(schedule=self._writable(), by=actor(request), at=clock.now()))

    @extend_schema(request=DaySerializer)
    @action(detail=True, methods=["post"])
    def skip(self, request: Request, pk: str) -> Response:
        """Leave one local day out."""
        return self._answer(content.skip_day(schedule=self._writable(), day=_day(request), by=actor(request), at=clock.now()))

    @extend_schema(request=DaySerializer)
    @action(detail=True, methods=["post"])
    def unskip(self, request: Request, pk: str) -> Response:
        """Take a left-out day back in."""
        return self._answer(content.unskip_day(schedule=self._writable(), day=_day(request), by=actor(request), at=clock.now()))

    def _writable(self) -> Schedule:
        found: Schedule = self.get_object()
        access.demand(actor(self.request), GroupRight.CONTENT, found.group)
        return found

    def _answer(self, schedule: Schedule) -> Response:
        return Response(ScheduleSerializer(schedule).data)


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

    def _writable(self) -> Slot:
        found: Slot = self.get_object()
        access.demand(actor(self.request), GroupRight.CONTENT, found.schedule.group)
        return found


class PostViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Post]):
    """What was said, or is to be said, to the groups."""

    queryset = Post.objects.none()
    serializer_class = PostSerializer
    filterset_class = PostFilter
    keyset = ("due_at", "id")

    def get_queryset(self) -> QuerySet[Post]:
        """What the user may see."""
        return queries.posts(actor(self.request))

    def create(self, request: Request) -> Response:
        """Say something once."""
        values = _read(PostSerializer(data=request.data))
        group = _writable(request, values.pop("group_id"))
        made = content.create_post(group=group, **values, by=actor(request), at=clock.now())
        return Response(PostSerializer(made).data, status=201)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Take it back before it leaves."""
        return Response(PostSerializer(content.cancel_post(post=self._writable(), by=actor(request), at=clock.now())).data)

    @extend_schema(request=None, responses={201: PostSerializer})
    @action(detail=True, methods=["post"])
    def again(self, request: Request, pk: str) -> Response:
        """Send a missed or failed post anew."""
        return Response(PostSerializer(content.send_again(post=self._writable(), by=actor(request), at=clock.now())).data, status=201)

    def _writable(self) -> Post:
        found: Post = self.get_object()
        access.demand(actor(self.request), GroupRight.CONTENT, found.group)
        return found


def _read(serializer: StrictSerializer) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def _day(request: Request) -> date:
    day: date = _read(DaySerializer(data=request.data))["day"]
    return day


def _writable(request: Request, pk: int) -> Group:
    return access.group_for(actor(request), pk, GroupRight.CONTENT)


routes: list[tuple[str, type[viewsets.GenericViewSet[Any]]]] = [
    ("schedules", ScheduleViewSet),
    ("slots", SlotViewSet),
    ("posts", PostViewSet),
]
