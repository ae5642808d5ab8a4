"""Campaigns over the API."""

from django.db.models import QuerySet
from rest_framework import serializers

from groupops.accounts.middleware import actor
from groupops.shared.api import StrictSerializer
from members.invitations import addresses, queries
from members.invitations.api.reading import Read
from members.models import Campaign


class CampaignSerializer(StrictSerializer):
    """A campaign; `groups` in their order."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)
    sort = serializers.CharField(read_only=True)
    state = serializers.CharField(read_only=True)
    seats = serializers.IntegerField(read_only=True)
    taken = serializers.IntegerField(read_only=True)
    source = serializers.IntegerField(source="source_id", read_only=True, allow_null=True)  # type: ignore[assignment]
    groups = serializers.SerializerMethodField()
    apply_url = serializers.SerializerMethodField()

    def get_groups(self, row: Campaign) -> list[int]:
        """The groups it fills."""
        return [target.group_id for target in row.targets.all()]

    def get_apply_url(self, row: Campaign) -> str:
        """The public address at which one applies."""
        return addresses.apply_url(row)


class CampaignViewSet(Read):
    """The campaigns of which one sees every group."""

    queryset = Campaign.objects.none()
    serializer_class = CampaignSerializer

    def get_queryset(self) -> QuerySet[Campaign]:
        """What the user may see."""
        return queries.campaigns_for(actor(self.request))
