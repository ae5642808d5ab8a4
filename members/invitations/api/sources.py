"""Sources of members over the API."""

from django.db.models import QuerySet
from rest_framework import serializers

from groupops.shared.api import StrictSerializer
from members.invitations.api.reading import Read
from members.models import Source


class SourceSerializer(StrictSerializer):
    """Where members come from."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)
    channel = serializers.CharField(read_only=True)
    note = serializers.CharField(read_only=True)
    archived = serializers.BooleanField(read_only=True)


class SourceViewSet(Read):
    """The list of sources."""

    queryset = Source.objects.none()
    serializer_class = SourceSerializer
    keyset = ("id",)

    def get_queryset(self) -> QuerySet[Source]:
        """All: the list is of the whole site."""
        return Source.objects.all()
