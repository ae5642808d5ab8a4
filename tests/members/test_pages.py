"""Roster, profile and API of the members: what they show, to whom, in how many queries."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groupops.accounts.models import User
from groupops.groups.policy import Post
from groupops.messaging.models import Binding
from groupops.shared import clock
from members.models import Membership, Person
from tests.factories.accounts import viewer, volunteer
from tests.factories.groups import StaffPostFactory
from tests.factories.inbound import chatter, crowd, happened, hear, joined, left
from tests.factories.messaging import BindingFactory

pytestmark = pytest.mark.django_db
ROSTER = "/members/"


def as_(user: User) -> Client:
    """A browser in which `user` is logged in."""
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def room() -> Binding:
    """A bound group in which three people were."""
    binding: Binding = BindingFactory()
    now = clock.now()
    hear(
        binding,
        joined(binding.remote_id, "alice", user_name="爱丽丝", occurred_at=now - timedelta(days=3)),
        happened(binding.remote_id, "bob", user_name="鲍勃", occurred_at=now - timedelta(days=40)),
        happened(binding.remote_id, "bob", user_name="鲍勃", occurred_at=now - timedelta(days=2)),
        joined(binding.remote_id, "carol", user_name="卡罗", occurred_at=now - timedelta(days=5)),
        left(binding.remote_id, "carol", user_name="卡罗", occurred_at=now - timedelta(days=1)),
        at=now,
    )
    return binding


def names(response: object) -> list[str]:
    """Who is on the page."""
    return [row.person.name for row in response.context["page"].rows]  # type: ignore[attr-defined]


def test_the_roster_shows_everybody_the_newest_first(room: Binding) -> None:
    page = as_(viewer()).get(ROSTER)
    assert names(page) == ["爱丽丝", "卡罗", "鲍勃"]
    bob = next(row for row in page.context["page"].rows if row.person.name == "鲍勃")
    assert (bob.recent, bob.join_seen) == (1, False)
    assert "未知" in page.content.decode() or "unknown" in page.content.decode()


def test_filters(room: Binding) -> None:
    other = BindingFactory()
    hear(other, happened(other.remote_id, "dan", user_name="丹"))
    client = as_(viewer())
    for query, expected in [
        ("present=yes", {"爱丽丝", "鲍勃", "丹"}),
        ("present=no", {"卡罗"}),
        ("q=爱", {"爱丽丝"}),
        ("q=BOB", {"鲍勃"}),
        (f"group={other.group_id}", {"丹"}),
        ("group=999999", set()),
        ("present=perhaps", set()),
    ]:
        assert set(names(client.get(f"{ROSTER}?{query}"))) == expected, query


def test_the_roster_costs_the_same_queries_with_1_and_30_rows() -> None:
    rooms, counts, client = [BindingFactory() for _n in range(3)], [], as_(viewer())
    for size in (1, 10):
        crowd(rooms, size)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(ROSTER).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_an_empty_roster_says_what_to_do() -> None:
    assert reverse("groups:list") in as_(viewer()).get(ROSTER).content.decode()


def test_the_export_is_exactly_the_view(room: Binding) -> None:
    Person.objects.filter(remote_id="alice").update(name="=cmd|'/c calc'!A1")
    response = as_(viewer()).get(reverse("members:export") + "?present=yes")
    lines = b"".join(response).decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert "'=cmd" in lines[1]
    assert "鲍勃" in lines[2]


def test_a_profile_shows_identities_names_and_activity(room: Binding) -> None:
    hear(room, happened(room.remote_id, "bob", user_name="鲍博士", occurred_at=clock.now()), at=clock.now())
    bob = Person.objects.get(remote_id="bob")
    page = as_(viewer()).get(reverse("members:profile", args=[bob.pk]))
    html = page.content.decode()
    assert page.status_code == 200
    assert "鲍博士" in html
    assert "鲍勃" in html
    assert sum(page.context["activity"]) == 3
    assert f"{reverse('inbound:messages', args=[room.group_id])}?person={bob.pk}" in html


def test_a_merged_identity_leads_to_its_person(room: Binding) -> None:
    alice, bob = Person.objects.get(remote_id="alice"), Person.objects.get(remote_id="bob")
    Person.objects.filter(pk=bob.pk).update(merged_into=alice)
    response = as_(viewer()).get(reverse("members:profile", args=[bob.pk]))
    assert response.headers["Location"] == reverse("members:profile", args=[alice.pk])


def test_members_of_foreign_groups_are_not_there(room: Binding) -> None:
    own = BindingFactory()
    hear(own, happened(own.remote_id, "alice"), *chatter(own, 2))
    user = volunteer()
    StaffPostFactory(user=user, group=own.group, post=Post.OWNER)
    client = as_(user)
    assert {row.group_id for row in client.get(ROSTER).context["page"].rows} == {own.group_id}
    assert names(client.get(f"{ROSTER}?group={room.group_id}")) == []
    bob, alice = Person.objects.get(remote_id="bob"), Person.objects.get(remote_id="alice")
    assert client.get(reverse("members:profile", args=[bob.pk])).status_code == 404
    shared = client.get(reverse("members:profile", args=[alice.pk]))
    assert [row.group_id for row, _words in shared.context["memberships"]] == [own.group_id]
    foreign = Membership.objects.filter(group=room.group).first()
    assert client.get(f"/api/v1/members/{foreign.pk}/").status_code == 404  # type: ignore[union-attr]
    assert client.get(f"/api/v1/persons/{bob.pk}/").status_code == 404
    assert {row["group"] for row in client.get("/api/v1/members/").json()["results"]} == {own.group_id}
    assert "bob" not in {row["remote_id"] for row in client.get("/api/v1/persons/").json()["results"]}
    assert client.get(f"/api/v1/members/?group={room.group_id}").status_code == 422
    assert "鲍勃" not in b"".join(client.get(reverse("members:export"))).decode()


def test_the_api_reads_members_and_persons(room: Binding) -> None:
    client = as_(viewer())
    rows = client.get("/api/v1/members/?present=yes").json()["results"]
    assert [(row["name"], row["present"], row["messages_30_days"]) for row in rows] == [("爱丽丝", True, 0), ("鲍勃", True, 1)]
    assert client.get("/api/v1/persons/?remote_id=carol").json()["results"][0]["name"] == "卡罗"
    assert client.get("/api/v1/members/?present=perhaps").status_code == 422
