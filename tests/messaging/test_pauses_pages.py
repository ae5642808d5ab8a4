"""Stopping and going on by hand and over the API: the banner on every page, the forms, the room that is doubted."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client
from django.urls import reverse

from groupops.accounts.models import User
from groupops.messaging import services as messaging
from groupops.messaging import targets
from groupops.messaging.fake_platform.platform import Platform
from groupops.messaging.models import Binding, Connection, Delivery, Pause
from groupops.messaging.policy import DeliveryState, Sort, text_key
from groupops.shared import clock
from tests.factories import accounts
from tests.factories.messaging import BindingFactory, ConnectionFactory, DeliveryFactory, bound

pytestmark = pytest.mark.django_db
S = DeliveryState


def browser(user: User) -> Client:
    """Logged in."""
    client = Client()
    client.force_login(user)
    return client


def address(name: str, *args: object) -> str:
    """Of a page."""
    return reverse(f"messaging:{name}", args=args)


def shown(client: Client, url: str) -> str:
    """The text of a page."""
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def stop(place: Any, *sorts: Sort) -> None:
    """By an operator, for a reason."""
    messaging.pause(place=place, sorts=sorts or [Sort.SPEAKING], reason="平台异常", by=accounts.operator(name="周敏"), at=clock.now())


def test_everything_is_paused_and_every_page_says_so() -> None:
    """With who and why; only those who may get the way out."""
    DeliveryFactory()
    client, viewer = browser(accounts.operator(name="林晓")), browser(accounts.viewer())
    assert address("pause-all") in shown(client, reverse("today"))
    assert address("pause-all") not in shown(viewer, reverse("today"))
    answer = client.post(address("pause-all"), {"sorts": ["speaking"], "reason": "平台异常"})
    assert answer["Location"] == address("pauses")
    for page in (reverse("today"), address("deliveries"), reverse("groups:list")):
        assert all(text in shown(client, page) for text in ("平台异常", "林晓", address("resume-all")))
        assert "平台异常" in shown(viewer, page)
        assert address("resume-all") not in shown(viewer, page)
    assert "1" in shown(client, address("resume-all"))
    assert client.post(address("resume-all"), {"sorts": ["speaking"], "afterwards": "spread"}).status_code == 302
    assert "平台异常" not in shown(client, reverse("today"))


def test_a_form_without_a_choice_comes_back() -> None:
    """422, and nothing stands still."""
    client = browser(accounts.operator())
    for body in ({}, {"sorts": ["everything"]}, {"reason": "x"}, {"sorts": ["speaking"], "reason": "长" * 201}):
        assert client.post(address("pause-all"), body).status_code == 422
    assert not Pause.objects.exists()
    stop(None, *Sort)
    assert client.post(address("resume-all"), {"afterwards": "spread"}).status_code == 422
    assert client.post(address("resume-all"), {"sorts": ["speaking"], "afterwards": "burst"}).status_code == 422
    assert Pause.objects.count() == 2


def test_a_pause_is_undone_by_its_toast() -> None:
    """Only what it stopped; what somebody else had stopped stays."""
    connection, client = ConnectionFactory(), browser(accounts.operator())
    stop(connection, Sort.ENFORCING)
    answer = client.post(address("pause", connection.pk), {"sorts": ["speaking"]}, follow=True)
    [message] = answer.context["messages"]
    assert client.post(message.extra_tags.removeprefix("undo:")).status_code == 302
    assert [pause.sort for pause in Pause.objects.all()] == ["enforcing"]


def test_going_on_offers_what_would_leave_and_three_ways() -> None:
    """The count, the list, and the choice is carried out."""
    row = DeliveryFactory()
    DeliveryFactory(connection=row.connection, due_at=clock.now() + timedelta(hours=1), state=S.PLANNED)
    client, url = browser(accounts.operator()), address("resume", row.connection_id)
    stop(row.connection)
    page = shown(client, url)
    assert f"{address('deliveries')}?state=open&amp;connection={row.connection_id}" in page
    assert all(f'value="{way}"' in page for way in ("spread", "ask", "drop"))
    client.post(url, {"sorts": ["speaking"], "afterwards": "ask"})
    assert Delivery.objects.get(pk=row.pk).state == S.WAITING_PERSON
    assert client.post(url, {"sorts": ["speaking"], "afterwards": "ask"}).status_code == 302  # somebody was faster: nothing stood still


def test_a_lost_channel_has_its_own_words_and_the_same_way_back() -> None:
    """The page says that nothing at all leaves."""
    connection, client = ConnectionFactory(paused=True, health="needs_login"), browser(accounts.operator())
    assert address("resume", connection.pk) in shown(client, address("connection", connection.pk))
    assert client.get(address("resume", connection.pk)).status_code == 200
    assert client.post(address("resume", connection.pk), {"afterwards": "spread"}).status_code == 302
    assert not Connection.objects.get().paused


def test_a_group_is_paused_on_its_page() -> None:
    """The note stands on its pages; the list of pauses tells of it to those who see the group."""
    binding = BindingFactory()
    client, stranger = browser(accounts.operator()), browser(accounts.volunteer())
    detail = reverse("groups:detail", args=[binding.group_id])
    assert address("pause-group", binding.group_id) in shown(client, detail)
    client.post(address("pause-group", binding.group_id), {"sorts": ["speaking", "enforcing"], "reason": "群里有活动"})
    for page in (detail, address("bind", binding.group_id), address("pauses")):
        assert "群里有活动" in shown(client, page)
    assert "群里有活动" not in shown(stranger, address("pauses"))
    assert stranger.post(address("resume-group", binding.group_id), {}).status_code == 404
    assert browser(accounts.viewer()).post(address("resume-group", binding.group_id), {}).status_code == 403
    client.post(address("resume-group", binding.group_id), {"sorts": ["speaking"], "afterwards": "spread"})
    assert [pause.sort for pause in Pause.objects.all()] == ["enforcing"]


def test_the_reasons_on_a_deliverys_page() -> None:
    """The pause that holds it back; the message that said the same."""
    tag = Template("{% load pauses %}{% held_back delivery %}")
    text = "今天的日程安排"
    said = DeliveryFactory(text=text, text_key=text_key(text), state=S.SENT, settled_at=clock.now())
    row = DeliveryFactory(group=said.group, connection=said.connection, text=text, text_key=text_key(text))
    assert tag.render(Context({"delivery": row})).strip() == ""
    stop(row.group)
    assert "平台异常" in tag.render(Context({"delivery": row}))
    Delivery.objects.filter(pk=row.pk).update(state=S.WAITING_PERSON)
    assert address("delivery", said.pk) in tag.render(Context({"delivery": Delivery.objects.get(pk=row.pk)}))


def test_a_doubted_room_is_confirmed_on_its_page(running: Platform) -> None:
    """What it was, why it is doubted, and one button."""
    binding, client = bound(running), browser(accounts.operator())
    Binding.objects.update(mismatch=targets.OTHER_NAME)
    running.rooms[binding.remote_id].name = "改名后的群"
    page = shown(client, address("bind", binding.group_id))
    assert address("confirm-room", binding.group_id) in page
    assert client.post(address("confirm-room", binding.group_id)).status_code == 302
    assert Binding.objects.get().remote_name == "改名后的群"
    assert address("confirm-room", binding.group_id) not in shown(client, address("bind", binding.group_id))


# --- API ---------------------------------------------------------------------------------------------------------------------
def api(client: Client, method: str, path: str, body: Any = None) -> Any:
    """An answer of the API."""
    return client.generic(method, f"/api/v1/{path}", data="" if body is None else json.dumps(body), content_type="application/json")


def test_pauses_over_the_api() -> None:
    """Everything, a channel, a group: made once, listed, ended."""
    row, client = DeliveryFactory(), browser(accounts.operator())
    for place in ({}, {"connection": row.connection_id}, {"group": row.group_id}):
        made = api(client, "POST", "pauses/", {"sort": "speaking", "reason": "演练"} | place)
        assert made.status_code == 201, made.content
        assert api(client, "POST", "pauses/", {"sort": "speaking"} | place).json()["id"] == made.json()["id"]
        assert api(client, "GET", f"pauses/{made.json()['id']}/").json()["reason"] == "演练"
        assert api(client, "POST", f"pauses/{made.json()['id']}/resume/", {"afterwards": "drop"}).status_code == 204
    assert Delivery.objects.get().state == S.CANCELLED
    assert api(client, "GET", "pauses/").json()["results"] == []


def test_the_api_refuses_what_cannot_be() -> None:
    """Two places, no sort, foreign groups, no right."""
    row, client = DeliveryFactory(), browser(accounts.operator())
    both = {"sort": "speaking", "connection": row.connection_id, "group": row.group_id}
    assert api(client, "POST", "pauses/", both).status_code in (400, 422)
    assert api(client, "POST", "pauses/", {}).status_code in (400, 422)
    assert api(client, "POST", "pauses/", {"sort": "speaking", "group": 999999}).status_code == 404
    for user, place, code in (
        (accounts.volunteer(), {"group": row.group_id}, 404),
        (accounts.viewer(), {"group": row.group_id}, 403),
        (accounts.admin(), {"connection": row.connection_id}, 403),
        (accounts.admin(), {}, 403),
    ):
        assert api(browser(user), "POST", "pauses/", {"sort": "speaking"} | place).status_code == code
    assert not Pause.objects.exists()


def test_a_channels_pause_over_its_own_address(running: Platform) -> None:
    """Both sorts unless one is named; a room is confirmed beside it."""
    binding, client = bound(running), browser(accounts.operator())
    path = f"connections/{binding.connection_id}/"
    assert api(client, "POST", path + "pause/", {"sorts": ["enforcing"]}).json()["paused"] == ["enforcing"]
    assert api(client, "POST", path + "pause/", {}).json()["paused"] == ["enforcing", "speaking"]
    assert api(client, "POST", path + "resume/", {}).json()["paused"] == []
    Binding.objects.update(mismatch=targets.OTHER_NAME)
    assert api(client, "POST", f"bindings/{binding.group_id}/confirm/", {}).json()["mismatch"] == ""
