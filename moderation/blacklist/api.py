"""The blacklist over the API."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from groupops.accounts.middleware import actor
from groupops.accounts.models import User
from groupops.groups.policy import Scope
from groupops.shared import clock
from members import queries as members
from members.models import Person
from moderation import services as moderation
from moderation.models import Barred
from moderation.models.blacklist import LONGEST_REASON
from moderation.queries.blacklist import blacklist_for
from moderation.serializers import PlaceSerializer


class BlacklistSerializer(PlaceSerializer):
    """Somebody kept out of one group, of a kind, or (neither) of everywhere; `until` null is for good.

    An entry that `needs_second` (the person holds a post) keeps nobody out before `second_at`.
    """

    id = serializers.IntegerField(read_only=True)
    person = serializers.PrimaryKeyRelatedField(queryset=Person.objects.none())
    scope = serializers.ChoiceField(choices=Scope.choices, read_only=True)
    until = serializers.DateTimeField(allow_null=True, default=None)
    reason = serializers.CharField(max_length=LONGEST_REASON)
    case = serializers.IntegerField(source="case_id", read_only=True, allow_null=True)
    at = serializers.DateTimeField(read_only=True)
    needs_second = serializers.BooleanField(read_only=True)
    second_at = serializers.DateTimeField(read_only=True, allow_null=True)
    lifted_at = serializers.DateTimeField(read_only=True, allow_null=True)

    def seen_by(self, user: User) -> None:
        """And the people."""
        super().seen_by(user)
        self.fields["person"].queryset = members.persons_for(user)  # type: ignore[attr-defined]


class BlacklistViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Barred]):
    """Who is or was kept out, the newest first."""

    queryset = Barred.objects.none()
    serializer_class = BlacklistSerializer
    filterset_fields = ("scope", "group", "person")
    keyset = ("at", "id")

    def get_queryset(self) -> QuerySet[Barred]:
        """As the page."""
        return blacklist_for(actor(self.request))

    @extend_schema(request=BlacklistSerializer, responses={201: BlacklistSerializer})
    def create(self, request: Request) -> Response:
        """Keep somebody out."""
        user = actor(request)
        given = BlacklistSerializer(data=request.data)
        given.seen_by(user)
        given.is_valid(raise_exception=True)
        return Response(BlacklistSerializer(moderation.bar(**given.validated_data, by=user, at=clock.now())).data, status=201)

    @extend_schema(request=None, responses=BlacklistSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: Any = None) -> Response:
        """As the second reviewer of somebody with a post; not by who made the entry."""
        return Response(BlacklistSerializer(moderation.confirm(entry=self.get_object(), by=actor(request), at=clock.now())).data)

    @extend_schema(request=None, responses=BlacklistSerializer)
    @action(detail=True, methods=["post"])
    def lift(self, request: Request, pk: Any = None) -> Response:
        """They may come again."""
        return Response(BlacklistSerializer(moderation.lift(entry=self.get_object(), by=actor(request), at=clock.now())).data)
