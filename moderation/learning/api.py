"""Models over the API: what each version learned and reached, and learning now. Weights are not told."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from groupops.accounts.middleware import actor
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.shared import clock
from groupops.shared.api import StrictSerializer
from groupops.shared.intake import LARGEST_ID
from moderation.learning import asking, queries
from moderation.models import LearnedModel, Learning
from moderation.models.rehearsals import RunState
from moderation.policy.learning import ModelState, NotReplaced


class LearnedModelSerializer(StrictSerializer):
    """One version of a group's model; without a group it is the base. A threshold of 1.01 is one that no score reaches."""

    id = serializers.IntegerField(read_only=True)
    group = serializers.IntegerField(source="group_id", read_only=True, allow_null=True)
    version = serializers.IntegerField(read_only=True)
    state = serializers.ChoiceField(choices=ModelState.choices, read_only=True)
    why = serializers.ChoiceField(choices=NotReplaced.choices, read_only=True)
    at = serializers.DateTimeField(read_only=True)
    verdicts = serializers.IntegerField(read_only=True)
    offences = serializers.IntegerField(read_only=True)
    ordinary = serializers.IntegerField(read_only=True)
    queue = serializers.FloatField(read_only=True)
    automatic = serializers.FloatField(read_only=True)
    acts_alone = serializers.BooleanField(read_only=True)
    precision = serializers.FloatField(read_only=True)
    recall = serializers.FloatField(read_only=True)
    automatic_precision = serializers.FloatField(read_only=True, allow_null=True)
    automatic_recall = serializers.FloatField(read_only=True, allow_null=True)
    compared = serializers.IntegerField(read_only=True)
    wrong = serializers.IntegerField(read_only=True)
    wrong_before = serializers.IntegerField(read_only=True, allow_null=True)


class LearnedModelViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[LearnedModel]):
    """Models of the groups in which the caller moderates, and the base, the newest first."""

    queryset = LearnedModel.objects.none()
    serializer_class = LearnedModelSerializer
    filterset_fields = ("group", "state")
    keyset = ("id",)

    def get_queryset(self) -> QuerySet[LearnedModel]:
        """As of cases."""
        return queries.models_for(actor(self.request))


class LearningSerializer(StrictSerializer):
    """A learning that somebody asked for; once done, `model` is the version that came of it, or `why` says why there is none."""

    id = serializers.IntegerField(read_only=True)
    group = serializers.IntegerField(source="group_id", min_value=1, max_value=LARGEST_ID)
    at = serializers.DateTimeField(read_only=True)
    state = serializers.ChoiceField(choices=RunState.choices, read_only=True)
    model = serializers.IntegerField(source="model_id", read_only=True, allow_null=True)
    why = serializers.CharField(read_only=True)


class LearningViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Learning]):
    """Learnings of the groups in which the caller moderates, the newest first."""

    queryset = Learning.objects.none()
    serializer_class = LearningSerializer
    filterset_fields = ("group", "state")
    keyset = ("id",)

    def get_queryset(self) -> QuerySet[Learning]:
        """As of cases."""
        return queries.learnings_for(actor(self.request))

    @extend_schema(request=LearningSerializer, responses={201: LearningSerializer})
    def create(self, request: Request) -> Response:
        """Have a group's model learned now; read it again until its state is done."""
        given = LearningSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        by = actor(request)
        group = access.group_for(by, given.validated_data["group_id"], GroupRight.MODERATE)
        return Response(LearningSerializer(asking.ask(group=group, by=by, at=clock.now())).data, status=201)


routes: list[tuple[str, Any]] = [("detector-models", LearnedModelViewSet), ("detector-learnings", LearningViewSet)]
