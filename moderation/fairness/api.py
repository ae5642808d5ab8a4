"""The fairness report over the API."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from groupops.shared import clock
from groupops.shared.api import StrictSerializer
from moderation.fairness.queries import Line
from moderation.fairness.views import asked, minutes, report_of
from moderation.models import Decision


class FairnessLineSerializer(StrictSerializer):
    """How the cases of one sort were decided. Shares are percents, null of fewer than five."""

    name = serializers.CharField(read_only=True)
    n = serializers.IntegerField(read_only=True)
    punished = serializers.IntegerField(source="tally.punished", read_only=True)
    reminded = serializers.IntegerField(source="tally.reminded", read_only=True)
    clean = serializers.IntegerField(source="tally.clean", read_only=True)
    mistaken = serializers.IntegerField(read_only=True)
    mild = serializers.IntegerField(read_only=True, allow_null=True)
    precision = serializers.IntegerField(read_only=True, allow_null=True)
    appealed = serializers.IntegerField(read_only=True)
    overturned = serializers.IntegerField(read_only=True)
    overturn = serializers.IntegerField(read_only=True, allow_null=True)
    median_minutes = serializers.SerializerMethodField()

    def get_median_minutes(self, line: Line) -> int | None:
        """From the opening of a case to its decision."""
        return minutes(line)


class FairnessSerializer(StrictSerializer):
    """The report of a period."""

    days = serializers.IntegerField(read_only=True)
    group = serializers.IntegerField(read_only=True, allow_null=True)
    tiers = FairnessLineSerializer(many=True, read_only=True)
    posts = FairnessLineSerializer(many=True, read_only=True)
    groups = FairnessLineSerializer(many=True, read_only=True)
    reviewers = FairnessLineSerializer(many=True, read_only=True)
    rules = FairnessLineSerializer(many=True, read_only=True)


class FairnessViewSet(viewsets.GenericViewSet[Decision]):
    """How cases were judged, in the groups in which the caller moderates."""

    queryset = Decision.objects.none()
    serializer_class = FairnessSerializer
    pagination_class = None

    @extend_schema(
        parameters=[OpenApiParameter("days", OpenApiTypes.INT, enum=[30, 90, 365]), OpenApiParameter("group", OpenApiTypes.INT)],
        responses=FairnessSerializer,
        filters=False,
    )
    def list(self, request: Request) -> Response:
        """?days= 30, 90 or 365; ?group="""
        days, group = asked(request)
        at = clock.now()
        parts: dict[str, Any] = report_of(request, days, group, at)
        return Response(FairnessSerializer({"days": days, "group": group.pk if group else None} | parts).data)


routes: list[tuple[str, Any]] = [("fairness", FairnessViewSet)]
