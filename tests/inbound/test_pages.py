"""Pages and API of what groups say: what they show, to whom, in how many queries."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groupops.accounts.models import User
from groupops.groups.policy import Post
from groupops.inbound import services as inbound
from groupops.inbound.models import EventState, StoredEvent
from groupops.messaging.models import Binding
from tests.factories.accounts import admin, operator, viewer, volunteer
from tests.factories.groups import GroupFactory, StaffPostFactory
from tests.factories.inbound import NOW, chatter, happened, hear, joined, parked, understand
from tests.factories.messaging import BindingFactory

pytestmark = pytest.mark.django_db


def as_(user: User) -> Client:
    """A browser in which `user` is logged in."""
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def room() -> Binding:
    """A bound group."""
    binding: Binding = BindingFactory()
    return binding


def tab(room: Binding) -> str:
    """The messages tab's address."""
    return reverse("inbound:messages", args=[room.group_id])


def texts(response: Any) -> list[str]:
    """The texts of the rows, in order."""
    return [line["event"].text for line in response.context["lines"]]


def test_a_member_s_message_appears_with_its_trace(room: Binding) -> None:
    hear(room, happened(room.remote_id, "alice", "有人试过 <b>HTMX</b> 吗？", user_name="爱丽丝"))
    page = as_(viewer()).get(tab(room))
    html = page.content.decode()
    assert page.status_code == 200
    assert "有人试过 &lt;b&gt;HTMX&lt;/b&gt; 吗？" in html
    assert "爱丽丝" in html
    assert "2026-11-22" in html


def test_newest_first_and_older_ones_on_the_next_page(room: Binding) -> None:
    hear(room, *chatter(room, 60, people=3))
    client = as_(viewer())
    first = client.get(tab(room))
    assert texts(first)[0] == "第 59 句"
    second = client.get(tab(room) + first.context["page"].older)
    assert texts(second) == [f"第 {n} 句" for n in range(34, 9, -1)]
    assert second.context["live"] is None


def test_filters_stand_in_the_address(room: Binding) -> None:
    hear(room, happened(room.remote_id, "alice", "早"), happened(room.remote_id, "bob", "晚", occurred_at=NOW + timedelta(days=1)))
    hear(room, joined(room.remote_id, "carol"))
    client, person = as_(viewer()), StoredEvent.objects.get(remote_user="bob").person_id
    for query, expected in [
        ("q=早", ["早"]),
        ("q=bob", ["晚"]),
        ("kind=member.joined", [""]),
        (f"person={person}", ["晚"]),
        ("day=2026-11-23", ["晚"]),
        ("state=pending", []),
        ("kind=message.created&day=2026-11-22", ["早"]),
    ]:
        assert texts(client.get(f"{tab(room)}?{query}")) == expected, query


@pytest.mark.parametrize(
    "query", ["person=x", "person=-1", "person=9999999999999999999999", "day=32", "kind=x", "state=x", "q=" + "x" * 99]
)
def test_a_filter_that_makes_no_sense_shows_nothing_and_never_breaks(room: Binding, query: str) -> None:
    hear(room, happened(room.remote_id))
    page = as_(viewer()).get(f"{tab(room)}?{query}")
    assert (page.status_code, texts(page)) == (200, [])


def test_a_damaged_page_link_is_422(room: Binding) -> None:
    assert as_(viewer()).get(tab(room) + "?after=rubbish").status_code == 422


def test_an_empty_list_says_what_to_do(room: Binding) -> None:
    client = as_(operator())
    assert reverse("messaging:bind", args=[room.group_id]) not in client.get(tab(room)).content.decode()
    unbound = GroupFactory()
    html = client.get(reverse("inbound:messages", args=[unbound.pk])).content.decode()
    assert reverse("messaging:bind", args=[unbound.pk]) in html


def test_a_refresh_brings_what_is_new_and_settles_what_waited(room: Binding) -> None:
    client = as_(viewer())
    inbound.store(connection=room.connection, events=[happened(room.remote_id, text="一")], at=NOW)
    live = client.get(tab(room)).context["live"]
    url = reverse("inbound:newer", args=[room.group_id])
    assert client.get(url + live).status_code == 204
    understand(room.connection)
    settled = client.get(url + live)
    assert [line["event"].text for line in settled.context["settled"]] == ["一"]
    assert 'hx-swap-oob="true"' in settled.content.decode()
    hear(room, happened(room.remote_id, text="二"), happened(room.remote_id, text="三"))
    new = client.get(url + settled.context["live"])
    assert texts(new) == ["三", "二"]
    assert client.get(url + new.context["live"]).status_code == 204


def test_a_refresh_keeps_the_filter(room: Binding) -> None:
    client = as_(viewer())
    live = client.get(tab(room) + "?q=三").context["live"]
    hear(room, happened(room.remote_id, text="二"), happened(room.remote_id, text="三"))
    assert texts(client.get(reverse("inbound:newer", args=[room.group_id]) + live)) == ["三"]


