"""Models over the API: what each version learned and reached. Weights are not told."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import mixins, serializers, viewsets

from groupops.accounts.middleware import actor
from groupops.shared.api import StrictSerializer
from moderation.learning import queries
from moderation.models import LearnedModel
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


routes: list[tuple[str, Any]] = [("detector-models", LearnedModelViewSet)]
