"""Quarrels over the API: what is open, who takes care, the steps, the word to step in, how it ended."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from groupops.accounts.middleware import actor
from groupops.shared import clock
from groupops.shared.api import StrictSerializer
from moderation.models import Quarrel
from moderation.policy.quarrels import Outcome, Step
from moderation.quarrels import queries, services


class QuarrelSideSerializer(StrictSerializer):
    """Somebody who takes part."""

    membership = serializers.IntegerField(source="membership_id", read_only=True)
    name = serializers.CharField(source="membership.person.name", read_only=True)
    answers = serializers.IntegerField(read_only=True)


class QuarrelStepSerializer(StrictSerializer):
    """One step of the check-list."""

    step = serializers.ChoiceField(choices=Step.choices, read_only=True)
    done_at = serializers.DateTimeField(read_only=True, allow_null=True)
    done_by = serializers.IntegerField(source="done_by_id", read_only=True, allow_null=True)


class QuarrelSerializer(StrictSerializer):
    """A quarrel between few people; it is open while `closed_at` is null. Never a strike."""

    id = serializers.IntegerField(read_only=True)
    group = serializers.IntegerField(source="group_id", read_only=True)
    began_at = serializers.DateTimeField(read_only=True)
    last_at = serializers.DateTimeField(read_only=True)
    answers = serializers.IntegerField(read_only=True)
    hostile = serializers.IntegerField(read_only=True)
    assigned_to = serializers.IntegerField(source="assigned_to_id", read_only=True, allow_null=True)
    sides = QuarrelSideSerializer(many=True, read_only=True)
    steps = QuarrelStepSerializer(many=True, read_only=True)
    closed_at = serializers.DateTimeField(read_only=True, allow_null=True)
    outcome = serializers.ChoiceField(choices=Outcome.choices, read_only=True)
    note = serializers.CharField(read_only=True)


class QuarrelTakeSerializer(StrictSerializer):
    """Whether the caller takes care of it, or nobody any more."""

    mine = serializers.BooleanField()


class QuarrelTickSerializer(StrictSerializer):
    """A step that was done, or was not."""

    step = serializers.ChoiceField(choices=Step.choices)
    done = serializers.BooleanField()


class QuarrelSaySerializer(StrictSerializer):
    """What is said in the group."""

    text = serializers.CharField(max_length=services.LONGEST)


class QuarrelCloseSerializer(StrictSerializer):
    """How it ended."""

    outcome = serializers.ChoiceField(choices=Outcome.choices)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class QuarrelViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Quarrel]):
    """Quarrels of the groups in which the caller moderates, the newest first."""

    queryset = Quarrel.objects.none()
    serializer_class = QuarrelSerializer
    keyset = ("began_at", "id")

    def get_queryset(self) -> QuerySet[Quarrel]:
        """As on the page."""
        return queries.quarrels_for(actor(self.request))

    @extend_schema(request=QuarrelTakeSerializer, responses=QuarrelSerializer)
    @action(detail=True, methods=["post"])
    def take(self, request: Request, pk: Any = None) -> Response:
        """Take care of it, or give it back."""
        data, by = _given(QuarrelTakeSerializer(data=request.data)), actor(request)
        services.assign(quarrel=self.get_object(), to=by if data["mine"] else None, by=by, at=clock.now())
        return self._again()

    @extend_schema(request=QuarrelTickSerializer, responses=QuarrelSerializer)
    @action(detail=True, methods=["post"])
    def tick(self, request: Request, pk: Any = None) -> Response:
        """A step."""
        data = _given(QuarrelTickSerializer(data=request.data))
        services.tick(quarrel=self.get_object(), step=Step(data["step"]), done=data["done"], by=actor(request), at=clock.now())
        return self._again()

    @extend_schema(request=QuarrelSaySerializer, responses=QuarrelSerializer)
    @action(detail=True, methods=["post"])
    def say(self, request: Request, pk: Any = None) -> Response:
        """Step in: have it said in the group."""
        data = _given(QuarrelSaySerializer(data=request.data))
        services.say(quarrel=self.get_object(), text=data["text"], by=actor(request), at=clock.now())
        return self._again()

    @extend_schema(request=QuarrelCloseSerializer, responses=QuarrelSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: Any = None) -> Response:
        """How it ended."""
        data = _given(QuarrelCloseSerializer(data=request.data))
        services.close(
            quarrel=self.get_object(), outcome=Outcome(data["outcome"]), note=data.get("note", ""), by=actor(request), at=clock.now()
        )
        return self._again()

    @extend_schema(request=None, responses=QuarrelSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: Any = None) -> Response:
        """Take the closing back."""
        services.reopen(quarrel=self.get_object(), by=actor(request), at=clock.now())
        return self._again()

    def _again(self) -> Response:
        return Response(QuarrelSerializer(self.get_object()).data)


def _given(serializer: serializers.Serializer[Any]) -> Any:
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


routes: list[tuple[str, Any]] = [("quarrels", QuarrelViewSet)]
