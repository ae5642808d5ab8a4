"""Deliveries over the API: what is outgoing, and deciding about it."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from groupops.messaging import queries
from groupops.messaging import services as messaging
from groupops.messaging.adapter import Operation
from groupops.messaging.api.fields import LineField, NothingSerializer
from groupops.messaging.filters import DeliveryFilter
from groupops.messaging.models import Attempt, Delivery
from groupops.messaging.policy import Decision, DeliveryState
from groupops.shared import clock
from groupops.shared.api import ManySerializer, StrictSerializer
from groupops.shared.intake import LARGEST_ID

MOST = 200  # deliveries in one request


class AttemptSerializer(StrictSerializer):
    """One call."""

    number = serializers.IntegerField(read_only=True)
    started_at = serializers.DateTimeField(read_only=True)
    ended_at = serializers.DateTimeField(read_only=True, allow_null=True)
    result = serializers.CharField(read_only=True)
    code = serializers.CharField(read_only=True)
    line = LineField(read_only=True)


class DeliverySerializer(StrictSerializer):
    """Something outgoing. Its own address also tells `attempts`."""

    id = serializers.IntegerField(read_only=True)
    key = serializers.CharField(read_only=True)
    purpose = serializers.CharField(read_only=True)
    subject = serializers.IntegerField(source="subject_id", read_only=True)
    group = serializers.IntegerField(source="group_id", read_only=True)
    connection = serializers.IntegerField(source="connection_id", read_only=True, allow_null=True)
    operation = serializers.ChoiceField(choices=Operation.choices, read_only=True)
    user = serializers.CharField(read_only=True)
    user_name = serializers.CharField(read_only=True)
    message = serializers.CharField(read_only=True)
    until = serializers.DateTimeField(read_only=True, allow_null=True)
    text = serializers.CharField(read_only=True)
    step = serializers.CharField(read_only=True)
    degraded = LineField(read_only=True)
    taken_by = serializers.IntegerField(source="taken_by_id", read_only=True, allow_null=True)
    taken_at = serializers.DateTimeField(read_only=True, allow_null=True)
    state = serializers.ChoiceField(choices=DeliveryState.choices, read_only=True)
    why = LineField(read_only=True)
    due_at = serializers.DateTimeField(read_only=True)
    expires_at = serializers.DateTimeField(read_only=True, allow_null=True)
    not_before = serializers.DateTimeField(read_only=True, allow_null=True)
    settled_at = serializers.DateTimeField(read_only=True, allow_null=True)
    undo_until = serializers.DateTimeField(read_only=True, allow_null=True)
    receipt = serializers.SerializerMethodField()

    def get_receipt(self, delivery: Delivery) -> str | None:
        """The remote id, or the name of the person who confirmed it; null without a proof."""
        return str(delivery.receipt) if hasattr(delivery, "receipt") else None


class DeliveryDetailSerializer(DeliverySerializer):
    """With every call that was made for it."""

    attempts = serializers.SerializerMethodField()

    @extend_schema(responses=AttemptSerializer(many=True))
    def get_attempts(self, delivery: Delivery) -> list[dict[str, Any]]:
        """Oldest first."""
        rows: QuerySet[Attempt] = delivery.tries.order_by("number")
        return list(AttemptSerializer(rows, many=True).data)


class DecisionSerializer(StrictSerializer):
    """What a person decides."""

    decision = serializers.ChoiceField(choices=Decision.choices)


class ChosenSerializer(StrictSerializer):
    """Deliveries by their ids."""

    ids = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID), min_length=1, max_length=MOST)


class DecideManySerializer(ChosenSerializer):
    """One decision about several deliveries."""

    decision = serializers.ChoiceField(choices=Decision.choices)


class TakeManySerializer(ChosenSerializer):
    """Deliveries to take on; `over` also from somebody else."""

    over = serializers.BooleanField(default=False)


class Deliveries(viewsets.ReadOnlyModelViewSet[Delivery]):
    """Everything outgoing in the groups the token's user sees, newest first."""

    serializer_class = DeliverySerializer
    filterset_class = DeliveryFilter
    keyset = ("due_at", "id")
    queryset = Delivery.objects.none()  # for the schema

    def get_queryset(self) -> QuerySet[Delivery]:
        """Deny by default."""
        return queries.deliveries_for(self.request.user).select_related("receipt__confirmed_by")  # type: ignore[arg-type]

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Any]]:
        """The list leaves the attempts out."""
        return DeliverySerializer if self.action == "list" else DeliveryDetailSerializer

    @extend_schema(request=DecisionSerializer, responses=DeliveryDetailSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:
        """It was sent; it was not sent; send again; do not send."""
        given = DecisionSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        decision = Decision(given.validated_data["decision"])
        found = messaging.decide(delivery=self.get_object(), decision=decision, by=request.user, at=clock.now())  # type: ignore[arg-type]
        return Response(DeliveryDetailSerializer(found).data)

    @extend_schema(request=NothingSerializer, responses=DeliveryDetailSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Take the last decision back while that is honest."""
        found = messaging.undo(delivery=self.get_object(), by=request.user, at=clock.now())  # type: ignore[arg-type]
        return Response(DeliveryDetailSerializer(found).data)

    @extend_schema(operation_id="deliveries_decide_many", request=DecideManySerializer, responses=ManySerializer)
    @action(detail=False, methods=["post"], url_path="decide", url_name="decide-many")
    def decide_many(self, request: Request) -> Response:
        """One decision about several deliveries; each stands alone."""
        given, rows = self._given(DecideManySerializer(data=request.data))
        decision = Decision(given["decision"])
        result = messaging.decide_many(deliveries=rows, decision=decision, by=request.user, at=clock.now())  # type: ignore[arg-type]
        return self._many(given["ids"], result)

    @extend_schema(operation_id="deliveries_undo_many", request=ChosenSerializer, responses=ManySerializer)
    @action(detail=False, methods=["post"], url_path="undo", url_name="undo-many")
    def undo_many(self, request: Request) -> Response:
        """Take several decisions back."""
        given, rows = self._given(ChosenSerializer(data=request.data))
        return self._many(given["ids"], messaging.undo_many(deliveries=rows, by=request.user, at=clock.now()))  # type: ignore[arg-type]

    @extend_schema(request=TakeManySerializer, responses=ManySerializer)
    @action(detail=False, methods=["post"])
    def take(self, request: Request) -> Response:
        """Take on what is done by hand, so that no two people send it."""
        given, rows = self._given(TakeManySerializer(data=request.data))
        result = messaging.take_many(deliveries=rows, by=request.user, at=clock.now(), over=given["over"])  # type: ignore[arg-type]
        return self._many(given["ids"], result)

    @extend_schema(request=ChosenSerializer, responses=ManySerializer)
    @action(detail=False, methods=["post"], url_path="put-back", url_name="put-back")
    def put_back(self, request: Request) -> Response:
        """Let somebody else do it."""
        given, rows = self._given(ChosenSerializer(data=request.data))
        return self._many(given["ids"], messaging.put_back_many(deliveries=rows, by=request.user, at=clock.now()))  # type: ignore[arg-type]

    def _given(self, given: serializers.Serializer[Any]) -> tuple[dict[str, Any], list[Delivery]]:
        given.is_valid(raise_exception=True)
        rows = self.get_queryset().filter(pk__in=given.validated_data["ids"]).order_by("due_at", "pk")
        return given.validated_data, list(rows)

    def _many(self, ids: list[int], result: messaging.Many) -> Response:
        """Foreign deliveries look absent."""
        skipped = [{"id": row.pk, "why": why} for row, why in result.skipped]
        found = {row.pk for row in result.done} | {row.pk for row, _why in result.skipped}
        absent = [{"id": pk, "why": gettext("There is nothing here.")} for pk in dict.fromkeys(ids) if pk not in found]
        return Response({"done": [row.pk for row in result.done], "skipped": skipped + absent})
