"""The plans of the kinds over the API: their lines, with the rules of the pages."""

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from content import services as content
from content.api.common import WeekdaysField, read, read_change
from content.models import BODY_LENGTH, PlanLine
from content.policy import CatchUp, Holidays, PostKind
from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups.api.common import actor
from groupops.groups.models import Kind
from groupops.shared import clock
from groupops.shared.api import StrictSerializer


class PlanLineSerializer(StrictSerializer):
    """A line of a kind's plan. `kind_of_group` is given once; `version` must be the one that was read when a line is changed."""

    id = serializers.IntegerField(read_only=True)
    kind_of_group = serializers.SlugField(source="kind_of_group.slug")
    key = serializers.SlugField(read_only=True)
    title = serializers.CharField(max_length=80)
    kind = serializers.ChoiceField(choices=PostKind.choices, default=PostKind.MESSAGE)
    body = serializers.CharField(
        max_length=BODY_LENGTH, help_text="{{group}}, {{date}}, {{weekday}} and {{theme}} are filled in when it leaves."
    )
    weekdays = WeekdaysField()
    at = serializers.TimeField(help_text="On the wall clock of each group's zone.")
    holidays = serializers.ChoiceField(choices=Holidays.choices, default=Holidays.CALENDAR)
    catch_up = serializers.ChoiceField(choices=CatchUp.choices, default=CatchUp.SKIP)
    enabled = serializers.BooleanField(read_only=True)
    retired = serializers.BooleanField(read_only=True)
    version = serializers.IntegerField(read_only=True)


class PlanLineChangeSerializer(PlanLineSerializer):
    """A change: what is absent stays as it is."""

    kind_of_group = serializers.SlugField(source="kind_of_group.slug", read_only=True)
    enabled = serializers.BooleanField()
    version = serializers.IntegerField()


class PlanLineFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Lines by kind of group, and whether they were taken out."""

    kind_of_group = django_filters.CharFilter(field_name="kind_of_group__slug")

    class Meta:
        model = PlanLine
        fields = ("retired",)


class PlanLineViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[PlanLine]):
    """Lines of the kinds' plans. A change reaches every group that follows the line."""

    queryset = PlanLine.objects.none()
    serializer_class = PlanLineSerializer
    filterset_class = PlanLineFilter
    keyset = ("kind_of_group_id", "id")

    def get_queryset(self) -> QuerySet[PlanLine]:
        """For whoever sees every group. Raises Forbidden."""
        access.demand_on_site(actor(self.request), Right.SEE_ALL_GROUPS)
        return PlanLine.objects.select_related("kind_of_group")

    def create(self, request: Request) -> Response:
        """A new line; the kind's groups get it at once."""
        access.demand_on_site(actor(request), Right.MANAGE_POLICY)
        values = read(PlanLineSerializer(data=request.data))
        kind = get_object_or_404(Kind, slug=values.pop("kind_of_group")["slug"])
        made = content.create_line(of=kind, at_time=values.pop("at"), **values, by=actor(request), at=clock.now())
        return Response(PlanLineSerializer(made).data, status=201)

    @extend_schema(request=PlanLineChangeSerializer, responses=PlanLineSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a line and the groups that follow it. 409 when `version` is not the stored one."""
        found = self._writable()
        values = read_change(PlanLineChangeSerializer(data=request.data, partial=True))
        if "at" in values:
            values["at_time"] = values.pop("at")
        return self._answer(content.update_line(line=found, **values, by=actor(request), at=clock.now()))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def retire(self, request: Request, pk: str) -> Response:
        """Take it out of the plan."""
        return self._answer(content.retire_line(line=self._writable(), by=actor(request), at=clock.now()))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Take it back into the plan."""
        return self._answer(content.restore_line(line=self._writable(), by=actor(request), at=clock.now()))

    def _writable(self) -> PlanLine:
        found: PlanLine = self.get_object()
        access.demand_on_site(actor(self.request), Right.MANAGE_POLICY)
        return found

    def _answer(self, line: PlanLine) -> Response:
        return Response(PlanLineSerializer(line).data)
