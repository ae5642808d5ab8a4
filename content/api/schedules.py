"""Schedules over the API, with the rules of the pages."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from content import queries
from content import services as content
from content.api.common import BOUNDS, DaySerializer, WeekdaysField, day_of, read, read_change, writable
from content.forms import ScheduleFilter
from content.models import BODY_LENGTH, Schedule
from content.policy import CatchUp, Holidays, PostKind
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.api.common import actor
from groupops.shared import clock
from groupops.shared.api import StrictSerializer


class ScheduleSerializer(StrictSerializer):
    """A schedule. `group` is given once; `version` must be the one that was read when a schedule is changed."""

    id = serializers.IntegerField(read_only=True)
    group = serializers.IntegerField(source="group_id")
    title = serializers.CharField(max_length=80)
    kind = serializers.ChoiceField(choices=PostKind.choices, default=PostKind.MESSAGE)
    body = serializers.CharField(max_length=BODY_LENGTH, help_text="{{group}}, {{date}}, {{weekday}}, {{theme}} are filled in.")
    weekdays = WeekdaysField()
    at = serializers.TimeField(help_text="On the wall clock of the group's zone.")
    start = serializers.DateField(validators=BOUNDS)
    end = serializers.DateField(validators=BOUNDS, allow_null=True, default=None)
    holidays = serializers.ChoiceField(choices=Holidays.choices, default=Holidays.USUAL)
    catch_up = serializers.ChoiceField(choices=CatchUp.choices, default=CatchUp.SKIP)
    enabled = serializers.BooleanField(read_only=True)
    skip = serializers.ListField(child=serializers.DateField(), read_only=True, help_text="Local days that are left out.")
    line = serializers.IntegerField(source="line_id", read_only=True, allow_null=True, help_text="The line of its kind's plan.")
    follows = serializers.BooleanField(read_only=True, help_text="Whether it changes with its line; the first edit ends that.")
    zone = serializers.CharField(source="group.zone", read_only=True)
    version = serializers.IntegerField(read_only=True)


class ScheduleChangeSerializer(ScheduleSerializer):
    """A change: what is absent stays as it is."""

    group = serializers.IntegerField(source="group_id", read_only=True)
    version = serializers.IntegerField()


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
        values = read(ScheduleSerializer(data=request.data))
        group = writable(request, values.pop("group_id"))
        made = content.create_schedule(group=group, at_time=values.pop("at"), **values, by=actor(request), at=clock.now())
        return Response(ScheduleSerializer(made).data, status=201)

    @extend_schema(request=ScheduleChangeSerializer, responses=ScheduleSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change fields; its open slots move along. 409 when `version` is not the stored one."""
        found = self._writable()
        values = read_change(ScheduleChangeSerializer(data=request.data, partial=True))
        if "at" in values:
            values["at_time"] = values.pop("at")
        return self._answer(content.update_schedule(schedule=found, **values, by=actor(request), at=clock.now()))

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

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def follow(self, request: Request, pk: str) -> Response:
        """Give up the group's own version of a line: it follows its kind's plan again."""
        return self._answer(content.follow_again(schedule=self._writable(), by=actor(request), at=clock.now()))

    @extend_schema(request=DaySerializer)
    @action(detail=True, methods=["post"])
    def skip(self, request: Request, pk: str) -> Response:
        """Leave one local day out."""
        return self._answer(content.skip_day(schedule=self._writable(), day=day_of(request), by=actor(request), at=clock.now()))

    @extend_schema(request=DaySerializer)
    @action(detail=True, methods=["post"])
    def unskip(self, request: Request, pk: str) -> Response:
        """Take a left-out day back in."""
        return self._answer(content.unskip_day(schedule=self._writable(), day=day_of(request), by=actor(request), at=clock.now()))

    def _writable(self) -> Schedule:
        found: Schedule = self.get_object()
        access.demand(actor(self.request), GroupRight.CONTENT, found.group)
        return found

    def _answer(self, schedule: Schedule) -> Response:
        return Response(ScheduleSerializer(schedule).data)
