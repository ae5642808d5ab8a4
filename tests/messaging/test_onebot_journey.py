"""A OneBot in the product: connected in a form, bound, spoken through, listened to at the real door; its secrets in no row."""

import json
import random
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from groupops.accounts.models import User
from groupops.inbound.models import EventState, StoredEvent
from groupops.messaging import delivery as engine
from groupops.messaging import services as messaging
from groupops.messaging.adapter import Operation
from groupops.messaging.models import Binding, Connection, Delivery, Limit, Refusal
from groupops.messaging.policy import DeliveryState
from groupops.messaging.services.connections import OtherAccount
from groupops.record.models import Alarm
from groupops.shared import clock
from members.models import Membership
from tests.factories import accounts
from tests.factories.groups import GroupFactory
from tests.factories.inbound import understand
from tests.factories.messaging import DeliveryFactory
from tests.peers.door import serving
from tests.peers.onebot import SELF, OneBot, Report

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
S = DeliveryState
TOKEN, SECRET, ROOM, WANG, LI = "token-4711", "push-secret", 821000001, 20002, 20003


@pytest.fixture
def bot(tmp_path: Path, settings: Settings) -> Iterator[OneBot]:
    """With one group."""
    settings.ALLOW_PRIVATE_TARGETS = True
    with serving(OneBot(tmp_path, token=TOKEN, secret=SECRET)) as running:
        running.open(ROOM, "技术交流群", 王芳=WANG)
        yield running


@pytest.fixture
def founder() -> User:
    """Who does everything here."""
    return accounts.founder()


@pytest.fixture
def client(founder: User) -> Client:
    """Their browser."""
    browser = Client()
    browser.force_login(founder)
    return browser


@pytest.fixture
def binding(bot: OneBot, client: Client) -> Binding:
    """Connected and bound through the forms."""
    typed = {"name": "小助手", "url": bot.url, "token": TOKEN, "secret": SECRET}
    assert client.post(reverse("messaging:connect-to", args=["onebot11"]), typed).status_code == 302
    connection, group = Connection.objects.get(), GroupFactory()
    rooms = client.get(reverse("messaging:bind", args=[group.pk]) + f"?connection={connection.pk}")
    assert "技术交流群" in rooms.content.decode()
    assert client.post(reverse("messaging:bind-to", args=[group.pk, connection.pk]), {"room": str(ROOM)}).status_code == 302
    return Binding.objects.select_related("connection", "group").get()


def carried(binding: Binding, **values: object) -> Delivery:
    """Something due, after a worker's run."""
    delivery = DeliveryFactory(group=binding.group, connection=binding.connection, **values)
    engine.run(now=clock.now)
    delivery.refresh_from_db()
    return delivery


def pushed(binding: Binding, report: Report, **headers: str) -> int:
    """The status of the door's answer."""
    url = f"/in/{binding.connection.door}/"
    given = {name: value for name, value in (report.headers | headers).items() if name != "Content-Type" and value}
    client = Client(raise_request_exception=False)
    return client.generic("POST", url, report.body, content_type="application/json", headers=given).status_code


def kept(binding: Binding) -> list[tuple[str, str]]:
    """Kind and text of what is stored, in order."""
    return list(StoredEvent.objects.filter(connection=binding.connection).order_by("pk").values_list("kind", "text"))


def test_it_speaks_and_enforces(bot: OneBot, binding: Binding) -> None:
    """A message with its id, a mute with its end, a removal; each seen on the fake."""
    assert (binding.remote_name, binding.remote_size, binding.connection.account) == ("技术交流群", 2, str(SELF))
    assert [limit.times for limit in Limit.objects.filter(connection=binding.connection).order_by("times")] == [6, 20]
    said = carried(binding, text="早安 [CQ:at,qq=all]")
    assert (said.state, bot.said(group=ROOM)) == (S.SENT, ["早安 [CQ:at,qq=all]"])
    assert int(said.receipt.remote_id) in bot.messages
    end = clock.now() + timedelta(hours=1)
    muted = carried(binding, operation=Operation.MUTE, user=str(WANG), until=end, text="")
    assert (muted.state, muted.step) == (S.SENT, "asked")  # the platform ends it: nothing waits for its hour
    assert abs(bot.groups[ROOM].members[WANG]["shut_up_timestamp"] - end.timestamp()) < 60
    kicked = carried(binding, operation=Operation.KICK, user=str(WANG), text="")
    assert (kicked.state, WANG in bot.groups[ROOM].members) == (S.SENT, False)


