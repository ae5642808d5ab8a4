"""The status over the API: what the page says, for programs."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from groupops.groups.api.common import actor
from groupops.operations.status import queries
from groupops.shared import clock
from groupops.shared.api import StrictSerializer


class SystemPartSerializer(StrictSerializer):
    """A part of the machine; `lives` is null where silence says nothing."""

    name = serializers.CharField(source="label", read_only=True)
    at = serializers.DateTimeField(read_only=True)
    lives = serializers.BooleanField(read_only=True, allow_null=True)


class SystemLimitSerializer(StrictSerializer):
    """A limit of a whole channel and how much of it is used."""

    times = serializers.IntegerField(read_only=True)
    seconds = serializers.IntegerField(read_only=True)
    used = serializers.IntegerField(read_only=True)


class SystemChannelSerializer(StrictSerializer):
    """A channel, its last proof of life, its breaker, its limits."""

    id = serializers.IntegerField(source="connection.pk", read_only=True)
    name = serializers.CharField(source="connection.name", read_only=True)
    health = serializers.CharField(source="connection.health", read_only=True)
    seen_at = serializers.DateTimeField(read_only=True, allow_null=True)
    broken = serializers.BooleanField(source="connection.is_broken", read_only=True)
    resting_until = serializers.DateTimeField(read_only=True, allow_null=True)
    limits = SystemLimitSerializer(many=True, read_only=True)


class SystemAlarmSerializer(StrictSerializer):
    """An open alarm."""

    key = serializers.CharField(read_only=True)
    severity = serializers.CharField(read_only=True)
    text = serializers.CharField(read_only=True)
    group = serializers.IntegerField(source="group_id", read_only=True, allow_null=True)
    opened_at = serializers.DateTimeField(read_only=True)


class SystemBackupSerializer(StrictSerializer):
    """A backup; `proven_at` is null while nobody has restored it."""

    path = serializers.CharField(read_only=True)
    made_at = serializers.DateTimeField(read_only=True)
    rows = serializers.IntegerField(read_only=True)
    size = serializers.IntegerField(read_only=True)
    key = serializers.CharField(read_only=True)
    proven_at = serializers.DateTimeField(read_only=True, allow_null=True)
    restore_seconds = serializers.FloatField(read_only=True, allow_null=True)
    error = serializers.CharField(read_only=True)


class SystemSerializer(StrictSerializer):
    """What lives, what waits, what is wrong."""

    at = serializers.DateTimeField(read_only=True)
    database_kind = serializers.CharField(source="database.kind", read_only=True)
    database_bytes = serializers.IntegerField(source="database.size", read_only=True)
    database_milliseconds = serializers.FloatField(source="database.latency", read_only=True)
    broker_kind = serializers.CharField(source="broker.kind", read_only=True)
    broker_answers = serializers.BooleanField(source="broker.answers", read_only=True)
    broker_waiting = serializers.IntegerField(source="broker.waiting", read_only=True)
    disk_percent = serializers.IntegerField(source="disk.percent", read_only=True)
    disk_free_bytes = serializers.IntegerField(source="disk.free", read_only=True)
    parts = SystemPartSerializer(many=True, read_only=True)
    backlog = serializers.DictField(child=serializers.IntegerField(), read_only=True)
    oldest_due = serializers.DateTimeField(read_only=True, allow_null=True)
    channels = SystemChannelSerializer(many=True, read_only=True)
    alarms = SystemAlarmSerializer(many=True, read_only=True)
    last_backup = SystemBackupSerializer(read_only=True, allow_null=True)
    last_proven = SystemBackupSerializer(read_only=True, allow_null=True)
    examined_at = serializers.DateTimeField(source="doctor.at", read_only=True, allow_null=True, default=None)
    broken = serializers.DictField(source="doctor.broken", child=serializers.IntegerField(), read_only=True, default=dict)


class SystemView(APIView):
    """The status of the installation."""

    @extend_schema(responses=SystemSerializer)
    def get(self, request: Request) -> Response:
        """For those who see the system status."""
        found: Any = queries.status_for(actor(request), clock.now())
        return Response(SystemSerializer(found).data)
