"""Newcomers over the API: the board's facts, what a person says of one, their buddy, the funnel, and the welcome messages."""

from datetime import datetime
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from groupops.accounts.middleware import actor
from groupops.accounts.models import User
from groupops.groups.api.common import OfGroupFilter
from groupops.shared import clock
from groupops.shared.api import StrictSerializer
from groupops.shared.errors import Invalid
from groupops.shared.intake import LARGEST_ID
from members.arriving import WelcomeState
from members.models import Membership, Newcomer, WelcomeRound
from members.newcomers import funnel, queries
from members.newcomers import services as newcomers
from members.newcomers.services import Act


class NewcomerSerializer(StrictSerializer):
    """Somebody's first stay. A time that is null: not yet, or nobody noticed. `rules_read` is the latest version they have read."""

    id = serializers.IntegerField(read_only=True)
    member = serializers.IntegerField(source="membership_id", read_only=True)
    person = serializers.IntegerField(source="membership.person_id", read_only=True)
    name = serializers.CharField(source="membership.person.name", read_only=True)
    group = serializers.IntegerField(source="group_id", read_only=True)
    joined_at = serializers.DateTimeField(read_only=True)
    present = serializers.SerializerMethodField()
    first_spoke_at = serializers.DateTimeField(read_only=True, allow_null=True)
    answer_due_at = serializers.DateTimeField(read_only=True, allow_null=True)
    answered_at = serializers.DateTimeField(read_only=True, allow_null=True)
    answered_how = serializers.CharField(read_only=True)
    introduced_at = serializers.DateTimeField(read_only=True, allow_null=True)
    buddy_user = serializers.IntegerField(source="buddy_user_id", read_only=True, allow_null=True)
    buddy_member = serializers.IntegerField(source="buddy_member_id", read_only=True, allow_null=True)
    rules_read = serializers.IntegerField(read_only=True, allow_null=True)

    def get_present(self, row: Newcomer) -> bool:
        """Whether they are in the group now."""
        return row.membership.left_at is None


class MarkSerializer(StrictSerializer):
    """What is said of a newcomer; `undo` takes back what a person said before."""

    what = serializers.ChoiceField(choices=[(act.value, act.value) for act in Act if act != Act.TASKS])
    undo = serializers.BooleanField(default=False)


class BuddySerializer(StrictSerializer):
    """A colleague or a member of the group; both null: nobody."""

    user = serializers.IntegerField(max_value=LARGEST_ID, allow_null=True, default=None)
    member = serializers.IntegerField(max_value=LARGEST_ID, allow_null=True, default=None)


class StepSerializer(StrictSerializer):
    """How many reached a step, of those who could."""

    step = serializers.CharField(source="key", read_only=True)
    count = serializers.IntegerField(read_only=True)
    of = serializers.IntegerField(read_only=True)


class WelcomeRoundSerializer(StrictSerializer):
    """One welcome message, or the decision to say nothing."""

    id = serializers.IntegerField(read_only=True)
    group = serializers.IntegerField(source="group_id", read_only=True)
    opened_at = serializers.DateTimeField(read_only=True)
    size = serializers.IntegerField(read_only=True)
    state = serializers.ChoiceField(choices=WelcomeState.choices, read_only=True)
    said_at = serializers.DateTimeField(read_only=True, allow_null=True)


class NewcomersFilter(OfGroupFilter):
    """?group= &since= &answered="""

    since = django_filters.IsoDateTimeFilter(field_name="joined_at", lookup_expr="gte")
    answered = django_filters.BooleanFilter(field_name="answered_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Newcomer
        fields: list[str] = []


class Newcomers(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Newcomer]):
    """The newcomers of the groups one sees, the newest first."""

    queryset = Newcomer.objects.none()
    serializer_class = NewcomerSerializer
    filterset_class = NewcomersFilter
    keyset = ("joined_at", "id")

    def get_queryset(self) -> QuerySet[Newcomer]:
        """What the user may see."""
        return queries.with_rules_read(queries.newcomers_for(actor(self.request)))

    @extend_schema(request=MarkSerializer, responses=NewcomerSerializer)
    @action(detail=True, methods=["post"])
    def mark(self, request: Request, pk: str) -> Response:
        """Say that they introduced themselves, were answered, greeted, or have read the rules; or take it back."""
        row, at = self.get_object(), clock.now()
        given = _valid(MarkSerializer, request)
        if given["undo"]:
            newcomers.undo_one(newcomer=row, what=Act(given["what"]), by=actor(request), at=at)
        else:
            newcomers.act_one(newcomer=row, what=Act(given["what"]), by=actor(request), at=at)
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=BuddySerializer, responses=NewcomerSerializer)
    @action(detail=True, methods=["post"])
    def buddy(self, request: Request, pk: str) -> Response:
        """Who looks after them."""
        row, given = self.get_object(), _valid(BuddySerializer, request)
        if given["user"] and given["member"]:
            raise Invalid(_("Name a colleague or a member, not both."), field="member")
        user = get_object_or_404(User, pk=given["user"], is_active=True) if given["user"] else None
        member = get_object_or_404(Membership, pk=given["member"], group=row.group_id) if given["member"] else None
        newcomers.give_buddy(newcomer=row, user=user, member=member, by=actor(request), at=clock.now())
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(
        responses=StepSerializer(many=True), parameters=[OpenApiParameter("months", int)], filters=False
    )  # fmt: skip
    @action(detail=False, pagination_class=None, filterset_class=None)
    def funnel(self, request: Request) -> Response:
        """Joined → introduced → spoke → answered → second week → day 30, of `?months=` (1–12, default 6)."""
        text, at = request.query_params.get("months", "6"), clock.now()
        if text not in {str(n) for n in range(1, 13)}:
            raise Invalid(_("A number of months from 1 to 12."), field="months")
        return Response(StepSerializer(_steps(actor(request), int(text), at), many=True).data)


def _steps(user: User, months: int, at: datetime) -> tuple[funnel.Step, ...]:
    return funnel.total(funnel.newcomers(user, at, months=months), at)


def _valid(serializer: type[StrictSerializer], request: Request) -> dict[str, Any]:
    given = serializer(data=request.data)
    given.is_valid(raise_exception=True)
    found: dict[str, Any] = given.validated_data
    return found


class Welcomes(mixins.ListModelMixin, viewsets.GenericViewSet[WelcomeRound]):
    """The welcome messages of the groups one sees, the newest first."""

    queryset = WelcomeRound.objects.none()
    serializer_class = WelcomeRoundSerializer
    filterset_class = OfGroupFilter
    keyset = ("created_at", "id")

    def get_queryset(self) -> QuerySet[WelcomeRound]:
        """What the user may see."""
        return queries.rounds_for(actor(self.request))


routes = [("newcomers", Newcomers), ("welcomes", Welcomes)]