def test_a_time_out_that_was_none_is_not_said_again(bot: OneBot, binding: Binding) -> None:
    """It waits for a person; what can be looked at is found."""
    bot.answers["send_group_msg"] = (200, b'{"status": "failed", "retcode": 1200, "data": null, "message": "Timeout: NTEvent"}')
    unknown = carried(binding)
    bot.order("does_then_resets", "set_group_kick")
    kicked = carried(binding, operation=Operation.KICK, user=str(WANG), text="")
    assert (unknown.state, kicked.state) == (S.UNKNOWN, S.UNKNOWN)
    for minutes in (1, 2, 60):
        engine.recover(now=lambda ahead=minutes: clock.now() + timedelta(minutes=ahead))
        engine.run(now=lambda ahead=minutes: clock.now() + timedelta(minutes=ahead))
    unknown.refresh_from_db()
    kicked.refresh_from_db()
    assert (unknown.state, kicked.state) == (S.UNKNOWN, S.SENT)
    assert [action for action, _params in bot.called].count("set_group_kick") == 1
    assert bot.said(group=ROOM) == []


def test_without_the_extension_an_announcement_is_a_message_under_a_heading(bot: OneBot, binding: Binding) -> None:
    """Learned once."""
    bot.without.add("_send_group_notice")
    for text in ("明天停课", "后天也停课"):
        announced = carried(binding, operation=Operation.ANNOUNCE, text=text)
        engine.run(now=lambda: clock.now() + timedelta(minutes=1))
        announced.refresh_from_db()
        assert (announced.state, announced.step) == (S.SENT, "headed")
    assert bot.said(group=ROOM) == ["【群公告】\n明天停课", "【群公告】\n后天也停课"]
    assert [action for action, _params in bot.called].count("_send_group_notice") == 1
    assert Refusal.objects.get().operation == Operation.ANNOUNCE


def test_a_lost_login_pauses_the_channel(bot: OneBot, binding: Binding) -> None:
    """And a person is told outside the chat."""
    bot.token = "another"
    waiting = carried(binding)
    connection = Connection.objects.get()
    assert (waiting.state, connection.paused, connection.health) == (S.RETRY, True, Connection.Health.NEEDS_LOGIN)
    assert Alarm.objects.filter(key=f"connection:{connection.pk}", closed_at=None).exists()


def test_another_account_is_another_channel(bot: OneBot, binding: Binding, founder: User) -> None:
    """Its groups would not be these groups. A new secret for the same account is fine."""
    messaging.rotate(connection=binding.connection, typed={"secret": "new"}, by=founder, at=clock.now())
    bot.account = 999
    with pytest.raises(OtherAccount):
        messaging.rotate(connection=binding.connection, typed={"secret": "newer"}, by=founder, at=clock.now())


def test_what_happens_in_the_group_comes_in_by_the_door(bot: OneBot, binding: Binding) -> None:
    """Somebody joins, speaks, leaves; our own words are kept and not counted; a heartbeat leaves nothing behind."""
    bot.join(ROOM, LI, "李雷")
    bot.say(ROOM, LI, "大家好 [CQ:image,file=a.jpg]")
    carried(binding, text="欢迎")
    bot.leave(ROOM, LI, by=WANG)
    bot.report("meta_event", meta_event_type="heartbeat", status={"online": True, "good": True}, interval=5000)
    assert [pushed(binding, report) for report in bot.reports] == [204] * 5
    assert kept(binding) == [("member.joined", ""), ("message.created", "大家好 [图片]"), ("message.created", "欢迎"), ("member.left", "")]
    understand(binding.connection, at=clock.now())
    states = StoredEvent.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [EventState.DONE, EventState.DONE, EventState.DROPPED, EventState.DONE]
    stay = Membership.objects.get(group=binding.group)
    assert (stay.person.remote_id, stay.person.name, stay.left_at is None) == (str(LI), "李雷", False)


