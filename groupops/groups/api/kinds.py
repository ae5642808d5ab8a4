"""Kinds of group."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups import services as groups
from groupops.groups.api.common import actor
from groupops.groups.models import Kind
from groupops.groups.policy import Level
from groupops.shared import clock
from groupops.shared.api import StrictSerializer


class KindSerializer(serializers.ModelSerializer[Kind]):
    """A kind."""

    values = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Kind
        fields = (
            "id", "slug", "name", "positioning", "values", "size_low", "size_high", "size_note", "level", "rules_extension",
            "position", "archived", "version",
        )  # fmt: skip
        read_only_fields = fields


class KindFields(StrictSerializer):
    """What can be said of a kind."""

    name = serializers.CharField(max_length=60, required=False)
    positioning = serializers.CharField(max_length=500, required=False)
    values = serializers.ListField(child=serializers.CharField(max_length=200), max_length=30, required=False)
    size_low = serializers.IntegerField(min_value=1, max_value=100_000, required=False)
    size_high = serializers.IntegerField(min_value=1, max_value=100_000, required=False)
    size_note = serializers.CharField(max_length=60, allow_blank=True, required=False)
    level = serializers.ChoiceField(Level.choices, required=False)
    rules_extension = serializers.CharField(max_length=5000, allow_blank=True, required=False)
    position = serializers.IntegerField(min_value=0, max_value=30_000, required=False)
    archived = serializers.BooleanField(required=False)


class KindChangeSerializer(KindFields):
    """Changes of a kind; every field may be left out. `version` is the one last seen."""

    version = serializers.IntegerField(min_value=1, required=False)


class NewKindSerializer(KindFields):
    """A kind to add."""

    slug = serializers.SlugField(max_length=50)
    name = serializers.CharField(max_length=60)
    positioning = serializers.CharField(max_length=500)
    size_low = serializers.IntegerField(min_value=1, max_value=100_000)
    size_high = serializers.IntegerField(min_value=1, max_value=100_000)
    level = serializers.ChoiceField(Level.choices)


class Kinds(ListModelMixin, RetrieveModelMixin, GenericViewSet[Kind]):
    """The kinds groups start from."""

    serializer_class = KindSerializer
    keyset = ("position", "id")
    queryset = Kind.objects.all()
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Kind]:
        """Everybody may read what kinds there are."""
        return Kind.objects.all()

    @extend_schema(request=NewKindSerializer, responses={201: KindSerializer})
    def create(self, request: Request) -> Response:
        """Add a kind."""
        access.demand_on_site(actor(request), Right.MANAGE_POLICY)
        serializer = NewKindSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        kind = groups.create_kind(by=actor(request), at=clock.now(), **serializer.validated_data)
        return Response(KindSerializer(kind).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=KindChangeSerializer, responses=KindSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a kind."""
        access.demand_on_site(actor(request), Right.MANAGE_POLICY)
        kind = self.get_object()
        serializer = KindChangeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values = dict(serializer.validated_data)
        seen = values.pop("version", kind.version)
        return Response(KindSerializer(groups.update_kind(kind=kind, seen=seen, by=actor(request), at=clock.now(), **values)).data)
