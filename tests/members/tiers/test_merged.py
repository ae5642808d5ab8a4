"""What a human did under an identity that was merged away counts for the tier of the stay that counts."""

from datetime import timedelta

import pytest

from groupops.accounts.models import User
from members.identity import services as identity
from members.models import Membership
from members.tiering import Did
from members.tiers import nights
from tests.factories import accounts
from tests.factories.groups import NOW
from tests.members.tiers.test_nights import heard, member

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def by() -> User:
    """Who says so."""
    return accounts.operator()


def scores() -> dict[str, int]:
    """What the night of NOW gives each stay that counts."""
    nights.judge(at=NOW)
    rows = Membership.objects.filter(same_as=None, tier_score__isnull=False)
    return {row.person.name: row.tier_score or 0 for row in rows.select_related("person")}


def test_the_days_of_all_identities_are_days_of_one_human(by: User) -> None:
    """On one day twelve messages of two identities are twelve of one: ten count, and the day counts once."""
    group = heard(member(did={1: Did(8, 3), 2: Did(1)}, person__name="小明").group)
    other = member(group, did={1: Did(4, 9), 3: Did(2)}, person__name="xiaoming").person
    member(group, did={1: Did(4)}, person__name="别人")
    first = Membership.objects.get(person__name="小明").person
    identity.merge(person=other, into=first, by=by, at=NOW)
    assert scores() == {"小明": (10 + 10 + 20) + 11 + 12, "别人": 14}


def test_a_merge_of_merges_too_and_never_after_they_were_parted(by: User) -> None:
    group = heard(member(did={1: Did(1)}, person__name="甲").group)
    one, two, three = (Membership.objects.get(person__name="甲").person, *(member(group, did={n: Did(1)}).person for n in (2, 3)))
    identity.merge(person=three, into=two, by=by, at=NOW)
    identity.merge(person=two, into=one, by=by, at=NOW)
    assert scores() == {"甲": 33}
    identity.part(person=two, by=by, at=NOW)
    later = NOW + timedelta(days=1)
    Membership.objects.update(tier="", tier_since=None, tier_score=None)
    nights.judge(at=later)
    assert set(Membership.objects.filter(same_as=None).values_list("tier_score", flat=True)) == {11, 22}