def test_an_event_ten_times_over_in_any_order_is_one(bot: OneBot, binding: Binding) -> None:
    """By its key."""
    bot.join(ROOM, LI, "李雷")
    for text in ("一", "二", "二"):
        bot.say(ROOM, LI, text)
    requests = bot.reports * 10
    random.Random(7).shuffle(requests)
    assert {pushed(binding, report) for report in requests} == {204}
    assert sorted(kept(binding)) == [("member.joined", ""), ("message.created", "一"), ("message.created", "二"), ("message.created", "二")]
    understand(binding.connection, at=clock.now())
    for report in requests[:5]:
        assert pushed(binding, report) == 204
    assert understand(binding.connection, at=clock.now()) == 0
    assert Membership.objects.count() == 1


def bad(bot: OneBot) -> dict[str, tuple[Report, dict[str, str], int]]:
    """Requests that are refused: what is pushed, which headers differ, and the answer."""
    now = int(time.time())
    event: dict[str, Any] = {"time": now, "self_id": SELF, "post_type": "message", "message_type": "group", "group_id": ROOM}
    event |= {"user_id": LI, "message_id": 5, "message": "假的"}

    def made(**fields: Any) -> Report:
        return bot.signed(json.dumps(event | fields).encode())

    genuine = made()
    return {
        "unsigned": (genuine, {"X-Signature": ""}, 401),
        "forged": (Report(genuine.headers, genuine.body + b" "), {}, 401),
        "of another scheme": (genuine, {"X-Signature": genuine.headers["X-Signature"].replace("sha1", "sha256")}, 401),
        "not ASCII": (genuine, {"X-Signature": "sha1=é"}, 401),
        "stale": (made(time=now - 90_000), {}, 401),
        "of another account": (made(self_id=999), {"X-Self-ID": "999"}, 401),
        "under another account": (genuine, {"X-Self-ID": "999"}, 401),
        "of nobody": (genuine, {"X-Self-ID": ""}, 401),
        "oversized": (made(message="长" * 400_000), {}, 413),
        "malformed": (bot.signed(b'{"time":'), {}, 400),
        "no event": (bot.signed(b"[]"), {}, 400),
        "without a time": (made(time=None), {}, 400),
        "without an id": (made(message_id=None), {}, 400),
    }


def test_what_is_bad_is_refused_and_nothing_is_stored(bot: OneBot, binding: Binding) -> None:
    """Unsigned, forged, stale, oversized, malformed, of another account."""
    requests = bad(bot)
    answers = {name: pushed(binding, report, **headers) for name, (report, headers, _status) in requests.items()}
    assert answers == {name: status for name, (_report, _headers, status) in requests.items()}
    assert not StoredEvent.objects.exists()


def test_without_a_secret_every_event_is_refused(bot: OneBot, client: Client) -> None:
    """Even one that nobody signed."""
    typed = {"name": "小助手", "url": bot.url, "token": TOKEN, "secret": ""}
    assert client.post(reverse("messaging:connect-to", args=["onebot11"]), typed).status_code == 302
    bot.secret = ""
    bot.say(ROOM, WANG, "你好")
    url = f"/in/{Connection.objects.get().door}/"
    refused = Client().generic("POST", url, bot.reports[-1].body, content_type="application/json", headers={"X-Self-ID": str(SELF)})
    assert refused.status_code == 401
    assert not StoredEvent.objects.exists()


def test_the_secrets_stand_in_no_row_and_on_no_page(bot: OneBot, client: Client, binding: Binding) -> None:
    """Neither after they were typed wrongly, nor after failures."""
    form = reverse("messaging:connect-to", args=["onebot11"])
    pages = [client.post(form, {"name": "二号", "url": bot.url, "token": f"{TOKEN}-wrong", "secret": SECRET})]
    assert pages[0].status_code == 422
    for name in ("limited", "does_then_resets", "bad_gateway", "lost_rights", "gone"):
        bot.order(name, "send_group_msg")
        Connection.objects.update(paused=False, resting_until=None)
        tried = carried(binding)
        pages.append(client.get(reverse("messaging:delivery", args=[tried.pk])))
    pages += [client.get(reverse(f"messaging:{where}", args=[binding.connection.pk])) for where in ("connection", "rotate")]
    assert binding.connection.door in pages[-2].content.decode()
    rows = [str(list(model._default_manager.values())) for model in apps.get_models()]
    shown = [*rows, *(page.content.decode() for page in pages)]
    assert not any(secret in text for secret in (TOKEN, SECRET) for text in shown)
