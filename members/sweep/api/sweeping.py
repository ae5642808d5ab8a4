"""Runs and cases over the API."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from groupops.accounts.middleware import actor
from groupops.accounts.sure import demand_sure
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.shared import clock
from groupops.shared.api import ManySerializer
from members.models import SweepCase, SweepRun
from members.sweep import queries
from members.sweep import services as sweeping
from members.sweep.api.serializing import (
    SweepActSerializer,
    SweepAskedSerializer,
    SweepCaseSerializer,
    SweepRunSerializer,
    SweepStartSerializer,
)
from members.sweep.filters import CaseApiFilter, RunFilter
from members.sweep.views import REMOVING, carry_out


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

    @extend_schema(request=SweepActSerializer, responses=ManySerializer)
    @action(detail=False, methods=["post"])
    def act(self, request: Request) -> Response:
        """Approve, approve as the second, let stay, try again, invite back."""
        given = SweepActSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        if given.validated_data["do"] in REMOVING:
            demand_sure(request)
        cases = list(self.get_queryset().filter(pk__in=given.validated_data["ids"]).order_by("pk"))
        result = carry_out(given.validated_data["do"], cases, why=given.validated_data["why"].strip(), by=actor(request))
        skipped: list[dict[str, Any]] = [{"id": case.pk, "why": str(why)} for case, why in result.skipped]
        return Response({"done": [case.pk for case in result.done], "skipped": skipped})
