"""Tiers over the API: what changed, what a rule would do, a member held by hand."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.api.common import VisibleGroupField, actor
from groupops.groups.policy import ValueRefused, build
from groupops.shared import clock
from groupops.shared.api import StrictSerializer
from groupops.shared.errors import Invalid
from members.models import TierChange
from members.tiering import Tier, TierRule
from members.tiers import queries
from members.tiers.queries import Preview, Share
from members.tiers.services import REASON_WIDTH


class TierChangeSerializer(StrictSerializer):
    """A change: `was` "" is unknown before; `by` null the night; a lock may leave the tier as it was."""

    id = serializers.IntegerField(read_only=True)
    member = serializers.IntegerField(source="membership_id", read_only=True)
    group = serializers.IntegerField(source="group_id", read_only=True)
    day = serializers.DateField(read_only=True)
    at = serializers.DateTimeField(read_only=True)
    was = serializers.CharField(read_only=True)
    tier = serializers.CharField(read_only=True)
    score = serializers.IntegerField(read_only=True, allow_null=True)
    why = serializers.CharField(read_only=True)
    note = serializers.CharField(read_only=True)
    by = serializers.IntegerField(source="by_id", read_only=True, allow_null=True)


class LockSerializer(StrictSerializer):
    """Into which tier, to the end of which local day, and why."""

    tier = serializers.ChoiceField(Tier.choices)
    until = serializers.DateField()
    reason = serializers.CharField(max_length=REASON_WIDTH)


class TierRuleSerializer(StrictSerializer):
    """A rule to look at, as the policy members.tiers takes it (what is left out keeps its default); for one group, or for the site."""

    value = serializers.DictField(allow_empty=True)
    group = VisibleGroupField(required=False, allow_null=True)


class PreviewSerializer(StrictSerializer):
    """Shares in per cent now and then, how many move, the first of them."""

    now = serializers.DictField(child=serializers.FloatField(), read_only=True)
    then = serializers.DictField(child=serializers.FloatField(), read_only=True)
    moving = serializers.IntegerField(read_only=True)
    members = serializers.ListField(child=serializers.DictField(), read_only=True)


class TierChangeViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[TierChange]):
    """Changes of tiers in the groups one sees, the newest first."""

    queryset = TierChange.objects.none()
    serializer_class = TierChangeSerializer
    keyset = ("at", "id")

    def get_queryset(self) -> QuerySet[TierChange]:
        """What the user may see."""
        return queries.changes_for(actor(self.request))

    @extend_schema(request=TierRuleSerializer, responses=PreviewSerializer)
    @action(detail=False, methods=["post"], serializer_class=TierRuleSerializer)
    def preview(self, request: Request) -> Response:
        """What a rule would do, when every grace is over. Writes nothing."""
        typed = self.get_serializer(data=request.data)
        typed.is_valid(raise_exception=True)
        by, group = actor(request), typed.validated_data.get("group")
        if group is None:
            access.demand_on_site(by, Right.MANAGE_POLICY)
        else:
            access.demand(by, GroupRight.EDIT, group)
        try:
            rule = build(TierRule, typed.validated_data["value"])
        except ValueRefused as refused:
            raise Invalid(refused.message, field="value") from None
        return Response(_told(queries.preview(rule, at=clock.now(), group=group)))


def _told(found: Preview) -> dict[str, Any]:
    return {
        "now": _percent(found.now),
        "then": _percent(found.then),
        "moving": found.moving,
        "members": [{"member": row.pk, "was": was, "tier": tier} for row, was, tier in found.names],
    }


def _percent(shares: list[Share]) -> dict[str, float]:
    return {share.tier.value: round(share.percent, 2) for share in shares}


routes = [("tier-changes", TierChangeViewSet)]
