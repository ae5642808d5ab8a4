"""Campaigns and invitations."""

from collections.abc import Sequence
from typing import Any

import factory
from factory.django import DjangoModelFactory

from groupops.groups.models import Group
from groupops.shared import links
from members.inviting import CampaignState
from members.models import Campaign, CampaignGroup, Invitation, Proof
from tests.factories.groups import NOW


class CampaignFactory(DjangoModelFactory[Campaign]):
    """A campaign that runs; `groups` it fills, in order."""

    class Meta:
        model = Campaign
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"招募{n}")
    reason = "群里都是一线工程师，答疑快"
    seats = 20
    state = CampaignState.RUNNING
    key = factory.LazyFunction(links.new_key)
    created_at = NOW

    @factory.post_generation
    def groups(self: Campaign, create: bool, given: Sequence[Group] | None, **_more: Any) -> None:
        """The groups, in order."""
        for n, group in enumerate(given or [], 1):
            CampaignGroup.objects.create(campaign=self, group=group, position=n)


class InvitationFactory(DjangoModelFactory[Invitation]):
    """An invitation that nobody has sent yet."""

    class Meta:
        model = Invitation

    campaign = factory.SubFactory(CampaignFactory)
    name = factory.Sequence(lambda n: f"客人{n}")
    key = factory.LazyFunction(links.new_key)
    created_at = NOW


class ProofFactory(DjangoModelFactory[Proof]):
    """A link that somebody has to look at."""

    class Meta:
        model = Proof

    invitation = factory.SubFactory(InvitationFactory)
    text = "https://example.org/shared"
    created_at = NOW
