"""值守表 over the API: who is on duty when; a shift is put on, changed and taken off."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from groupops.groups import access
from groupops.groups import services as groups
from groupops.groups.access import GroupRight
from groupops.groups.api.common import ActiveUserField, OfGroupFilter, VisibleGroupField, WeekdaysField, actor
from groupops.groups.models import RosterShift
from groupops.shared import clock
from groupops.shared.api import StrictSerializer
from groupops.shared.intake import LARGEST_ID


class ShiftSerializer(serializers.ModelSerializer[RosterShift]):
    """On duty from one hour to another of the group's clock; `until` null stands now."""

    weekdays = WeekdaysField(read_only=True)

    class Meta:
        model = RosterShift
        fields = ("id", "group", "user", "weekdays", "start", "end", "since", "until")
        read_only_fields = fields


class ShiftFields(StrictSerializer):
    """The days and hours; what is left out of a change stays."""

    weekdays = WeekdaysField()
    start = serializers.IntegerField(min_value=0, max_value=23)
    end = serializers.IntegerField(min_value=1, max_value=24)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The end lies after the beginning."""
        known: dict[str, Any] = {name: getattr(self.instance, name, None) for name in ("start", "end")} | attrs
        if known["start"] is not None and known["end"] is not None and known["start"] >= known["end"]:
            raise serializers.ValidationError({"end": _("The end lies after the beginning.")})
        return attrs


class NewShiftSerializer(ShiftFields):
    """Somebody who holds a post in the group is put on duty."""

    group = VisibleGroupField()
    user = ActiveUserField()


class ShiftFilter(OfGroupFilter):
    """?group= &user= &standing="""

    user = django_filters.NumberFilter(field_name="user", min_value=1, max_value=LARGEST_ID)
    standing = django_filters.BooleanFilter(field_name="until", lookup_expr="isnull", label="true: those that stand now")


class Shifts(ListModelMixin, RetrieveModelMixin, GenericViewSet[RosterShift]):
    """The shifts of the groups the caller may see, newest first, ended ones too."""

    serializer_class = ShiftSerializer
    filterset_class = ShiftFilter
    keyset = ("id",)
    queryset = RosterShift.objects.none()  # for the schema; rows come from get_queryset
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[RosterShift]:
        """Deny by default."""
        return RosterShift.objects.filter(group__in=access.visible_to(actor(self.request))).select_related("group", "user")

    @extend_schema(request=NewShiftSerializer, responses={201: ShiftSerializer})
    def create(self, request: Request) -> Response:
        """Put somebody on duty."""
        given = NewShiftSerializer(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        values = given.validated_data
        access.demand(actor(request), GroupRight.MANAGE_POSTS, values["group"])
        hours = [(values["start"], values["end"])]
        rows = groups.put_on_duty(
            group=values["group"], user=values["user"], weekdays=values["weekdays"], hours=hours, by=actor(request), at=clock.now()
        )
        return Response(ShiftSerializer(rows[0]).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ShiftFields, responses=ShiftSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Other days or hours: the shift ends and another takes its place, whose id is in the answer."""
        row = self._writable()
        given = ShiftFields(row, data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        return Response(ShiftSerializer(groups.change_shift(shift=row, **given.validated_data, by=actor(request), at=clock.now())).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Take it off the roster; again changes nothing."""
        row = self._writable()
        groups.take_off_duty(group=row.group, shifts=[row.pk], by=actor(request), at=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _writable(self) -> RosterShift:
        row: RosterShift = self.get_object()
        access.demand(actor(self.request), GroupRight.MANAGE_POSTS, row.group)
        return row