@pytest.mark.parametrize("query", ["", "?since=x", "?since=-1&waiting=a,b,,9" + "9" * 30])
def test_a_refresh_never_breaks(room: Binding, query: str) -> None:
    assert as_(viewer()).get(reverse("inbound:newer", args=[room.group_id]) + query).status_code == 204


def test_one_event_shows_raw_json_to_those_who_may_edit_the_group(room: Binding) -> None:
    hear(room, happened(room.remote_id, raw={"secret_field": "内部"}))
    url = reverse("inbound:message", args=[StoredEvent.objects.get().pk])
    assert "secret_field" in as_(operator()).get(url).content.decode()
    for user in (viewer(), admin()):
        page = as_(user).get(url)
        assert page.status_code == 200
        assert "secret_field" not in page.content.decode()


def test_a_foreign_group_s_events_are_not_there(room: Binding) -> None:
    event = parked(room)
    stranger = volunteer()
    StaffPostFactory(user=stranger, group=BindingFactory().group, post=Post.OWNER)
    client = as_(stranger)
    for url in [
        tab(room),
        reverse("inbound:newer", args=[room.group_id]),
        reverse("inbound:message", args=[event.pk]),
        f"/api/v1/events/{event.pk}/",
    ]:
        assert client.get(url).status_code == 404, url
    assert client.post(reverse("inbound:replay", args=[event.pk])).status_code == 404
    assert client.get(reverse("inbound:parked")).context["lines"] == []
    assert client.get("/api/v1/events/").json()["results"] == []


def test_an_event_of_an_unbound_room_is_for_those_who_manage_connections(room: Binding) -> None:
    inbound.store(connection=room.connection, events=[happened("elsewhere")], at=NOW)
    url = reverse("inbound:message", args=[StoredEvent.objects.get().pk])
    assert as_(operator()).get(url).status_code == 200
    assert as_(viewer()).get(url).status_code == 404
    assert len(as_(operator()).get(reverse("inbound:parked") + "?state=dropped").context["lines"]) == 1


def test_a_parked_event_is_replayed_by_a_click(room: Binding) -> None:
    event = parked(room)
    url = reverse("inbound:replay", args=[event.pk])
    assert as_(admin()).post(url).status_code == 403
    client = as_(operator())
    assert url in client.get(reverse("inbound:message", args=[event.pk])).content.decode()
    assert client.post(url).status_code == 302
    event.refresh_from_db()
    assert event.state == EventState.PENDING
    assert client.post(url).status_code == 409
    assert client.get(url).status_code == 405


def test_all_parked_events_of_one_s_groups_are_replayed_at_once(room: Binding) -> None:
    mine, foreign = parked(room), parked(BindingFactory())
    user = volunteer()
    StaffPostFactory(user=user, group=room.group, post=Post.OWNER)
    client = as_(user)
    assert client.post(reverse("inbound:replay-all")).status_code == 302
    for event, state in ((mine, EventState.PENDING), (foreign, EventState.PARKED)):
        event.refresh_from_db()
        assert event.state == state
    assert client.post(reverse("inbound:replay-all")).status_code == 409


def test_the_list_of_parked_events(room: Binding) -> None:
    client = as_(operator())
    assert client.get(reverse("inbound:parked")).context["lines"] == []
    parked(room)
    html = client.get(reverse("inbound:parked")).content.decode()
    assert "ValueError: 坏数据" in html
    assert reverse("inbound:replay-all") in html


LISTS = {"messages": tab, "parked": lambda room: reverse("inbound:parked"), "api": lambda room: "/api/v1/events/"}


@pytest.mark.parametrize("address", LISTS.values(), ids=LISTS)
def test_lists_cost_the_same_queries_with_1_and_30_rows(room: Binding, address: Callable[[Binding], str]) -> None:
    client, counts = as_(operator()), []
    for size in (1, 29):
        inbound.store(connection=room.connection, events=chatter(room, size), at=NOW)
        understand(room.connection)
        for _n in range(size):
            parked(room)
        client.get(address(room))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address(room)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_api_reads_events_with_filters_and_positions(room: Binding) -> None:
    hear(room, *chatter(room, 5, people=2))
    client = as_(viewer())
    first = client.get("/api/v1/events/?limit=2").json()
    assert [row["text"] for row in first["results"]] == ["第 4 句", "第 3 句"]
    assert [line["step"] for line in first["results"][0]["trace"]]
    assert "raw" not in first["results"][0]
    second = client.get(first["next"]).json()
    assert [row["text"] for row in second["results"]] == ["第 2 句", "第 1 句"]
    assert len(client.get(f"/api/v1/events/?group={room.group_id}&q=第 3").json()["results"]) == 1
    assert client.get("/api/v1/events/?kind=nonsense").status_code == 422
    assert client.post("/api/v1/events/", json.dumps({}), content_type="application/json").status_code in {403, 405}
