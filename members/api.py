"""Members and persons over the API, read only; and the routes of every room of the app."""

from datetime import date

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from groupops.groups.api.common import actor
from groupops.shared import clock
from groupops.shared.api import StrictSerializer
from members import queries
from members.consent import api as consent
from members.filters import MembershipFilter
from members.identity import api as identity
from members.importing import api as importing
from members.invitations import api as invitations
from members.models import Membership, Person
from members.newcomers import api as newcomers
from members.praise import api as praise
from members.privacy import api as privacy
from members.questions import api as questions
from members.requests import api as requests
from members.segments import api as segments
from members.surveys import api as surveys
from members.sweep import api as sweep
from members.tags import api as tags
from members.tiering import Tier
from members.tiers import api as tiers
from members.tiers import services as tiering
from members.tiers.api import LockSerializer


class MemberSerializer(StrictSerializer):
    """A person in a group. `joined_at` is the first sign of them where `join_seen` is false; `last_spoke_at` null is unknown."""

    id = serializers.IntegerField(read_only=True)
    person = serializers.IntegerField(source="person_id", read_only=True)
    name = serializers.CharField(source="human.name", read_only=True)
    group = serializers.IntegerField(source="group_id", read_only=True)
    present = serializers.SerializerMethodField()
    joined_at = serializers.DateTimeField(read_only=True)
    join_seen = serializers.BooleanField(read_only=True)
    left_at = serializers.DateTimeField(read_only=True, allow_null=True)
    left_how = serializers.CharField(read_only=True)
    rejoins = serializers.IntegerField(read_only=True)
    last_spoke_at = serializers.DateTimeField(read_only=True, allow_null=True)
    tier = serializers.CharField(read_only=True, help_text="core, active, ordinary or lurker; empty: unknown.")
    tier_since = serializers.DateField(read_only=True, allow_null=True)
    tier_locked_until = serializers.DateField(read_only=True, allow_null=True)
    tier_lock_reason = serializers.CharField(read_only=True)
    messages_30_days = serializers.IntegerField(source="recent", read_only=True)

    def get_present(self, row: Membership) -> bool:
        """Whether they are in the group now."""
        return row.left_at is None


class PersonSerializer(StrictSerializer):
    """One identity on one platform; `merged_into` points to the person it turned out to be."""

    id = serializers.IntegerField(read_only=True)
    realm = serializers.CharField(read_only=True)
    remote_id = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    merged_into = serializers.IntegerField(source="merged_into_id", read_only=True, allow_null=True)
    first_seen_at = serializers.DateTimeField(read_only=True)


class PersonFilter(django_filters.FilterSet):  # type: ignore[misc]
    """?realm= &remote_id= &name="""

    realm = django_filters.CharFilter(max_length=30)
    remote_id = django_filters.CharFilter(max_length=255)
    name = django_filters.CharFilter(lookup_expr="icontains", max_length=80)

    class Meta:
        model = Person
        fields: list[str] = []


class MemberViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Membership]):
    """Memberships in the groups one sees, the newest first."""

    queryset = Membership.objects.none()
    serializer_class = MemberSerializer
    filterset_class = MembershipFilter
    keyset = ("joined_at", "id")

    def get_queryset(self) -> QuerySet[Membership]:
        """What the user may see; days count in UTC."""
        today: date = clock.now().date()
        return queries.with_recent(queries.memberships_for(self.request.user), today)  # type: ignore[arg-type]

    @extend_schema(request=LockSerializer, responses=MemberSerializer)
    @action(detail=True, methods=["post"], serializer_class=LockSerializer)
    def lock(self, request: Request, pk: str) -> Response:
        """Hold a member in a tier."""
        typed = LockSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        given = typed.validated_data | {"tier": Tier(typed.validated_data["tier"])}
        tiering.lock(membership=self.get_object(), **given, by=actor(request), at=clock.now())
        return Response(MemberSerializer(self.get_object()).data)

    @extend_schema(request=None, responses=MemberSerializer)
    @action(detail=True, methods=["post"])
    def unlock(self, request: Request, pk: str) -> Response:
        """Let the nights move them again."""
        tiering.unlock(membership=self.get_object(), by=actor(request), at=clock.now())
        return Response(MemberSerializer(self.get_object()).data)


class PersonViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Person]):
    """Persons of the groups one sees."""

    queryset = Person.objects.none()
    serializer_class = PersonSerializer
    filterset_class = PersonFilter
    keyset = ("id",)

    def get_queryset(self) -> QuerySet[Person]:
        """What the user may see."""
        return queries.persons_for(self.request.user)  # type: ignore[arg-type]


routes = [
    ("members", MemberViewSet),
    ("persons", PersonViewSet),
    *tags.routes,
    *segments.routes,
    *requests.routes,
    *questions.routes,
    *newcomers.routes,
    *invitations.routes,
    *sweep.routes,
    *importing.routes,
    *identity.routes,
    *tiers.routes,
    *consent.routes,
    *surveys.routes,
    *privacy.routes,
    *praise.routes,
]
