"""Events over the API, read only."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import mixins, serializers, viewsets

from groupops.inbound import queries
from groupops.inbound.filters import KINDS, ApiEventFilter
from groupops.inbound.models import EventState, StoredEvent
from groupops.shared.api import StrictSerializer


class TraceSerializer(StrictSerializer):
    """What one step did, in the language of the request."""

    step = serializers.CharField(read_only=True)
    did = serializers.CharField(read_only=True)


class EventSerializer(StrictSerializer):
    """Something that happened in a room, and what became of it."""

    id = serializers.IntegerField(read_only=True)
    connection = serializers.IntegerField(source="connection_id", read_only=True)
    event_key = serializers.CharField(read_only=True)
    kind = serializers.ChoiceField(choices=KINDS, read_only=True)
    group = serializers.IntegerField(source="group_id", read_only=True, allow_null=True)
    person = serializers.IntegerField(source="person_id", read_only=True, allow_null=True)
    remote_group = serializers.CharField(read_only=True)
    remote_user = serializers.CharField(read_only=True)
    user_name = serializers.CharField(read_only=True)
    remote_message = serializers.CharField(read_only=True)
    text = serializers.CharField(read_only=True)
    how = serializers.CharField(read_only=True)
    occurred_at = serializers.DateTimeField(read_only=True)
    received_at = serializers.DateTimeField(read_only=True)
    state = serializers.ChoiceField(choices=EventState.choices, read_only=True)
    error = serializers.CharField(read_only=True)
    trace = serializers.SerializerMethodField()

    @extend_schema_field(TraceSerializer(many=True))
    def get_trace(self, event: StoredEvent) -> list[dict[str, str]]:
        """The trace, translated."""
        return [{"step": line.step, "did": line.did} for line in queries.trace_of(event)]


class EventViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[StoredEvent]):
    """What platforms told us, newest first, in the groups the token's user sees."""

    serializer_class = EventSerializer
    filterset_class = ApiEventFilter
    keyset = ("id",)
    queryset = StoredEvent.objects.none()  # for the schema; rows come from get_queryset

    def get_queryset(self) -> QuerySet[StoredEvent]:
        """Deny by default."""
        return queries.events_for(self.request.user).defer("raw")  # type: ignore[arg-type]


routes = [("events", EventViewSet)]
