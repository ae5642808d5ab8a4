"""Moderation over the API: cases and what is decided about them, strikes, appeals."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from groupops.accounts.middleware import actor
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.shared import clock
from groupops.shared.api import ManySerializer, StrictSerializer
from groupops.shared.intake import LARGEST_ID
from moderation import queries
from moderation import services as moderation
from moderation.fairness import api as fairness
from moderation.filters import CaseApiFilter, StrikeApiFilter
from moderation.learning import api as learning
from moderation.models import Appeal, Case, Strike
from moderation.models.appeals import LONGEST
from moderation.policy import AppealState, CaseState, Held, Ladder, Offence, Severity, Source
from moderation.quarrels import api as quarrels
from moderation.raids import api as raids
from moderation.rehearsals import api as rehearsals
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


class StrikeSerializer(StrictSerializer):
    """违规记录. It counts until `expires_at`, unless it was overruled."""

    id = serializers.IntegerField(read_only=True)
    case = serializers.IntegerField(source="case_id", read_only=True)
    membership = serializers.IntegerField(source="membership_id", read_only=True)
    group = serializers.IntegerField(source="group_id", read_only=True)
    ladder = serializers.ChoiceField(choices=Ladder.choices, read_only=True)
    offence = serializers.ChoiceField(choices=Offence.choices, read_only=True)
    weight = serializers.IntegerField(read_only=True)
    at = serializers.DateTimeField(read_only=True)
    expires_at = serializers.DateTimeField(read_only=True)
    appeal_until = serializers.DateTimeField(read_only=True)
    overruled_at = serializers.DateTimeField(read_only=True, allow_null=True)


class AppealSerializer(StrictSerializer):
    """An appeal against a strike."""

    id = serializers.IntegerField(read_only=True)
    strike = serializers.IntegerField(source="strike_id", read_only=True)
    case = serializers.IntegerField(source="strike.case_id", read_only=True)
    text = serializers.CharField(read_only=True)
    at = serializers.DateTimeField(read_only=True)
    state = serializers.ChoiceField(choices=AppealState.choices, read_only=True)
    decided_by = serializers.IntegerField(source="decided_by_id", read_only=True, allow_null=True)
    decided_at = serializers.DateTimeField(read_only=True, allow_null=True)
    answer = serializers.CharField(read_only=True)


class AppealAnswerSerializer(StrictSerializer):
    """Whether it is upheld; a rejection says why, and the member reads it."""

    upheld = serializers.BooleanField()
    answer = serializers.CharField(max_length=300, required=False, allow_blank=True)


class AppealEntrySerializer(StrictSerializer):
    """What a member wrote privately."""

    text = serializers.CharField(max_length=LONGEST)


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


class StrikeViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Strike]):
    """Strikes of the groups in which the caller moderates, the newest first."""

    queryset = Strike.objects.none()
    serializer_class = StrikeSerializer
    filterset_class = StrikeApiFilter
    keyset = ("at", "id")

    def get_queryset(self) -> QuerySet[Strike]:
        """As of cases."""
        return Strike.objects.filter(access.among(actor(self.request), GroupRight.MODERATE)).select_related("group")

    @extend_schema(request=AppealEntrySerializer, responses=AppealSerializer)
    @action(detail=True, methods=["post"])
    def appeal(self, request: Request, pk: Any = None) -> Response:
        """Enter what the member wrote privately."""
        given = AppealEntrySerializer(data=request.data)
        given.is_valid(raise_exception=True)
        made = moderation.appeal(strike=self.get_object(), text=given.validated_data["text"], by=actor(request), at=clock.now())
        return Response(AppealSerializer(made).data)


class AppealViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Appeal]):
    """Appeals, the newest first."""

    queryset = Appeal.objects.none()
    serializer_class = AppealSerializer
    filterset_fields = ("state",)
    keyset = ("at", "id")

    def get_queryset(self) -> QuerySet[Appeal]:
        """As of cases."""
        return queries.appeals_for(actor(self.request))

    @extend_schema(request=AppealAnswerSerializer, responses=AppealSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: Any = None) -> Response:
        """By somebody who did not judge the case."""
        given = AppealAnswerSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        row = moderation.answer(
            appeal=self.get_object(), upheld=data["upheld"], text=data.get("answer", ""), by=actor(request), at=clock.now()
        )
        return Response(AppealSerializer(row).data)


routes: list[tuple[str, Any]] = [
    ("cases", CaseViewSet),
    ("strikes", StrikeViewSet),
    ("appeals", AppealViewSet),
    *learning.routes,
    *fairness.routes,
    *quarrels.routes,
    *raids.routes,
    *rehearsals.routes,
]
