"""The policy store over the API: every version, and setting a new one."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from groupops.accounts.policy import Right
from groupops.groups import access, queries
from groupops.groups import services as groups
from groupops.groups.access import GroupRight
from groupops.groups.api.common import VisibleGroupField, actor
from groupops.groups.models import Kind, Policy
from groupops.groups.policy import Scope, dump
from groupops.shared import clock
from groupops.shared.api import StrictSerializer
from groupops.shared.http import ids


class PolicySerializer(serializers.ModelSerializer[Policy]):
    """A version of a policy's value; null takes the place's value back."""

    value = serializers.DictField(allow_null=True)

    class Meta:
        model = Policy
        fields = ("id", "name", "scope", "kind", "group", "version", "value", "at", "by", "why")
        read_only_fields = fields


class NewPolicySerializer(StrictSerializer):
    """A value to set; `kind` or `group` as the scope wants."""

    name = serializers.CharField(max_length=60)
    scope = serializers.ChoiceField(Scope.choices)
    kind = serializers.PrimaryKeyRelatedField[Kind](queryset=Kind.objects.all(), required=False, allow_null=True)
    group = VisibleGroupField(required=False, allow_null=True)
    value = serializers.DictField(allow_null=True)
    why = serializers.CharField(max_length=200, allow_blank=True, default="")


class EffectiveSerializer(serializers.Serializer[Any]):
    """A policy's value as it counts."""

    name = serializers.CharField()
    value = serializers.DictField()


class PolicyFilter(django_filters.FilterSet):  # type: ignore[misc]
    """?name= &scope="""

    name = django_filters.CharFilter()
    scope = django_filters.ChoiceFilter(choices=Scope.choices)


class Policies(ListModelMixin, RetrieveModelMixin, GenericViewSet[Policy]):
    """Every version of every policy, newest first."""

    serializer_class = PolicySerializer
    filterset_class = PolicyFilter
    keyset = ("id",)
    queryset = Policy.objects.none()  # for the schema; rows come from get_queryset
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Policy]:
        """For those who see all groups."""
        access.demand_on_site(actor(self.request), Right.SEE_ALL_GROUPS)
        return Policy.objects.all()

    @extend_schema(request=NewPolicySerializer, responses={201: PolicySerializer})
    def create(self, request: Request) -> Response:
        """Set a policy's value at a place."""
        serializer = NewPolicySerializer(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        values = serializer.validated_data | {"scope": Scope(serializer.validated_data["scope"])}
        if values.get("group"):
            access.demand(actor(request), GroupRight.EDIT, values["group"])
        else:
            access.demand_on_site(actor(request), Right.MANAGE_POLICY)
        row = groups.set_policy(by=actor(request), at=clock.now(), **values)
        return Response(PolicySerializer(row).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        parameters=[OpenApiParameter("group", int, description="The group for which it is asked; left out: the whole site")],
        responses=EffectiveSerializer(many=True),
        filters=False,
    )
    @action(detail=False, methods=["get"], pagination_class=None)
    def effective(self, request: Request) -> Response:
        """What counts now, for a group or the whole site."""
        asked = ids([request.query_params.get("group", "")])
        group = access.group_for(actor(request), asked[0]) if asked else None
        if group is None:
            access.demand_on_site(actor(request), Right.SEE_ALL_GROUPS)
        return Response([{"name": name, "value": dump(queries.policy(name, group=group))} for name in queries.names()])
