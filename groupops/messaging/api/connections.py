"""Connections and bindings over the API, with the rules of the pages. Credentials go in and never come out."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from groupops.accounts.sure import demand_sure
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.messaging import queries
from groupops.messaging import services as messaging
from groupops.messaging.api.fields import LineField, NothingSerializer
from groupops.messaging.api.pauses import GoOnSerializer, StopSerializer
from groupops.messaging.models import Binding, Connection
from groupops.shared import clock
from groupops.shared.api import StrictSerializer
from groupops.shared.intake import LARGEST_ID

Health = Connection.Health


class ConnectionSerializer(StrictSerializer):
    """An account on a platform."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=60)
    adapter = serializers.CharField(max_length=30)
    credentials = serializers.DictField(child=serializers.CharField(max_length=2000, allow_blank=True), write_only=True)
    account = serializers.CharField(read_only=True)
    lost = serializers.BooleanField(source="paused", read_only=True)
    paused = serializers.SerializerMethodField()
    health = serializers.ChoiceField(choices=Health.choices, read_only=True)
    health_line = LineField(read_only=True)
    checked_at = serializers.DateTimeField(read_only=True, allow_null=True)
    last_sent_at = serializers.DateTimeField(read_only=True, allow_null=True)
    last_event_at = serializers.DateTimeField(read_only=True, allow_null=True)
    created_at = serializers.DateTimeField(read_only=True)

    def get_paused(self, connection: Connection) -> list[str]:
        """Which sorts of act a person has paused."""
        return sorted(pause.sort for pause in connection.pauses.all())


class CredentialsSerializer(StrictSerializer):
    """New credentials; fields left out keep their value."""

    credentials = serializers.DictField(child=serializers.CharField(max_length=2000, allow_blank=True))


class BindingSerializer(StrictSerializer):
    """Which room a group is."""

    group = serializers.IntegerField(source="group_id", max_value=LARGEST_ID)
    connection = serializers.IntegerField(source="connection_id", max_value=LARGEST_ID)
    room = serializers.CharField(source="remote_id", max_length=255)
    room_name = serializers.CharField(source="remote_name", read_only=True)
    room_size = serializers.IntegerField(source="remote_size", read_only=True, allow_null=True)
    doubt = LineField(source="flagged", read_only=True)
    mismatch = LineField(read_only=True)
    verified_at = serializers.DateTimeField(read_only=True, allow_null=True)
    bound_at = serializers.DateTimeField(read_only=True)


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
        demand_sure(request)
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

    @extend_schema(request=StopSerializer, responses=ConnectionSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str) -> Response:
        """It neither speaks nor enforces any more; `sorts` names one of both."""
        found = self.get_object()
        given = StopSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        messaging.pause(place=found, by=request.user, at=clock.now(), **given.validated_data)  # type: ignore[arg-type]
        return self._answer(found)

    @extend_schema(request=GoOnSerializer, responses=ConnectionSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """It goes on; a lost one is used again. `afterwards` says what becomes of what waited."""
        found = self.get_object()
        given = GoOnSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        messaging.resume(place=found, by=request.user, at=clock.now(), **given.values())  # type: ignore[arg-type]
        return self._answer(found)

    @extend_schema(request=CredentialsSerializer, responses=ConnectionSerializer)
    @action(detail=True, methods=["post"], url_path="credentials")
    def renew(self, request: Request, pk: str) -> Response:
        """New credentials for the same account."""
        found = self.get_object()
        given = CredentialsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        demand_sure(request)
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

    @extend_schema(request=NothingSerializer, responses=BindingSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, group_id: str) -> Response:
        """It is still this group's room, whatever it is called now."""
        group = access.group_for(request.user, int(group_id), GroupRight.BIND)  # type: ignore[arg-type]
        messaging.confirm_room(group=group, by=request.user, at=clock.now())  # type: ignore[arg-type]
        return Response(self.get_serializer(self.get_object()).data)

    def destroy(self, request: Request, group_id: str) -> Response:
        """The group has no room any more."""
        group = access.group_for(request.user, int(group_id), GroupRight.BIND)  # type: ignore[arg-type]
        messaging.unbind(group=group, by=request.user, at=clock.now())  # type: ignore[arg-type]
        return Response(status=status.HTTP_204_NO_CONTENT)
