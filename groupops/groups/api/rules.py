"""群规: the versions of every group's rules."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from groupops.groups import access
from groupops.groups import services as groups
from groupops.groups.access import GroupRight
from groupops.groups.api.common import OfGroupFilter, VisibleGroupField, actor
from groupops.groups.models import RuleSet
from groupops.shared import clock
from groupops.shared.api import StrictSerializer


class RulesSerializer(serializers.ModelSerializer[RuleSet]):
    """A version of a group's rules; `{{group}}` in the text stands for the group's name."""

    class Meta:
        model = RuleSet
        fields = ("id", "group", "version", "text", "at", "by", "why")
        read_only_fields = fields


class NewRulesSerializer(StrictSerializer):
    """A version to publish after the version `seen` (0: the first)."""

    group = VisibleGroupField()
    seen = serializers.IntegerField(min_value=0, max_value=1_000_000)
    text = serializers.CharField(max_length=10_000)
    why = serializers.CharField(max_length=200)


class SeenSerializer(StrictSerializer):
    """The newest version the caller knows."""

    seen = serializers.IntegerField(min_value=0, max_value=1_000_000)


class GroupRules(ListModelMixin, RetrieveModelMixin, GenericViewSet[RuleSet]):
    """The versions of the rules of the groups the caller may see, newest first."""

    serializer_class = RulesSerializer
    filterset_class = OfGroupFilter
    keyset = ("id",)
    queryset = RuleSet.objects.none()  # for the schema; rows come from get_queryset
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[RuleSet]:
        """Deny by default."""
        return RuleSet.objects.filter(group__in=access.visible_to(actor(self.request))).select_related("group")

    @extend_schema(request=NewRulesSerializer, responses={201: RulesSerializer})
    def create(self, request: Request) -> Response:
        """Publish a version."""
        serializer = NewRulesSerializer(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        access.demand(actor(request), GroupRight.EDIT, serializer.validated_data["group"])
        rules = groups.publish_rules(by=actor(request), at=clock.now(), **serializer.validated_data)
        return Response(RulesSerializer(rules).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=SeenSerializer, responses={201: RulesSerializer})
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Publish this version's text again, as the newest."""
        old = self.get_object()
        access.group_for(actor(request), old.group_id or 0, GroupRight.EDIT)
        serializer = SeenSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        rules = groups.restore_rules(rules=old, seen=serializer.validated_data["seen"], by=actor(request), at=clock.now())
        return Response(RulesSerializer(rules).data, status=status.HTTP_201_CREATED)
