"""The sweep over the API: runs, silent members and what is decided about them, leaves and colleagues."""

from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from groupops.accounts.middleware import actor
from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.shared import clock
from groupops.shared.api import StrictSerializer
from members import queries as members
from members.models import Colleague, Leave, Person, SweepCase, SweepRun
from members.sweep import queries, seats
from members.sweep import services as sweeping
from members.sweep.filters import CaseApiFilter, RunFilter
from members.sweep.views import ACTS, carry_out
from members.sweeping import Blocked, CaseState, Mode

LARGEST = 2**63 - 1
MOST = 200


class SweepRunSerializer(StrictSerializer):
    """A look at a group. `blocked` says why it proposes nobody; `asking_at` null: a report only."""

    id = serializers.IntegerField(read_only=True)
    group = serializers.IntegerField(source="group_id", read_only=True)
    week = serializers.DateField(read_only=True)
    mode = serializers.ChoiceField(choices=Mode.choices, read_only=True)
    at = serializers.DateTimeField(read_only=True)
    silent_before = serializers.DateTimeField(read_only=True)
    blocked = serializers.ChoiceField(choices=Blocked.choices, read_only=True)
    gap_from = serializers.DateField(read_only=True, allow_null=True)
    gap_to = serializers.DateField(read_only=True, allow_null=True)
    members = serializers.IntegerField(read_only=True)
    unknown = serializers.IntegerField(read_only=True)
    silent = serializers.IntegerField(read_only=True)
    exempt = serializers.IntegerField(read_only=True)
    asking_at = serializers.DateTimeField(read_only=True, allow_null=True)


class SweepStartSerializer(StrictSerializer):
    """Which group to look at now."""

    group = serializers.IntegerField(min_value=1, max_value=LARGEST)


class SweepAskedSerializer(StrictSerializer):
    """How many people are being asked."""

    asked = serializers.IntegerField(read_only=True)


class SweepCaseSerializer(StrictSerializer):
    """A silent member in a run; `exempt` lists the codes of what exempts them."""

    id = serializers.IntegerField(read_only=True)
    run = serializers.IntegerField(source="run_id", read_only=True)
    group = serializers.IntegerField(source="run.group_id", read_only=True)
    member = serializers.IntegerField(source="membership_id", read_only=True)
    person = serializers.IntegerField(source="membership.person_id", read_only=True)
    name = serializers.CharField(source="membership.person.name", read_only=True)
    last_spoke_at = serializers.DateTimeField(read_only=True)
    days = serializers.IntegerField(read_only=True)
    exempt = serializers.ListField(child=serializers.CharField(), source="codes", read_only=True)
    state = serializers.ChoiceField(choices=CaseState.choices, read_only=True)
    state_at = serializers.DateTimeField(read_only=True)
    asked_at = serializers.DateTimeField(read_only=True, allow_null=True)
    grace_until = serializers.DateTimeField(read_only=True, allow_null=True)
    approved_by = serializers.IntegerField(source="approved_by_id", read_only=True, allow_null=True)
    needs_second = serializers.BooleanField(read_only=True)
    second_by = serializers.IntegerField(source="second_by_id", read_only=True, allow_null=True)
    removed_at = serializers.DateTimeField(read_only=True, allow_null=True)
    why = serializers.CharField(read_only=True)


class SweepActSerializer(StrictSerializer):
    """One decision about several silent members; `why` is needed for "spare"."""

    ids = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=LARGEST), min_length=1, max_length=MOST)
    do = serializers.ChoiceField(choices=[(name, name) for name in ACTS])
    why = serializers.CharField(max_length=300, required=False, default="")


class SweepSkippedSerializer(StrictSerializer):
    """A silent member who was left as they are."""

    id = serializers.IntegerField(read_only=True)
    why = serializers.CharField(read_only=True)


class SweepDoneSerializer(StrictSerializer):
    """What was done, and what not and why."""

    done = serializers.ListField(child=serializers.IntegerField(), read_only=True)
    skipped = SweepSkippedSerializer(many=True, read_only=True)


class LeaveSerializer(StrictSerializer):
    """A member on leave; `by` null: the member said so. `ended_at`: taken back, or replaced."""

    id = serializers.IntegerField(read_only=True)
    member = serializers.IntegerField(source="membership_id", min_value=1, max_value=LARGEST)
    since = serializers.DateTimeField(read_only=True)
    until = serializers.DateTimeField()
    reason = serializers.CharField(max_length=200, allow_blank=True, required=False, default="")
    by = serializers.IntegerField(source="by_id", read_only=True, allow_null=True)
    ended_at = serializers.DateTimeField(read_only=True, allow_null=True)


class SweepRunViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[SweepRun]):
    """Runs of the sweep in the groups one sees, the newest first."""

    queryset = SweepRun.objects.none()
    serializer_class = SweepRunSerializer
    filterset_class = RunFilter
    keyset = ("at", "id")

    def get_queryset(self) -> QuerySet[SweepRun]:
        """What the user may see."""
        return queries.runs_for(actor(self.request))

    @extend_schema(request=SweepStartSerializer, responses=SweepRunSerializer)
    def create(self, request: Request) -> Response:
        """Look at a group now."""
        given = SweepStartSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        group = access.group_for(actor(request), given.validated_data["group"], GroupRight.MODERATE)
        run = sweeping.start(group=group, by=actor(request), at=clock.now())
        return Response(SweepRunSerializer(run).data, status=201)

    @extend_schema(request=None, responses=SweepAskedSerializer)
    @action(detail=True, methods=["post"])
    def ask(self, request: Request, pk: str) -> Response:
        """Ask the longest silent of this run privately."""
        asked = sweeping.ask(run=self.get_object(), by=actor(request), at=clock.now(), address=settings.PUBLIC_URL)
        return Response({"asked": asked})


class SweepCaseViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[SweepCase]):
    """Silent members of the groups one sees, the latest rows first."""

    queryset = SweepCase.objects.none()
    serializer_class = SweepCaseSerializer
    filterset_class = CaseApiFilter
    keyset = ("id",)

    def get_queryset(self) -> QuerySet[SweepCase]:
        """What the user may see."""
        return queries.cases_for(actor(self.request))

    @extend_schema(request=SweepActSerializer, responses=SweepDoneSerializer)
    @action(detail=False, methods=["post"])
    def act(self, request: Request) -> Response:
        """Approve, approve as the second, let stay, try again, invite back."""
        given = SweepActSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        cases = list(self.get_queryset().filter(pk__in=given.validated_data["ids"]).order_by("pk"))
        result = carry_out(given.validated_data["do"], cases, why=given.validated_data["why"].strip(), by=actor(request))
        skipped: list[dict[str, Any]] = [{"id": case.pk, "why": str(why)} for case, why in result.skipped]
        return Response({"done": [case.pk for case in result.done], "skipped": skipped})


class ColleagueSerializer(StrictSerializer):
    """A person in the chat who is one of us; `user` null takes that back."""

    id = serializers.IntegerField(read_only=True)
    person = serializers.PrimaryKeyRelatedField(queryset=Person.objects.none())
    user = serializers.PrimaryKeyRelatedField(queryset=User.objects.filter(is_active=True), allow_null=True)
    at = serializers.DateTimeField(read_only=True)


class LeaveViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Leave]):
    """Leaves of members of the groups one sees."""

    queryset = Leave.objects.none()
    serializer_class = LeaveSerializer
    keyset = ("id",)

    def get_queryset(self) -> QuerySet[Leave]:
        """What the user may see."""
        seen = access.visible_to(actor(self.request))
        return Leave.objects.filter(membership__group__in=seen).select_related("membership__group")

    @extend_schema(request=LeaveSerializer, responses=LeaveSerializer)
    def create(self, request: Request) -> Response:
        """A member goes on leave."""
        given = LeaveSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        values = given.validated_data
        row = members.memberships_for(actor(request)).filter(pk=values["membership_id"]).first()
        if row is None:
            raise serializers.ValidationError({"member": ["-"]})
        leave = seats.grant(membership=row, until=values["until"], reason=values["reason"], by=actor(request), at=clock.now())
        return Response(LeaveSerializer(leave).data, status=201)

    @extend_schema(request=None, responses=LeaveSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """The leave is over."""
        leave = self.get_object()
        seats.end(leave=leave, by=actor(request), at=clock.now())
        leave.refresh_from_db()
        return Response(LeaveSerializer(leave).data)


class ColleagueViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Colleague]):
    """Which person in the chat is which user of GroupOps, of the persons one sees. A POST names one; without `user` they are none of us."""

    queryset = Colleague.objects.none()
    serializer_class = ColleagueSerializer
    keyset = ("id",)

    def get_queryset(self) -> QuerySet[Colleague]:
        """What the user may see."""
        seen = members.persons_for(actor(self.request)).filter(pk=OuterRef("person"))
        return Colleague.objects.filter(Exists(seen))

    @extend_schema(request=ColleagueSerializer, responses=ColleagueSerializer)
    def create(self, request: Request) -> Response:
        """Say which user a person is; 204 where they are none of us."""
        given, user = ColleagueSerializer(data=request.data), actor(request)
        given.fields["person"].queryset = members.persons_for(user)  # type: ignore[attr-defined]
        given.is_valid(raise_exception=True)
        seats.name_colleague(**given.validated_data, by=user, at=clock.now())
        made = Colleague.objects.filter(person=given.validated_data["person"]).first()
        return Response(ColleagueSerializer(made).data, status=201) if made else Response(status=204)


routes = [("colleagues", ColleagueViewSet), ("sweep-runs", SweepRunViewSet), ("sweep-cases", SweepCaseViewSet), ("leaves", LeaveViewSet)]
