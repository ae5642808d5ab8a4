"""Care tasks of the tiers: few a night, not again for a while, once however often it runs."""

from datetime import timedelta

import pytest

from members.caring import CareSort
from members.models import CareTask, Membership
from members.tiering import Did, Tier
from members.tiers import nights
from tests.factories.groups import NOW
from tests.members.tiers.test_nights import DAY, heard, member

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_core_members_are_talked_to_few_a_night_and_each_once_a_month() -> None:
    group = heard(member(tier=Tier.CORE, tier_since=DAY).group)
    for _n in range(6):
        member(group, tier=Tier.CORE, tier_since=DAY)
    nights.judge(at=NOW)
    nights.judge(at=NOW + timedelta(hours=1))
    assert CareTask.objects.filter(sort=CareSort.TIER_TALK).count() == 5
    for days in range(1, 4):
        nights.judge(at=NOW + timedelta(days=days))
    assert CareTask.objects.filter(sort=CareSort.TIER_TALK).count() == Membership.objects.count() == 7


def test_who_rose_is_recognised_and_a_quiet_one_is_woken() -> None:
    rose = member(tier=Tier.ORDINARY, tier_since=DAY, did={ago: Did(5) for ago in range(10)}, last_spoke_at=NOW)
    quiet = member(heard(rose.group), tier=Tier.ORDINARY, tier_since=DAY, last_spoke_at=NOW - timedelta(days=20))
    member(rose.group, tier=Tier.ORDINARY, tier_since=DAY)
    nights.judge(at=NOW)
    found = set(CareTask.objects.values_list("membership", "sort"))
    assert found == {(rose.pk, CareSort.TIER_RECOGNISE), (quiet.pk, CareSort.TIER_WAKE)}
