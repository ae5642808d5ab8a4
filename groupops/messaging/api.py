"""Connections, bindings and deliveries over the API, with the rules of the pages. Credentials go in and never come out."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.messaging import queries
from groupops.messaging import services as messaging
from groupops.messaging.filters import DeliveryFilter
from groupops.messaging.models import Attempt, Binding, Connection, Delivery
from groupops.messaging.policy import Decision, DeliveryState
from groupops.shared import clock
from groupops.shared.api import StrictSerializer

Health = Connection.Health
LARGEST = 2**63 - 1


class LineField(serializers.CharField):
    """A line of the machine, in the language of the request."""

    def to_representation(self, value: str) -> str:
        """Translated."""
        return gettext(value) if value else ""


class ConnectionSerializer(StrictSerializer):
    """An account on a platform."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=60)
    adapter = serializers.CharField(max_length=30)
    credentials = serializers.DictField(child=serializers.CharField(max_length=2000, allow_blank=True), write_only=True)
    account = serializers.CharField(read_only=True)
    paused = serializers.BooleanField(read_only=True)
    health = serializers.ChoiceField(choices=Health.choices, read_only=True)
    health_line = LineField(read_only=True)
    checked_at = serializers.DateTimeField(read_only=True, allow_null=True)
    last_sent_at = serializers.DateTimeField(read_only=True, allow_null=True)
    last_event_at = serializers.DateTimeField(read_only=True, allow_null=True)
    created_at = serializers.DateTimeField(read_only=True)


class CredentialsSerializer(StrictSerializer):
    """New credentials; fields left out keep their value."""

    credentials = serializers.DictField(child=serializers.CharField(max_length=2000, allow_blank=True))


class NothingSerializer(StrictSerializer):
    """No fields."""


class BindingSerializer(StrictSerializer):
    """Which room a group is."""

    group = serializers.IntegerField(source="group_id", max_value=LARGEST)
    connection = serializers.IntegerField(source="connection_id", max_value=LARGEST)
    room = serializers.CharField(source="remote_id", max_length=255)
    room_name = serializers.CharField(source="remote_name", read_only=True)
    room_size = serializers.IntegerField(source="remote_size", read_only=True, allow_null=True)
    doubt = LineField(source="flagged", read_only=True)
    bound_at = serializers.DateTimeField(read_only=True)


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
    text = serializers.CharField(read_only=True)
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


class Connections(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Connection]):
    """Channels, for those who manage them."""

    serializer_class = ConnectionSerializer
    keyset = ("created_at", "id")
    queryset = Connection.objects.none()  # for the schema; rows come from get_queryset

    def get_queryset(self) -> QuerySet[Connection]:
        """Deny by default."""
        return queries.connections_for(self.request.user)  # type: ignore[arg-type]

    @extend_schema(responses={201: ConnectionSerializer})
    def create(self, request: Request) -> Response:
        """Make a channel; its credentials are tried before they are kept."""
        self.get_queryset()
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        values = given.validated_data
        made = messaging.connect(
            name=values["name"],
            kind=values["adapter"],
            typed=values["credentials"],
            by=request.user,  # type: ignore[arg-type]
            at=clock.now(),
        )
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=NothingSerializer, responses=ConnectionSerializer)
    @action(detail=True, methods=["post"])
    def check(self, request: Request, pk: str) -> Response:
        """Ask the platform now."""
        found = self.get_object()
        messaging.check(connection=found, at=clock.now())
        return self._answer(found)

    @extend_schema(request=NothingSerializer, responses=ConnectionSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str) -> Response:
        """Nothing leaves by it any more."""
        found = self.get_object()
        messaging.pause(connection=found, by=request.user, at=clock.now())  # type: ignore[arg-type]
        return self._answer(found)

    @extend_schema(request=NothingSerializer, responses=ConnectionSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """It speaks again."""
        found = self.get_object()
        messaging.resume(connection=found, by=request.user, at=clock.now())  # type: ignore[arg-type]
        return self._answer(found)

    @extend_schema(request=CredentialsSerializer, responses=ConnectionSerializer)
    @action(detail=True, methods=["post"], url_path="credentials")
    def renew(self, request: Request, pk: str) -> Response:
        """New credentials for the same account."""
        found = self.get_object()
        given = CredentialsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        messaging.rotate(connection=found, typed=given.validated_data["credentials"], by=request.user, at=clock.now())  # type: ignore[arg-type]
        return self._answer(found)

    def _answer(self, found: Connection) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=found.pk)).data)


class Bindings(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Binding]):
    """Rooms of groups, addressed by the group's id."""

    serializer_class = BindingSerializer
    keyset = ("bound_at", "id")
    lookup_field = "group_id"
    lookup_value_regex = "[0-9]{1,18}"
    queryset = Binding.objects.none()  # for the schema

    def get_queryset(self) -> QuerySet[Binding]:
        """Of visible groups."""
        return Binding.objects.filter(group__in=access.visible_to(self.request.user))  # type: ignore[arg-type]

    @extend_schema(responses={201: BindingSerializer})
    def create(self, request: Request) -> Response:
        """Make a room the group's, instead of any other."""
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        values = given.validated_data
        group = access.group_for(request.user, values["group_id"], GroupRight.BIND)  # type: ignore[arg-type]
        connection = get_object_or_404(Connection, pk=values["connection_id"])
        made = messaging.bind(group=group, connection=connection, remote_id=values["remote_id"], by=request.user, at=clock.now())  # type: ignore[arg-type]
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)

    def destroy(self, request: Request, group_id: str) -> Response:
        """The group has no room any more."""
        group = access.group_for(request.user, int(group_id), GroupRight.BIND)  # type: ignore[arg-type]
        messaging.unbind(group=group, by=request.user, at=clock.now())  # type: ignore[arg-type]
        return Response(status=status.HTTP_204_NO_CONTENT)


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
        """It was sent; send again; do not send."""
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


routes: list[tuple[str, type[viewsets.ViewSetMixin]]] = [
    ("connections", Connections),
    ("bindings", Bindings),
    ("deliveries", Deliveries),
]
