"""Groups: list, open, read, change, move through their life, hand over."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from groupops.accounts.policy import Right
from groupops.groups import access, queries
from groupops.groups import services as groups
from groupops.groups.access import GroupRight
from groupops.groups.api.common import ActiveUserField, actor
from groupops.groups.filters import GroupFilter
from groupops.groups.models import Group, Kind
from groupops.groups.policy import NAME_LENGTH, Level, Lifecycle
from groupops.shared import clock
from groupops.shared.api import StrictSerializer

Text = serializers.CharField


class ReasonSerializer(serializers.Serializer[Any]):
    """Why a health score is what it is; `of` 0 is advice that does not count."""

    code = Text()
    args = serializers.DictField(child=serializers.IntegerField())
    points = serializers.IntegerField()
    of = serializers.IntegerField()


class GroupSerializer(serializers.ModelSerializer[Group]):
    """A group."""

    kind = serializers.SlugRelatedField[Kind](slug_field="slug", read_only=True)
    health_reasons = ReasonSerializer(many=True, read_only=True)

    class Meta:
        model = Group
        fields = (
            "id", "name", "kind", "lifecycle", "level", "zone", "region", "description", "size_low", "size_high",
            "member_count", "health", "health_reasons", "assessed_at", "created_at", "version",
        )  # fmt: skip
        read_only_fields = fields


class NewGroupSerializer(StrictSerializer):
    """A group to open."""

    name = Text(max_length=NAME_LENGTH)
    kind = serializers.SlugRelatedField[Kind](slug_field="slug", queryset=Kind.objects.filter(archived=False))
    level = serializers.ChoiceField(Level.choices, required=False)
    zone = Text(max_length=40, default="Asia/Shanghai")
    region = Text(max_length=40, allow_blank=True, default="")
    description = Text(max_length=2000, allow_blank=True, default="")
    owner = ActiveUserField(required=False, allow_null=True)


class GroupChangeSerializer(StrictSerializer):
    """Changes of a group; every field may be left out. `version` is the one last seen: a later change by somebody else is a 409."""

    version = serializers.IntegerField(min_value=1, required=False)
    name = Text(max_length=NAME_LENGTH, required=False)
    kind = serializers.SlugRelatedField[Kind](slug_field="slug", queryset=Kind.objects.filter(archived=False), required=False)
    level = serializers.ChoiceField(Level.choices, required=False)
    zone = Text(max_length=40, required=False)
    region = Text(max_length=40, allow_blank=True, required=False)
    description = Text(max_length=2000, allow_blank=True, required=False)
    size_low = serializers.IntegerField(min_value=1, max_value=100_000, allow_null=True, required=False)
    size_high = serializers.IntegerField(min_value=1, max_value=100_000, allow_null=True, required=False)


class MoveSerializer(StrictSerializer):
    """Where the group goes."""

    lifecycle = serializers.ChoiceField(Lifecycle.choices)


class HandOverSerializer(StrictSerializer):
    """Who becomes the owner, and whether the old one stays as a deputy."""

    to = ActiveUserField()
    stay = serializers.BooleanField(default=True)


class Groups(ListModelMixin, GenericViewSet[Group]):
    """The groups the caller may see, by name."""

    serializer_class = GroupSerializer
    filterset_class = GroupFilter
    keyset = ("id",)
    queryset = Group.objects.none()  # for the schema; rows come from get_queryset
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Group]:
        """Deny by default."""
        return queries.listing(access.visible_to(actor(self.request)))

    def _found(self, right: GroupRight = GroupRight.VIEW) -> Group:
        return access.group_for(actor(self.request), int(self.kwargs["pk"]), right)

    def _read(self, kind: type[StrictSerializer]) -> dict[str, Any]:
        serializer = kind(data=self.request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        values: dict[str, Any] = serializer.validated_data
        return values

    @extend_schema(responses=GroupSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One group."""
        return Response(GroupSerializer(self._found()).data)

    @extend_schema(request=NewGroupSerializer, responses={201: GroupSerializer})
    def create(self, request: Request) -> Response:
        """Open a group of a kind."""
        access.demand_on_site(actor(request), Right.CREATE_GROUP)
        group = groups.create_group(by=actor(request), at=clock.now(), **self._read(NewGroupSerializer))
        return Response(GroupSerializer(group).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=GroupChangeSerializer, responses=GroupSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a group."""
        group = self._found(GroupRight.EDIT)
        values = self._read(GroupChangeSerializer)
        seen = values.pop("version", group.version)
        return Response(GroupSerializer(groups.update_group(group=group, seen=seen, by=actor(request), at=clock.now(), **values)).data)

    @extend_schema(request=MoveSerializer, responses=GroupSerializer)
    @action(detail=True, methods=["post"])
    def lifecycle(self, request: Request, pk: str) -> Response:
        """Start, pause or archive a group; a move that cannot be is a 409 in words."""
        group, to = self._found(GroupRight.EDIT), Lifecycle(self._read(MoveSerializer)["lifecycle"])
        return Response(GroupSerializer(groups.set_lifecycle(group=group, to=to, by=actor(request), at=clock.now())).data)

    @extend_schema(request=HandOverSerializer, responses=GroupSerializer)
    @action(detail=True, methods=["post"], url_path="hand-over")
    def hand_over(self, request: Request, pk: str) -> Response:
        """Make somebody else the owner."""
        group = self._found(GroupRight.TRANSFER)
        groups.hand_over(group=group, by=actor(request), at=clock.now(), **self._read(HandOverSerializer))
        return Response(GroupSerializer(group).data)
