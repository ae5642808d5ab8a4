"""违规记录 and appeals over the API."""

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
from groupops.shared.api import StrictSerializer
from moderation import queries
from moderation import services as moderation
from moderation.filters import StrikeApiFilter
from moderation.models import Appeal, Strike
from moderation.models.appeals import LONGEST
from moderation.policy import AppealState, Ladder, Offence


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
