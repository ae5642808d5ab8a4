"""Raids over the API: what lasts and what was, who joined, ending one, dealing with many."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from groupops.accounts.middleware import actor
from groupops.shared import clock
from groupops.shared.api import KeysetPagination, ManySerializer, StrictSerializer
from groupops.shared.intake import LARGEST_ID
from moderation.models import Raid
from moderation.models.raids import JoinOutcome
from moderation.raids import queries, services
from moderation.raids.views import ACTS, MOST, settle


class RaidSerializer(StrictSerializer):
    """A flood of joins; it lasts while `ended_at` is null. `waits`: people whom nobody has looked at."""

    id = serializers.IntegerField(read_only=True)
    group = serializers.IntegerField(source="group_id", read_only=True)
    began_at = serializers.DateTimeField(read_only=True)
    last_join_at = serializers.DateTimeField(read_only=True)
    joins = serializers.IntegerField(read_only=True)
    hold = serializers.BooleanField(read_only=True)
    slow = serializers.BooleanField(read_only=True)
    ended_at = serializers.DateTimeField(read_only=True, allow_null=True)
    ended_by = serializers.IntegerField(source="ended_by_id", read_only=True, allow_null=True)
    waits = serializers.IntegerField(read_only=True)


class RaidJoinSerializer(StrictSerializer):
    """Somebody who joined in it."""

    id = serializers.IntegerField(read_only=True)
    membership = serializers.IntegerField(source="membership_id", read_only=True)
    name = serializers.CharField(source="membership.person.name", read_only=True)
    at = serializers.DateTimeField(read_only=True)
    outcome = serializers.ChoiceField(choices=JoinOutcome.choices, read_only=True)
    case = serializers.IntegerField(source="case_id", read_only=True, allow_null=True)


class RaidSettleSerializer(StrictSerializer):
    """What becomes of which of them."""

    ids = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID), min_length=1, max_length=MOST)
    do = serializers.ChoiceField(choices=[(name, name) for name in ACTS])


class RaidViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Raid]):
    """Raids of the groups in which the caller moderates, the newest first."""

    queryset = Raid.objects.none()
    serializer_class = RaidSerializer
    keyset = ("began_at", "id")

    def get_queryset(self) -> QuerySet[Raid]:
        """As on the page."""
        return queries.raids_for(actor(self.request))

    @extend_schema(responses=RaidJoinSerializer(many=True))
    @action(detail=True, methods=["get"])
    def joins(self, request: Request, pk: Any = None) -> Response:
        """Who joined in it, the newest first."""
        self.keyset, pages = ("at", "id"), KeysetPagination()
        rows = pages.paginate_queryset(queries.entries(self.get_object()), request, self)
        return pages.get_paginated_response(RaidJoinSerializer(rows, many=True).data)

    @extend_schema(request=None, responses=RaidSerializer)
    @action(detail=True, methods=["post"])
    def lift(self, request: Request, pk: Any = None) -> Response:
        """End it now."""
        row = self.get_object()
        services.lift(raid=row, by=actor(request), at=clock.now())
        return Response(RaidSerializer(self.get_queryset().get(pk=row.pk)).data)

    @extend_schema(request=RaidSettleSerializer, responses=ManySerializer)
    @action(detail=True, methods=["post"])
    def settle(self, request: Request, pk: Any = None) -> Response:
        """Cases for some of them, or let them be."""
        given = RaidSettleSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        rows = list(queries.entries(self.get_object()).filter(pk__in=data["ids"]).order_by("pk"))
        result = settle(data["do"], rows, actor(request))
        skipped = [{"id": row.pk, "why": str(why)} for row, why in result.skipped]
        return Response(ManySerializer({"done": [row.pk for row in result.done], "skipped": skipped}).data)


routes: list[tuple[str, Any]] = [("raids", RaidViewSet)]
