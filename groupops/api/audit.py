"""The audit trail over the API: read-only, and only what the caller may read."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from groupops.accounts.policy import Right
from groupops.groups import trail
from groupops.groups.api.common import actor
from groupops.record import queries as record
from groupops.record.filters import TrailFilter
from groupops.record.models import AuditEntry
from groupops.shared.errors import Forbidden


class EntrySerializer(serializers.ModelSerializer[AuditEntry]):
    """One line of the trail."""

    by = serializers.CharField(source="by.username", default=None, read_only=True)
    before = serializers.JSONField(source="detail.before", default=None, read_only=True)
    after = serializers.JSONField(source="detail.after", default=None, read_only=True)
    target_label = serializers.CharField(source="label", read_only=True)
    link = serializers.IntegerField(source="seal.number", default=None, read_only=True)
    digest = serializers.CharField(source="seal.digest", default=None, read_only=True)

    class Meta:
        model = AuditEntry
        fields = (
            "id",
            "at",
            "by",
            "source",
            "verb",
            "target_type",
            "target_id",
            "target_label",
            "group_id",
            "before",
            "after",
            "link",
            "digest",
        )
        read_only_fields = fields


class ChainSerializer(serializers.Serializer[Any]):
    """The state of the hash chain."""

    verified_at = serializers.DateTimeField(allow_null=True)
    links = serializers.IntegerField()
    broken_at = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField()
    unsealed_since = serializers.DateTimeField(allow_null=True)


class AuditViewSet(ReadOnlyModelViewSet[AuditEntry]):
    """Who did what to what, newest first. Founders and operators see everything, owners and deputies their groups."""

    queryset = AuditEntry.objects.none()
    serializer_class = EntrySerializer
    filterset_class = TrailFilter
    keyset = ("at", "id")

    def get_queryset(self) -> QuerySet[AuditEntry]:
        """What the caller may read. A foreign group's number in ?group= finds nothing, like an absent one's."""
        return record.with_everything(trail.readable(actor(self.request)))

    @extend_schema(responses=ChainSerializer, filters=False)
    @action(detail=False, pagination_class=None)
    def chain(self, request: Request) -> Response:
        """Whether the hash chain held when it was last verified."""
        if not actor(request).has_right(Right.SEE_AUDIT):
            raise Forbidden(_("Only founders and operators see the state of the chain."))
        return Response(ChainSerializer(record.chain_state()).data)


routes = [("audit", AuditViewSet)]
