"""The send desk, the channels, the room of a group: what people see, in constant queries, and what they may do."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from groupops.accounts.models import User
from groupops.messaging import services as messaging
from groupops.messaging.fake_platform import inprocess
from groupops.messaging.fake_platform.platform import Platform
from groupops.messaging.models import Attempt, Binding, Connection, Delivery, Receipt
from groupops.messaging.policy import Decision, DeliveryState
from groupops.shared import clock
from tests.factories import accounts
from tests.factories.groups import GroupFactory
from tests.factories.messaging import BindingFactory, ConnectionFactory, DeliveryFactory, bound

pytestmark = pytest.mark.django_db
S = DeliveryState


@pytest.fixture(autouse=True)
def offered(settings: Settings) -> None:
    """An installation with a fake platform."""
    settings.FAKE_PLATFORM_URL = "http://127.0.0.1:9"


def browser(user: User) -> Client:
    """Logged in."""
    client = Client()
    client.force_login(user)
    return client


def page(client: Client, name: str, *args: Any, query: str = "", status: int = 200) -> str:
    """The text of a page."""
    answer = client.get(reverse(f"messaging:{name}", args=args) + query)
    assert answer.status_code == status
    return answer.content.decode()


def queries_of(client: Client, address: str) -> int:
    """How many a page needs."""
    with CaptureQueriesContext(database) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_the_send_desk_shows_what_goes_out_and_filters_by_url(running: Platform) -> None:
    """States, groups, channels, kinds, who has it; the pill of the view is marked and counts."""
    user = accounts.operator()
    client = browser(user)
    assert "还没有" in page(client, "deliveries", query="?state=all") or "Nothing" in page(client, "deliveries", query="?state=all")
    waits = DeliveryFactory(state=S.WAITING_PERSON, text="待贴的早安", operation="set_announcement", taken_by=user, taken_at=clock.now())
    sent = DeliveryFactory(state=S.SENT, text="已发的早安")
    assert all(text in page(client, "deliveries", query="?state=all") for text in (waits.text, sent.text))
    everywhere = ["?state=waiting_person", *[f"?state=all&{name}" for name in ("operation=set_announcement", "hands=mine")]]
    for query in (*everywhere, f"?state=all&group={waits.group_id}", f"?state=all&connection={waits.connection_id}", ""):
        shown = page(client, "deliveries", query=query)
        assert waits.text in shown
        assert sent.text not in shown
    assert waits.text not in page(client, "deliveries", query="?hands=free")
    assert sent.text in page(client, "deliveries", query="?state=sent")
    for query in ("?state=lost", "?operation=list_members", "?hands=theirs"):
        page(client, "deliveries", query=query, status=404)


def test_pills_count_each_state_within_the_other_filters(running: Platform) -> None:
    """Also the inbox, which is three states."""
    row = DeliveryFactory(state=S.WAITING_PERSON)
    for state in (S.UNKNOWN, S.FAILED, S.MISSED, S.MISSED, S.DUE, S.SENT):
        DeliveryFactory(state=state)
    client, address = browser(accounts.operator()), reverse("messaging:deliveries")

    def told(query: str) -> list[str]:
        return [str(pill["count"]) for pill in client.get(address + query).context["pills"]]

    assert told("") == ["1", "4", "1", "1", "2", "1", "1", "0", "None"]
    assert told(f"?group={row.group_id}") == ["1", "0", "0", "0", "0", "0", "0", "0", "None"]


def test_lists_cost_the_same_for_one_row_and_thirty(running: Platform) -> None:
    """Cards, their refresh, the inbox, everything; channels."""
    user = accounts.operator()
    client, desk = browser(user), reverse("messaging:deliveries")
    addresses = [desk, f"{desk}?part=cards&seen=1", f"{desk}?state=inbox", f"{desk}?state=all", reverse("messaging:connections")]

    def more(count: int) -> None:
        for n in range(count):
            DeliveryFactory(state=S.UNKNOWN)
            DeliveryFactory(state=S.WAITING_PERSON, text=f"第{n % 40}条", taken_by=user, taken_at=clock.now())
            DeliveryFactory(state=S.SENT, taken_by=user, undo_state=S.WAITING_PERSON, undo_until=clock.now() + timedelta(minutes=n + 1))

    more(1)
    few = [queries_of(client, address) for address in addresses]
    more(35)
    assert [queries_of(client, address) for address in addresses] == few


def test_pages_follow_each_other(running: Platform) -> None:
    """By keyset, with the filters in the link."""
    binding = bound(running)
    for n in range(35):
        DeliveryFactory(group=binding.group, connection=binding.connection, due_at=clock.now() - timedelta(minutes=n))
    client = browser(accounts.operator())
    first = client.get(reverse("messaging:deliveries") + f"?state=all&group={binding.group_id}")
    older = first.context["page"].older
    assert f"group={binding.group_id}" in older
    assert len(client.get(reverse("messaging:deliveries") + older).context["page"].rows) == 10


def test_a_foreign_delivery_looks_absent(running: Platform) -> None:
    """In the list, alone, and to every act."""
    row = DeliveryFactory(state=S.UNKNOWN)
    client = browser(accounts.volunteer())
    assert row.text not in page(client, "deliveries", query="?state=all")
    assert client.post(reverse("messaging:act"), {"do": "sent", "pk": row.pk}).status_code == 302
    assert Delivery.objects.get().state == S.UNKNOWN
    page(client, "delivery", row.pk, status=404)
    for address in (reverse("messaging:decide", args=[row.pk, "sent"]), reverse("messaging:undo", args=[row.pk])):
        assert client.post(address).status_code == 404


def test_a_delivery_tells_its_tries_its_receipt_and_what_may_be_decided(running: Platform) -> None:
    """A viewer sees the same without the buttons."""
    row = DeliveryFactory(state=S.UNKNOWN, why="The platform did not answer in time.")
    Attempt.objects.create(
        delivery=row, number=1, fence="0" * 32, started_at=clock.now(), ended_at=clock.now(), result="OutcomeUnknown", code="M_X"
    )
    seen = page(browser(accounts.viewer()), "delivery", row.pk)
    address = reverse("messaging:decide", args=[row.pk, "sent"])
    assert all(text in seen for text in (row.text, "OutcomeUnknown", "M_X"))
    assert address not in seen
    client = browser(accounts.operator())
    assert address in page(client, "delivery", row.pk)
    assert client.post(address).status_code == 302
    assert Receipt.objects.get().confirmed_by is not None
    undo = reverse("messaging:undo", args=[row.pk])
    assert undo in page(client, "delivery", row.pk)
    client.post(undo)
    assert Delivery.objects.get().state == S.UNKNOWN


def test_acts_need_the_right_and_a_known_name(running: Platform) -> None:
    """403 names the missing right; a decision that does not exist is 404; an old page is 409."""
    row = DeliveryFactory(state=S.SENT)
    assert browser(accounts.viewer()).post(reverse("messaging:decide", args=[row.pk, "cancel"])).status_code == 403
    client = browser(accounts.operator())
    assert client.post(reverse("messaging:decide", args=[row.pk, "explode"])).status_code == 404
    assert client.post(reverse("messaging:decide", args=[row.pk, "cancel"])).status_code == 409
    assert client.get(reverse("messaging:decide", args=[row.pk, "cancel"])).status_code == 405


@pytest.mark.parametrize("target", ["/messaging/?state=unknown", "https://evil.example/", "//evil.example"])
def test_an_act_returns_where_it_came_from_and_nowhere_else(running: Platform, target: str) -> None:
    """No open redirect."""
    row = DeliveryFactory(state=S.UNKNOWN)
    answer = browser(accounts.operator()).post(reverse("messaging:decide", args=[row.pk, "sent"]), {"next": target})
    assert answer["Location"] == (target if target.startswith("/m") else reverse("messaging:delivery", args=[row.pk]))


def test_a_delivery_tells_what_was_asked_what_was_done_instead_and_who_did_it(running: Platform) -> None:
    """The trail is for those who may read it."""
    user = accounts.operator(name="林晓")
    row = DeliveryFactory(
        state=S.WAITING_PERSON,
        operation="kick",
        user="wxid_wang",
        user_name="王芳",
        text="刷屏",
        step="by_hand",
        degraded="The platform cannot do this by itself here: a person does it.",
    )
    messaging.take(delivery=row, by=user, at=clock.now())
    messaging.decide(delivery=row, decision=Decision.SENT, by=user, at=clock.now())
    mine, theirs = (page(browser(reader), "delivery", row.pk) for reader in (user, accounts.viewer()))
    assert all(text in mine for text in ("王芳", "wxid_wang", "刷屏", "林晓"))
    assert mine.count('class="mark"') == 2
    assert 'class="mark"' not in theirs


def test_many_are_decided_with_a_form_and_without_script(running: Platform) -> None:
    """One message with its undo, one with what was skipped and why; back to where it was."""
    user = accounts.operator()
    client, rows = browser(user), [DeliveryFactory(state=S.WAITING_PERSON) for _n in range(3)]
    messaging.take(delivery=rows[2], by=accounts.operator(name="王芳"), at=clock.now())
    here = reverse("messaging:deliveries") + "?hands=free"
    answer = client.post(reverse("messaging:act"), {"do": "sent", "pk": [row.pk for row in rows], "next": here}, follow=True)
    assert answer.redirect_chain[0][0] == here
    assert [row.state for row in Delivery.objects.order_by("pk")] == [S.SENT, S.SENT, S.WAITING_PERSON]
    done, skipped = answer.context["messages"]
    assert "王芳" in str(skipped)
    client.post(done.extra_tags.removeprefix("undo:"))
    assert {row.state for row in Delivery.objects.all()} == {S.WAITING_PERSON}
    assert client.post(reverse("messaging:act"), {"do": f"cancel:{rows[0].pk}"}).status_code == 302
    assert Delivery.objects.filter(state=S.CANCELLED).count() == 1
    for wrong in ({"do": "explode", "pk": rows[0].pk}, {}):
        assert client.post(reverse("messaging:act"), wrong).status_code == 404
    assert client.post(reverse("messaging:undo-many", args=["forged"])).status_code == 404
    assert client.post(reverse("messaging:act"), {"do": "sent", "pk": "x"}).status_code == 302


def test_the_desks_script_gets_a_toast_or_a_refusal(running: Platform) -> None:
    """204 with what was done; 409 where nothing was; other pages load anew."""
    client, row = browser(accounts.operator()), DeliveryFactory(state=S.WAITING_PERSON)
    desk = {"HX-Request": "true", "HX-Current-URL": "http://testserver" + reverse("messaging:deliveries")}
    taken = client.post(reverse("messaging:act"), {"do": "take", "pk": row.pk}, headers=desk)
    assert (taken.status_code, "desk:refresh" in json.loads(taken["HX-Trigger"])) == (204, True)
    sent = client.post(reverse("messaging:act"), {"do": "sent", "pk": row.pk}, headers=desk)
    undo = json.loads(sent["HX-Trigger"])["toast"]["undo"]
    again = client.post(reverse("messaging:act"), {"do": "sent", "pk": row.pk}, headers=desk)
    assert (again.status_code, json.loads(again["HX-Trigger"])["toast"]["kind"]) == (409, "danger")
    assert client.post(reverse("messaging:act"), {"do": "sent"}, headers=desk).status_code == 409
    elsewhere = desk | {"HX-Current-URL": "http://testserver" + reverse("messaging:deliveries") + "?state=sent"}
    assert client.post(undo, headers=elsewhere)["HX-Refresh"] == "true"
    assert Delivery.objects.get().state == S.WAITING_PERSON


def test_a_refresh_of_the_cards_is_only_the_cards(running: Platform) -> None:
    """With what has become of those that were seen."""
    row, client = DeliveryFactory(state=S.SENT, text="早安"), browser(accounts.operator())
    address = reverse("messaging:deliveries") + f"?part=cards&seen={row.pk},x"
    told = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert f'data-gone="{row.pk}"' in told
    assert "<html" not in told


def test_a_viewer_sees_cards_without_buttons(running: Platform) -> None:
    """And the inbox."""
    DeliveryFactory(state=S.WAITING_PERSON, text="早安")
    DeliveryFactory(state=S.FAILED, text="失败")
    client = browser(accounts.viewer())
    for query, text in (("", "早安"), ("?state=inbox", "失败")):
        shown = page(client, "deliveries", query=query)
        assert text in shown
        assert 'value="sent"' not in shown
        assert 'value="again' not in shown


def test_a_group_is_bound_to_wechat_by_its_name(running: Platform) -> None:
    """Typed, because WeChat lists nothing; a second group of that name is refused."""
    phone = ConnectionFactory(adapter="assisted", credentials={"account": "林晓", "longest": ""})
    group, client = GroupFactory(), browser(accounts.operator())
    assert 'name="room"' in page(client, "bind", group.pk, query=f"?connection={phone.pk}")
    address = reverse("messaging:bind-to", args=[group.pk, phone.pk])
    assert client.post(address, {"room": " 产品交流  一群 "}).status_code == 302
    assert Binding.objects.get(group=group).remote_name == "产品交流 一群"
    other = reverse("messaging:bind-to", args=[GroupFactory().pk, phone.pk])
    for name in ("产品交流 一群", "产品交流  一群"):
        assert client.post(other, {"room": name}).status_code == 409
    assert client.post(other, {"room": "群" * 201}).status_code == 422


def test_a_channel_is_connected_in_the_browser(running: Platform) -> None:
    """Choose, type, tried, kept; a refusal is a 422 with the reason and without the secret."""
    client = browser(accounts.operator())
    assert reverse("messaging:connect-to", args=["matrix"]) in page(client, "connect")
    address = reverse("messaging:connect-to", args=["memory"])
    typed = {"name": "演示", "account": "bot", "url": "memory://nobody", "push_secret": "geheim"}
    refused = client.post(address, typed)
    assert refused.status_code == 422
    assert "geheim" not in refused.content.decode()
    made = client.post(address, typed | {"url": "memory://test"})
    connection = Connection.objects.get()
    assert made["Location"] == reverse("messaging:connection", args=[connection.pk])
    shown = page(client, "connection", connection.pk)
    assert "演示" in shown
    assert "geheim" not in shown + page(client, "rotate", connection.pk)


def test_a_channels_buttons(running: Platform) -> None:
    """Check, renew; pauses have a file of their own."""
    connection, client = ConnectionFactory(), browser(accounts.operator())
    assert client.post(reverse("messaging:check", args=[connection.pk])).status_code == 302
    inprocess.stop("test")
    client.post(reverse("messaging:check", args=[connection.pk]))
    assert Connection.objects.get().health == "down"
    assert client.post(reverse("messaging:rotate", args=[connection.pk]), {"account": "x"}).status_code == 422
    inprocess.start("test")
    assert client.post(reverse("messaging:rotate", args=[connection.pk]), {"push_secret": "neu"}).status_code == 302


@pytest.mark.parametrize("name", ["connections", "connect"])
def test_channels_are_for_those_who_manage_them(running: Platform, name: str) -> None:
    """Others get 403."""
    page(browser(accounts.admin()), name, status=403)


def test_a_room_is_chosen_by_name_and_size(running: Platform) -> None:
    """Rooms of the account; taken ones are told; binding leads back to the group."""
    taken = bound(running)
    running.open_room("frei", "还空着的群", {"groupops": "GroupOps", "a": "甲", "b": "乙"})
    group, client = GroupFactory(), browser(accounts.operator())
    shown = page(client, "bind", group.pk)  # the only channel is chosen by itself
    assert "还空着的群" in shown
    assert taken.group.name in shown
    answer = client.post(reverse("messaging:bind-to", args=[group.pk, taken.connection_id]), {"room": "frei"})
    assert answer["Location"] == reverse("groups:detail", args=[group.pk])
    assert Binding.objects.get(group=group).remote_size == 3
    client.post(reverse("messaging:unbind", args=[group.pk]))
    assert not Binding.objects.filter(group=group).exists()


def test_a_platform_that_is_away_is_said_on_the_page(running: Platform) -> None:
    """Not a crash."""
    connection = ConnectionFactory()
    inprocess.stop("test")
    assert "note-danger" in page(browser(accounts.operator()), "bind", GroupFactory().pk, query=f"?connection={connection.pk}")


def test_another_groups_name_is_not_told_to_those_who_cannot_see_it(running: Platform) -> None:
    """The room is only taken."""
    taken, owner = bound(running), accounts.volunteer()
    own = GroupFactory(owner=owner)
    shown = page(browser(owner), "bind", own.pk)
    assert reverse("groups:detail", args=[taken.group_id]) not in shown


# --- API -----------------------------------------------------------------------------------------------------------------
def api(client: Client, method: str, path: str, body: Any = None) -> Any:
    """An answer of the API."""
    return client.generic(method, f"/api/v1/{path}", data="" if body is None else json.dumps(body), content_type="application/json")


def test_the_api_of_connections_takes_secrets_and_gives_none(running: Platform) -> None:
    """Create, read, check, pause, resume, renew."""
    client = browser(accounts.operator())
    made = api(
        client,
        "POST",
        "connections/",
        {"name": "演示", "adapter": "memory", "credentials": {"account": "geheim-bot", "url": "memory://test"}},
    )
    assert made.status_code == 201, made.content
    path = f"connections/{made.json()['id']}/"
    for act in ("check", "pause", "resume"):
        assert api(client, "POST", path + act + "/", {}).status_code == 200
    assert api(client, "POST", path + "credentials/", {"credentials": {"push_secret": "ganz-geheim"}}).status_code == 200
    told = api(client, "GET", "connections/").content.decode() + api(client, "GET", path).content.decode()
    assert "ganz-geheim" not in told
    assert "memory://" not in told
    assert api(browser(accounts.admin()), "GET", "connections/").status_code == 403
    assert (
        api(client, "POST", "connections/", {"name": "x", "adapter": "memory", "credentials": {"account": 1}, "door": "x"}).status_code
        == 422
    )


def test_the_api_of_bindings(running: Platform) -> None:
    """Bind, read, unbind; foreign groups are absent."""
    connection, group, client = ConnectionFactory(), GroupFactory(), browser(accounts.operator())
    running.open_room("frei", "群", {"groupops": "GroupOps"})
    body = {"group": group.pk, "connection": connection.pk, "room": "frei"}
    assert api(browser(accounts.volunteer()), "POST", "bindings/", body).status_code == 404
    assert api(browser(accounts.viewer()), "POST", "bindings/", body).status_code == 403
    assert api(client, "POST", "bindings/", body).json()["room_size"] == 1
    assert api(client, "GET", f"bindings/{group.pk}/").json()["room"] == "frei"
    assert api(client, "GET", "bindings/").json()["count"] == "1"
    assert api(client, "DELETE", f"bindings/{group.pk}/").status_code == 204
    assert api(client, "POST", "bindings/", body | {"connection": 10**18}).status_code == 404


def test_the_api_of_deliveries(running: Platform) -> None:
    """List with filters, one with its attempts, decide and undo; foreign ones are absent."""
    row, client = DeliveryFactory(state=S.UNKNOWN), browser(accounts.operator())
    DeliveryFactory(state=S.SENT)
    listed = api(client, "GET", f"deliveries/?state=unknown&group={row.group_id}").json()
    assert [item["id"] for item in listed["results"]] == [row.pk]
    path = f"deliveries/{row.pk}/"
    assert api(client, "GET", path).json()["attempts"] == []
    assert api(client, "POST", path + "decide/", {"decision": "sent"}).json()["state"] == "sent"
    assert api(client, "POST", path + "decide/", {"decision": "sent"}).status_code == 409
    assert api(client, "POST", path + "undo/", {}).json()["state"] == "unknown"
    assert api(client, "POST", path + "decide/", {"decision": "explode"}).status_code == 422
    stranger = browser(accounts.volunteer())
    assert api(stranger, "GET", path).status_code == 404
    assert api(stranger, "POST", path + "decide/", {"decision": "sent"}).status_code == 404


def test_the_api_of_many_deliveries(running: Platform) -> None:
    """Take, decide, put back, undo; what is foreign looks absent and is skipped."""
    rows, user = [DeliveryFactory(state=S.WAITING_PERSON) for _n in range(2)], accounts.operator()
    client, ids = browser(user), [row.pk for row in rows]
    assert api(client, "POST", "deliveries/take/", {"ids": ids}).json() == {"done": ids, "skipped": []}
    assert api(client, "GET", f"deliveries/{ids[0]}/").json()["taken_by"] == user.pk
    other = browser(accounts.operator(name="王芳"))
    assert len(api(other, "POST", "deliveries/decide/", {"ids": ids, "decision": "sent"}).json()["skipped"]) == 2
    assert api(other, "POST", "deliveries/take/", {"ids": ids[:1], "over": True}).json()["done"] == ids[:1]
    assert api(other, "POST", "deliveries/put-back/", {"ids": ids[:1]}).json()["done"] == ids[:1]
    told = api(client, "POST", "deliveries/decide/", {"ids": [*ids, 10**9], "decision": "sent"}).json()
    assert (told["done"], [item["id"] for item in told["skipped"]]) == (ids, [10**9])
    assert api(client, "POST", "deliveries/undo/", {"ids": ids}).json()["done"] == ids
    stranger = browser(accounts.volunteer())
    assert api(stranger, "POST", "deliveries/decide/", {"ids": ids, "decision": "sent"}).json()["done"] == []
    for wrong in ({"ids": [], "decision": "sent"}, {"ids": ids, "decision": "explode"}, {"ids": ["x"], "decision": "sent"}):
        assert api(client, "POST", "deliveries/decide/", wrong).status_code == 422


def test_the_api_costs_the_same_for_one_row_and_thirty(running: Platform) -> None:
    """No query a row."""
    client = browser(accounts.operator())

    def counts() -> list[int]:
        return [queries_of(client, f"/api/v1/{name}/") for name in ("deliveries", "connections", "bindings")]

    DeliveryFactory()
    few = counts()
    for _more in range(29):
        DeliveryFactory()
    assert counts() == few


def test_a_room_belongs_to_no_second_group_through_the_api(running: Platform) -> None:
    """409, and the first keeps it."""
    binding, other = bound(running), BindingFactory().group
    body = {"group": other.pk, "connection": binding.connection_id, "room": binding.remote_id}
    assert api(browser(accounts.operator()), "POST", "bindings/", body).status_code == 409
