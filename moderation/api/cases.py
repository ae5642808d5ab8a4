"""Cases over the API: listed, their evidence, and every act of the queue."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from groupops.accounts.middleware import actor
from groupops.shared import clock
from groupops.shared.api import ManySerializer, StrictSerializer
from groupops.shared.intake import LARGEST_ID
from moderation import queries
from moderation import services as moderation
from moderation.filters import CaseApiFilter
from moderation.models import Case, Evidence
from moderation.policy import CaseState, Held, Offence, Severity, Source
from moderation.policy.masking import masked
from moderation.triaging import ACTS, carry_out

MOST = 100


class CaseSerializer(StrictSerializer):
    """A case. `held` says why a person decides; `version` is sent back with a decision, so that nobody decides what they did not see."""

    id = serializers.IntegerField(read_only=True)
    group = serializers.IntegerField(source="group_id", read_only=True)
    membership = serializers.IntegerField(source="membership_id", read_only=True)
    name = serializers.CharField(source="membership.person.name", read_only=True)
    offence = serializers.ChoiceField(choices=Offence.choices, read_only=True)
    severity = serializers.ChoiceField(choices=Severity.choices, read_only=True)
    source = serializers.ChoiceField(choices=Source.choices, read_only=True)  # type: ignore[assignment]  # a field of that name, taken out by the metaclass
    rule = serializers.IntegerField(source="rule_id", read_only=True, allow_null=True)
    rule_version = serializers.IntegerField(read_only=True, allow_null=True)
    explanation = serializers.CharField(read_only=True)
    state = serializers.ChoiceField(choices=CaseState.choices, read_only=True)
    held = serializers.ChoiceField(choices=Held.choices, read_only=True)
    rank = serializers.IntegerField(read_only=True)
    opened_at = serializers.DateTimeField(read_only=True)
    needs_second = serializers.BooleanField(read_only=True)
    claimed_by = serializers.IntegerField(source="claimed_by_id", read_only=True, allow_null=True)
    claimed_until = serializers.DateTimeField(read_only=True, allow_null=True)
    snoozed_until = serializers.DateTimeField(read_only=True, allow_null=True)
    version = serializers.IntegerField(read_only=True)


class CaseActSerializer(StrictSerializer):
    """What to do with which cases; `version` only with a single one."""

    ids = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID), min_length=1, max_length=MOST)
    do = serializers.ChoiceField(choices=[(name, name) for name in ACTS])
    version = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class EvidenceSerializer(StrictSerializer):
    """A message of a case. Personal numbers are masked; who may see them looks at the case's page, with a reason."""

    id = serializers.IntegerField(read_only=True)
    text = serializers.SerializerMethodField()
    at = serializers.DateTimeField(read_only=True)
    rule = serializers.IntegerField(source="rule_id", read_only=True, allow_null=True)
    score = serializers.FloatField(read_only=True)
    spans = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()), read_only=True)
    taken_back_at = serializers.DateTimeField(read_only=True, allow_null=True)
    emptied_at = serializers.DateTimeField(read_only=True, allow_null=True)

    def get_text(self, row: Evidence) -> str:
        """As long as what was said: the spans fit."""
        return masked(row.text)


class CaseViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Case]):
    """Cases of the groups in which the caller moderates, the newest first."""

    queryset = Case.objects.none()
    serializer_class = CaseSerializer
    filterset_class = CaseApiFilter
    keyset = ("opened_at", "id")

    def get_queryset(self) -> QuerySet[Case]:
        """Nobody else sees evidence."""
        return queries.cases_for(actor(self.request))

    @extend_schema(request=CaseActSerializer, responses=ManySerializer, filters=False)
    @action(detail=False, methods=["post"], pagination_class=None)
    def act(self, request: Request) -> Response:
        """Decide, take, give back or put off up to a hundred."""
        given = CaseActSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        rows = list(self.get_queryset().filter(pk__in=data["ids"]).order_by("pk"))
        version = data.get("version") if len(data["ids"]) == 1 else None
        result = carry_out(data["do"], rows, version=version, note=data.get("note", ""), by=actor(request))
        skipped = [{"id": case.pk, "why": str(why)} for case, why in result.skipped]
        return Response(ManySerializer({"done": [case.pk for case in result.done], "skipped": skipped}).data)

    @extend_schema(request=None, responses=CaseSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: Any = None) -> Response:
        """Take the decision back while nothing has left."""
        return Response(CaseSerializer(moderation.undo(case=self.get_object(), by=actor(request), at=clock.now())).data)

    @extend_schema(responses=EvidenceSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def evidence(self, request: Request, pk: Any = None) -> Response:
        """What was said, the oldest first, at most a hundred."""
        rows = self.get_object().evidence.order_by("at", "pk")[:MOST]
        return Response(EvidenceSerializer(rows, many=True).data)
