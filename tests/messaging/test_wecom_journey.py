"""A WeCom robot in the product: connected, bound, spoken through, lost; and its key in no row of the database."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from groupops.accounts.models import User
from groupops.messaging import delivery as engine
from groupops.messaging import services as messaging
from groupops.messaging.models import Binding, Connection, Delivery, Limit
from groupops.messaging.policy import Decision, DeliveryState
from groupops.messaging.services.connections import NotAccepted, OtherAccount
from groupops.record.models import Alarm
from groupops.shared import clock
from tests.factories import accounts
from tests.factories.groups import GroupFactory
from tests.factories.messaging import DeliveryFactory
from tests.peers.door import serving
from tests.peers.wecom import Wecom

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
S = DeliveryState
KEY = "693a91f6-7aoc-4bc4-97a0-0ec2sifa5aaa"
OTHER = "693a91f6-7aoc-4bc4-97a0-0ec2sifa5bbb"


@pytest.fixture
def wecom(tmp_path: Path, settings: Settings) -> Iterator[Wecom]:
    """With two robots."""
    settings.ALLOW_PRIVATE_TARGETS = True
    with serving(Wecom(tmp_path, KEY, OTHER)) as running:
        yield running


@pytest.fixture
def founder() -> User:
    """Who does everything here."""
    return accounts.founder()


@pytest.fixture
def binding(wecom: Wecom, founder: User) -> Binding:
    """A group that is the room of the first robot."""
    typed = {"key": f"{wecom.url}/cgi-bin/webhook/send?key={KEY}", "room": "技术交流群"}
    connection = messaging.connect(name="机器人", kind="wecom_webhook", typed=typed, by=founder, at=clock.now())
    return messaging.bind(group=GroupFactory(), connection=connection, remote_id=connection.account, by=founder, at=clock.now())


def sent(binding: Binding, **values: object) -> Delivery:
    """Something due, after a worker's run."""
    delivery = DeliveryFactory(group=binding.group, connection=binding.connection, **values)
    engine.run(now=clock.now)
    delivery.refresh_from_db()
    return delivery


def test_what_is_due_arrives_with_its_receipt(wecom: Wecom, binding: Binding) -> None:
    """One message; or its parts, each with a receipt."""
    assert (binding.remote_name, binding.remote_size) == ("技术交流群", None)
    assert [(limit.times, limit.seconds) for limit in Limit.objects.filter(connection=binding.connection)] == [(20, 60)]
    short, long = sent(binding), sent(binding, text="长" * 1000)
    assert (short.state, long.state) == (S.SENT, S.SENT)
    assert short.receipt.remote_id.startswith("errcode=0 20")
    assert len(long.receipt.parts) == 2
    assert wecom.arrived(KEY)[0] == short.text
    assert len(wecom.arrived(KEY)) == 3


def test_what_is_unknown_waits_for_a_person(wecom: Wecom, binding: Binding, founder: User) -> None:
    """Nobody can look; nothing is sent a second time by itself."""
    wecom.order("does_then_resets")
    unknown = sent(binding)
    assert unknown.state == S.UNKNOWN
    for minutes in (1, 2, 60):
        engine.recover(now=lambda ahead=minutes: clock.now() + timedelta(minutes=ahead))
        engine.run(now=lambda ahead=minutes: clock.now() + timedelta(minutes=ahead))
    unknown.refresh_from_db()
    assert (unknown.state, wecom.arrived(KEY)) == (S.UNKNOWN, [unknown.text])
    assert Alarm.objects.filter(key=f"unknown:{binding.connection_id}", closed_at=None).exists()
    messaging.decide(delivery=unknown, decision=Decision.SENT, by=founder, at=clock.now())
    assert Delivery.objects.get(pk=unknown.pk).state == S.SENT


