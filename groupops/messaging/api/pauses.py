"""Pauses over the API: stop, see what stands still, go on."""

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
from groupops.groups.models import Group
from groupops.messaging import queries
from groupops.messaging import services as messaging
from groupops.messaging.models import Connection, Pause
from groupops.messaging.policy import Sort
from groupops.shared import clock
from groupops.shared.api import StrictSerializer
from groupops.shared.intake import LARGEST_ID


class StopSerializer(StrictSerializer):
    """What is to stop, and why."""

    sorts = serializers.ListField(child=serializers.ChoiceField(choices=Sort.choices), default=list(Sort.values))
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class EndSerializer(StrictSerializer):
    """What becomes of what waited."""

    afterwards = serializers.ChoiceField(choices=messaging.Afterwards.choices, default=messaging.Afterwards.SPREAD)


class GoOnSerializer(EndSerializer):
    """What goes on."""

    sorts = serializers.ListField(child=serializers.ChoiceField(choices=Sort.choices), default=list(Sort.values))

    def values(self) -> dict[str, Any]:
        """As the service takes them."""
        given = self.validated_data
        return {"sorts": [Sort(sort) for sort in given["sorts"]], "afterwards": messaging.Afterwards(given["afterwards"])}


class PauseSerializer(StrictSerializer):
    """Something that stands still: everything where neither a connection nor a group is named."""

    id = serializers.IntegerField(read_only=True)
    sort = serializers.ChoiceField(choices=Sort.choices)
    connection = serializers.IntegerField(source="connection_id", max_value=LARGEST_ID, allow_null=True, default=None)
    group = serializers.IntegerField(source="group_id", max_value=LARGEST_ID, allow_null=True, default=None)
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")
    by = serializers.IntegerField(source="by_id", read_only=True)
    at = serializers.DateTimeField(read_only=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One place at most."""
        if attrs["connection_id"] is not None and attrs["group_id"] is not None:
            raise serializers.ValidationError(gettext("Name a channel or a group, not both."))
        return attrs


class Pauses(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Pause]):
    """What stands still: everything, channels (also by their own address), groups."""

    serializer_class = PauseSerializer
    keyset = ("at", "id")
    queryset = Pause.objects.none()  # for the schema

    def get_queryset(self) -> QuerySet[Pause]:
        """Deny by default."""
        return queries.pauses_for(self.request.user)  # type: ignore[arg-type]

    @extend_schema(responses={201: PauseSerializer})
    def create(self, request: Request) -> Response:
        """Stop everything, a channel (`connection`) or a group (`group`)."""
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        values = given.validated_data
        place, sort = self._place(values), Sort(values["sort"])
        messaging.pause(place=place, sorts=[sort], reason=values["reason"], by=request.user, at=clock.now())  # type: ignore[arg-type]
        made = queries.pauses_at(place).get(sort=sort)
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=EndSerializer, responses={204: None})
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """End it; `afterwards` says what becomes of what waited."""
        found = self.get_object()
        given = EndSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        way = messaging.Afterwards(given.validated_data["afterwards"])
        place = found.connection or found.group
        messaging.resume(place=place, sorts=[Sort(found.sort)], afterwards=way, by=request.user, at=clock.now())  # type: ignore[arg-type]
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _place(self, values: dict[str, Any]) -> Connection | Group | None:
        user: Any = self.request.user
        if values["group_id"] is not None:
            return access.group_for(user, values["group_id"])
        if values["connection_id"] is not None:
            return get_object_or_404(queries.connections_for(user), pk=values["connection_id"])
        return None
