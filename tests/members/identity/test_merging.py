"""Two identities of one human: merged and parted; everything that reads members sees one."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groupops.accounts.models import User
from groupops.groups.models import Group
from groupops.record.models import AuditEntry
from groupops.shared.errors import Forbidden
from members import queries
from members.identity import services as identity
from members.models import FormerName, Membership, Person, PersonMerge
from members.services import resize
from tests.factories import accounts
from tests.factories.groups import NOW
from tests.factories.inbound import happened, hear, left
from tests.factories.members import MembershipFactory, PersonFactory
from tests.factories.messaging import BindingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def by() -> User:
    """Who says so."""
    return accounts.operator()


def everything() -> list[list[Any]]:
    """All that a merge may touch."""
    resize(group_ids=Group.objects.values_list("pk", flat=True))
    return [
        list(Person.objects.order_by("pk").values_list()),
        list(Membership.objects.order_by("pk").values_list()),
        list(FormerName.objects.order_by("pk").values_list()),
        list(Group.objects.order_by("pk").values_list("pk", "member_count")),
    ]


def test_in_one_group_they_count_as_one(by: User) -> None:
    group = BindingFactory().group
    first = MembershipFactory(group=group, last_spoke_at=NOW - timedelta(days=90))
    second = MembershipFactory(group=group, last_spoke_at=NOW)
    identity.merge(person=second.person, into=first.person, by=by, at=NOW)
    group.refresh_from_db()
    first.refresh_from_db()
    assert group.member_count == 1
    assert list(queries.memberships_for(by).filter(group=group)) == [first]
    assert first.last_spoke_at == NOW, "whoever was silent under one name spoke under the other"


def test_what_a_merged_identity_does_is_done_by_the_human(by: User) -> None:
    binding = BindingFactory()
    hear(binding, happened(binding.remote_id, "alice"), happened(binding.remote_id, "alice2"))
    alice, other = Person.objects.get(remote_id="alice"), Person.objects.get(remote_id="alice2")
    identity.merge(person=other, into=alice, by=by, at=NOW)
    hear(binding, happened(binding.remote_id, "alice2", occurred_at=LATER))
    assert Membership.objects.get(person=alice).last_spoke_at == LATER
    assert Membership.objects.get(person=other).last_spoke_at == NOW
    hear(binding, left(binding.remote_id, "alice2", occurred_at=LATER + timedelta(hours=1)))
    binding.group.refresh_from_db()
    assert binding.group.member_count == 0


def test_a_membership_under_the_other_identity_goes_on(by: User) -> None:
    binding = BindingFactory()
    hear(binding, happened(binding.remote_id, "alice2"))
    alice, other = MembershipFactory(person=PersonFactory(remote_id="alice")).person, Person.objects.get(remote_id="alice2")
    identity.merge(person=other, into=alice, by=by, at=NOW)
    for name in ("alice", "alice2"):
        hear(binding, happened(binding.remote_id, name, occurred_at=LATER))
    assert Membership.objects.get(group=binding.group).person == other


def test_chains_are_flattened_and_parted_as_they_were(by: User) -> None:
    a, b, c = (MembershipFactory(group=BindingFactory().group).person for _n in range(3))
    before = everything()
    identity.merge(person=a, into=b, by=by, at=NOW)
    between = everything()
    identity.merge(person=b, into=c, by=by, at=NOW)
    assert set(Person.objects.filter(merged_into=c)) == {a, b}
    with pytest.raises(identity.NotTwo):
        identity.merge(person=c, into=a, by=by, at=NOW)
    identity.part(person=b, by=by, at=NOW)
    assert everything() == between
    identity.part(person=a, by=by, at=NOW)
    assert everything() == before
    with pytest.raises(identity.NotMerged):
        identity.part(person=a, by=by, at=NOW)
    assert PersonMerge.objects.filter(undone_at=None).count() == 0
    assert AuditEntry.objects.filter(verb="person.part").exists()


def test_parting_the_first_of_two_leaves_nobody_standing_back_for_a_stranger(by: User) -> None:
    group = BindingFactory().group
    a, b, c = (MembershipFactory(group=group).person for _n in range(3))
    Membership.objects.filter(person=a).update(left_at=NOW)
    identity.merge(person=b, into=a, by=by, at=NOW)
    identity.merge(person=c, into=a, by=by, at=NOW)
    identity.part(person=b, by=by, at=NOW)
    assert Membership.objects.get(person=b).same_as is None
    assert {row.person_id for row in queries.memberships_for(by).filter(group=group)} == {b.pk, c.pk}, "as if only c had been merged"
    assert Membership.objects.get(person=a).same_as == Membership.objects.get(person=c)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_merge_then_part_is_identity(data: st.DataObject) -> None:
    sid = transaction.savepoint()
    by = accounts.operator()
    groups = [BindingFactory().group for _n in range(2)]
    persons = [PersonFactory() for _n in range(4)]
    for person in persons:
        for group in groups:
            if data.draw(st.booleans()):
                gone = data.draw(st.booleans())
                spoke = data.draw(st.none() | st.integers(0, 50))
                MembershipFactory(
                    person=person,
                    group=group,
                    left_at=NOW if gone else None,
                    last_spoke_at=NOW - timedelta(days=spoke) if spoke is not None else None,
                )
    states, order, made = [everything()], data.draw(st.permutations(persons)), list[tuple[Person, Person]]()
    for person in order[1 : 1 + data.draw(st.integers(1, 3))]:
        heads = [other for other in Person.objects.filter(pk__in=[p.pk for p in persons], merged_into=None) if other != person]
        if heads and not Person.objects.get(pk=person.pk).merged_into_id:
            made.append((person, data.draw(st.sampled_from(heads))))
            identity.merge(person=person, into=made[-1][1], by=by, at=NOW)
            states.append(everything())
    if data.draw(st.booleans()):
        for (first, _into), state in zip(reversed(made), reversed(states[:-1]), strict=True):
            identity.part(person=first, by=by, at=LATER)
            assert everything() == state
    else:
        for first, _into in data.draw(st.permutations(made)):
            identity.part(person=first, by=by, at=LATER)
        assert everything() == states[0]
    transaction.savepoint_rollback(sid)


def test_the_database_keeps_one_open_merge_of_a_person_and_no_merge_with_oneself(by: User) -> None:
    a, b = PersonFactory(), PersonFactory()
    PersonMerge.objects.create(person=a, into=b, by=by, at=NOW)
    for wrong in ({"person": a, "into": b}, {"person": b, "into": b}, {"person": b, "into": a, "undone_at": NOW}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PersonMerge.objects.create(**wrong, by=by, at=NOW)


def test_only_who_may_change_every_group_of_both_says_so() -> None:
    a, b = MembershipFactory().person, MembershipFactory().person
    with pytest.raises(Forbidden):
        identity.merge(person=a, into=b, by=accounts.viewer(), at=NOW)


def test_from_the_profile_to_one_person_and_back(client: Client, by: User) -> None:
    group = BindingFactory().group
    one, two = (MembershipFactory(group=group, person=PersonFactory(name="小明")).person for _n in range(2))
    client.force_login(by)
    assert two.remote_id in client.get(reverse("members:merge", args=[one.pk])).content.decode()
    assert group.name in client.get(reverse("members:merge", args=[one.pk]), {"with": two.pk}).content.decode()
    client.post(reverse("members:merge-with", args=[one.pk, two.pk]))
    assert client.get(reverse("members:profile", args=[one.pk]))["Location"] == reverse("members:profile", args=[two.pk])
    assert one.remote_id in client.get(reverse("members:profile", args=[two.pk])).content.decode()
    assert one.remote_id in client.get(reverse("members:merge", args=[two.pk])).content.decode()
    client.post(reverse("members:part", args=[one.pk]))
    assert client.get(reverse("members:profile", args=[one.pk])).status_code == 200
