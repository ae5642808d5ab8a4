"""Rotating codes and who waits for them over the API."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from groupops.accounts.middleware import actor
from groupops.shared import clock
from groupops.shared.api import StrictSerializer
from groupops.shared.intake import LARGEST_ID
from members.invitations.api.reading import Read
from members.joining import arrivals
from members.joining import queries as joining
from members.joining.views import address
from members.models import JoinCode, Waiting


class JoinCodeSerializer(StrictSerializer):
    """A rotating code; `groups` in their order."""

    id = serializers.IntegerField(read_only=True)
    code = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    url = serializers.SerializerMethodField()
    source = serializers.IntegerField(source="source_id", read_only=True, allow_null=True)  # type: ignore[assignment]
    groups = serializers.SerializerMethodField()
    alone = serializers.BooleanField(read_only=True, help_text="Its groups are entered by this code alone.")
    archived = serializers.BooleanField(read_only=True)

    def get_url(self, row: JoinCode) -> str:
        """The public address."""
        return address(row)

    def get_groups(self, row: JoinCode) -> list[int]:
        """The groups it leads to."""
        return [target.group_id for target in row.targets.all()]


class CodeArrivedSerializer(StrictSerializer):
    """The members who came by a code."""

    members = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID), max_length=500, write_only=True)
    done = serializers.ListField(child=serializers.IntegerField(), read_only=True)


class WaitingSerializer(StrictSerializer):
    """Somebody on a waiting list; how to reach them is masked."""

    id = serializers.IntegerField(read_only=True)
    code = serializers.IntegerField(source="code_id", read_only=True)
    name = serializers.CharField(read_only=True)
    contact = serializers.CharField(source="contact_shown", read_only=True)
    state = serializers.CharField(read_only=True)
    group = serializers.IntegerField(source="group_id", read_only=True, allow_null=True)
    created_at = serializers.DateTimeField(read_only=True)
    called_at = serializers.DateTimeField(read_only=True, allow_null=True)


class JoinCodeViewSet(Read):
    """The codes of which one sees every group."""

    queryset = JoinCode.objects.none()
    serializer_class = JoinCodeSerializer

    def get_queryset(self) -> QuerySet[JoinCode]:
        """What the user may see."""
        return joining.codes_for(actor(self.request))

    @extend_schema(request=CodeArrivedSerializer, responses=CodeArrivedSerializer)
    @action(detail=True, methods=["post"], serializer_class=CodeArrivedSerializer)
    def arrived(self, request: Request, pk: str) -> Response:
        """These members came by it; answered with those of whom it was not known."""
        typed = CodeArrivedSerializer(data=request.data)
        typed.is_valid(raise_exception=True)
        done = arrivals.arrive(code=self.get_object(), pks=typed.validated_data["members"], by=actor(request), at=clock.now())
        return Response({"done": done})


class WaitingViewSet(Read):
    """Who waits for these codes."""

    queryset = Waiting.objects.none()
    serializer_class = WaitingSerializer

    def get_queryset(self) -> QuerySet[Waiting]:
        """What the user may see."""
        return joining.waiting_for(actor(self.request))