def test_a_limit_quietens_the_channel_for_a_minute(wecom: Wecom, binding: Binding) -> None:
    """And the message leaves afterwards."""
    wecom.order("limited")
    waiting = sent(binding)
    assert waiting.state == S.RETRY
    resting = Connection.objects.get().resting_until
    assert resting is not None
    assert resting > clock.now() + timedelta(seconds=55)
    engine.run(now=lambda: clock.now() + timedelta(seconds=70))
    assert wecom.arrived(KEY) == [waiting.text]


def test_a_lost_robot_pauses_the_channel_and_raises_an_alarm(wecom: Wecom, binding: Binding) -> None:
    """The message is not lost: it leaves by the next robot that the group is bound to."""
    wecom.keys.remove(KEY)
    waiting = sent(binding)
    connection = Connection.objects.get()
    assert (waiting.state, connection.paused, connection.health) == (S.RETRY, True, Connection.Health.NEEDS_LOGIN)
    assert Alarm.objects.filter(key=f"connection:{connection.pk}", closed_at=None).exists()
    assert not any(wecom.arrived(key) for key in (KEY, OTHER))


def test_a_new_key_is_a_new_channel(wecom: Wecom, binding: Binding, founder: User) -> None:
    """It may be another group's: it takes the group over only when a person binds it, and with it what waits."""
    with pytest.raises(OtherAccount):
        messaging.rotate(connection=binding.connection, typed={"key": OTHER}, by=founder, at=clock.now())
    messaging.rotate(connection=binding.connection, typed={"key": KEY}, by=founder, at=clock.now())
    wecom.keys.remove(KEY)
    waiting = sent(binding)
    typed = {"key": OTHER, "room": "技术交流群", "base": wecom.url}
    fresh = messaging.connect(name="新机器人", kind="wecom_webhook", typed=typed, by=founder, at=clock.now())
    messaging.bind(group=binding.group, connection=fresh, remote_id=fresh.account, by=founder, at=clock.now())
    engine.run(now=lambda: clock.now() + timedelta(minutes=1))
    assert wecom.arrived(OTHER) == [waiting.text]


def test_a_wrong_key_is_not_connected(wecom: Wecom, founder: User) -> None:
    """Nothing is posted to find that out."""
    typed = {"key": "wrong-key-0000", "room": "群", "base": wecom.url}
    with pytest.raises(NotAccepted):
        messaging.connect(name="机器人", kind="wecom_webhook", typed=typed, by=founder, at=clock.now())
    assert not Connection.objects.exists()


def test_the_key_stands_in_no_row_and_on_no_page(wecom: Wecom, founder: User) -> None:
    """Neither after it was typed into the form, wrongly and rightly, nor after every kind of failure."""
    client = Client()
    client.force_login(founder)
    address = f"{wecom.url}/cgi-bin/webhook/send?key={KEY}"
    wecom.keys.remove(KEY)
    form = reverse("messaging:connect-to", args=["wecom_webhook"])
    pages = [client.get(form), client.post(form, {"name": "机器人", "key": address, "room": "技术交流群"})]
    wecom.keys.add(KEY)
    made = client.post(form, {"name": "机器人", "key": address, "room": "技术交流群"})
    connection = Connection.objects.get()
    group = GroupFactory()
    bound = client.post(reverse("messaging:bind-to", args=[group.pk, connection.pk]), {"room": connection.account})
    assert ([page.status_code for page in pages], made.status_code, bound.status_code) == ([200, 422], 302, 302)
    for name in ("limited", "does_then_resets", "bad_gateway", "restricted", "wrong_credential"):
        wecom.order(name)
        Connection.objects.update(paused=False, resting_until=None)
        tried = sent(group.binding)
        pages.append(client.get(reverse("messaging:delivery", args=[tried.pk])))
    pages += [client.get(reverse(f"messaging:{where}", args=[connection.pk])) for where in ("connection", "rotate")]
    pages.append(client.get(reverse("messaging:bind", args=[group.pk]) + f"?connection={connection.pk}"))
    rows = [str(list(model._default_manager.values())) for model in apps.get_models()]
    assert not any(KEY in shown for shown in [*rows, *(page.content.decode() for page in pages)])
    assert "技术交流群" in pages[-1].content.decode()
