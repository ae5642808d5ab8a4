"""A channel on a real homeserver: connected by a person, orders carried out, restarts on both sides, the homeserver pushing."""

import threading
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from nio import RoomSendError
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from groupops.accounts.models import User
from groupops.groups.models import Group
from groupops.inbound import tasks as inbound_tasks
from groupops.inbound.models import StoredEvent
from groupops.messaging import services as messaging
from groupops.messaging import tasks as messaging_tasks
from groupops.messaging.adapter import Action, Operation
from groupops.messaging.adapters.matrix import MatrixAppservice
from groupops.messaging.models import Attempt, Connection, Delivery, Limit
from groupops.messaging.outbox import Wish
from groupops.messaging.policy import DeliveryState
from groupops.record.models import AuditEntry
from members.models import Membership
from tests import processes
from tests.factories import accounts
from tests.factories.groups import GroupFactory
from tests.synapse.foreign import Foreign
from tests.synapse.homeserver import Account, Homeserver

pytestmark = [pytest.mark.synapse, pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
NAME = "技术交流群"


class Journey:
    """A founder at the browser, our account, a member who made the room."""

    def __init__(self, homeserver: Homeserver, foreign: Foreign) -> None:
        self.homeserver, self.foreign = homeserver, foreign
        self.tag = uuid.uuid4().hex[:8]
        self.owner, self.guest = homeserver.create_user(f"owner-{self.tag}"), homeserver.create_user(f"guest-{self.tag}")
        self.founder: User = accounts.founder()
        self.browser = Client()
        self.browser.force_login(self.founder)
        self.group: Group = GroupFactory(name=f"{NAME} {self.tag}")
        self.room = ""

    def connect(self, kind: str, **typed: str) -> Connection:
        """The form, sent."""
        values = {"name": f"渠道 {self.tag}", "homeserver": self.homeserver.base_url, **typed}
        answer = self.browser.post(reverse("messaging:connect-to", args=[kind]), values)
        assert answer.status_code == 302, answer.content.decode()
        Limit.objects.all().delete()  # this homeserver has none
        return Connection.objects.get()

    def bind(self, connection: Connection) -> None:
        """The room is chosen among those that are offered."""
        page = self.browser.get(reverse("messaging:bind", args=[self.group.pk]) + f"?connection={connection.pk}").content.decode()
        assert self.room in page
        answer = self.browser.post(reverse("messaging:bind-to", args=[self.group.pk, connection.pk]), {"room": self.room})
        assert answer.status_code == 302, answer.content.decode()
        self.group.refresh_from_db()
        inbound_tasks.fetch()  # the first look begins at the present

    def order(self, operation: Operation = Operation.SEND_GROUP, **values: Any) -> Delivery:
        """What the founder wants."""
        wish = Wish(operation=operation, **values)
        return messaging.order(group=self.group, wish=wish, by=self.founder, at=timezone.now())

    def done(self, operation: Operation = Operation.SEND_GROUP, **values: Any) -> Delivery:
        """The same, carried out."""
        delivery = self.order(operation, **values)
        messaging_tasks.deliver()
        delivery.refresh_from_db()
        assert (delivery.state, delivery.why) == (DeliveryState.SENT, "")
        return delivery

    def may_speak(self, who: Account) -> bool:
        """They try."""
        content = {"msgtype": "m.text", "body": "能说话吗"}
        return not isinstance(self.foreign.do(who, lambda client: client.room_send(self.room, "m.room.message", content)), RoomSendError)

    def heard(self) -> list[str]:
        """What was stored of others' words, in their order."""
        rows = StoredEvent.objects.filter(kind="message.created", own=False, remote_group=self.room)
        return list(rows.order_by("occurred_at", "pk").values_list("text", flat=True))

    def texts(self) -> list[str]:
        """What stands in the room."""
        return self.foreign.texts(self.owner, self.room)


@pytest.fixture
def journey(homeserver: Homeserver, foreign: Foreign, settings: Settings) -> Journey:
    """The homeserver is on the loopback."""
    settings.ALLOW_PRIVATE_TARGETS = True
    return Journey(homeserver, foreign)


@pytest.fixture
def account(journey: Journey) -> Connection:
    """An account that was connected by its password, and a bound room in which it has every right."""
    bot = journey.homeserver.create_user(f"bot-{journey.tag}")
    journey.room = journey.foreign.open_room(journey.owner, bot, name=NAME)
    connection = journey.connect("matrix", user=bot.user_id, password=bot.password)
    journey.bind(connection)
    return connection


def past(rows: Any, *fields: str) -> None:
    """Leases and waits run out without waiting: what the clock is compared with is moved, to one moment."""
    moment = timezone.now() - timedelta(minutes=10)
    for field in fields:
        rows.filter(**{f"{field}__isnull": False}).update(**{field: moment})


def until(met: Callable[[], bool], seconds: float = 20) -> None:
    """The homeserver pushes when it likes."""
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_orders_are_carried_out(journey: Journey, account: Connection) -> None:
    """A post, an announcement, a recall, a mute that ends by itself although we were restarted, a removal; each with its receipt."""
    foreign, guest = journey.foreign, journey.guest
    foreign.must(guest, lambda client: client.join(journey.room))
    receipt = journey.done(text="今晚九点见").receipt
    assert foreign.text_of(journey.owner, journey.room, receipt.remote_id) == "今晚九点见"
    announced = journey.done(Operation.ANNOUNCE, text="本周主题：并发")
    assert foreign.state(journey.owner, journey.room, "m.room.topic")["topic"] == "本周主题：并发"
    assert foreign.state(journey.owner, journey.room, "m.room.pinned_events")["pinned"] == [announced.receipt.remote_id]
    spam = foreign.say(guest, journey.room, "低价代购")
    journey.done(Operation.DELETE_MESSAGE, message=spam, text="广告")
    assert foreign.text_of(journey.owner, journey.room, spam) is None
    journey.done(Operation.MUTE, user=guest.user_id, until=timezone.now() + timedelta(hours=1))
    assert not journey.may_speak(guest)
    end = Delivery.objects.get(operation=Operation.UNMUTE)
    assert end.state == DeliveryState.PLANNED
    past(Delivery.objects.filter(operation__in=[Operation.MUTE, Operation.UNMUTE]), "until", "due_at")  # the hour is over
    assert processes.run("from groupops.messaging import tasks; tasks.deliver()").returncode == 0  # another process: we were restarted
    end.refresh_from_db()
    assert (end.state, end.why) == (DeliveryState.SENT, "")
    assert journey.may_speak(guest)
    journey.done(Operation.KICK, user=guest.user_id, text="多次广告")
    assert guest.user_id not in foreign.members(journey.owner, journey.room)


def test_restarts_on_both_sides_lose_and_double_nothing(journey: Journey, account: Connection) -> None:
    """The homeserver is killed while messages leave; meanwhile members talk, and nobody of ours listens for a while."""
    said = [f"我说的第{n}句" for n in range(70)]  # more than one sync tells
    wanted = [f"第{n}条通知" for n in range(12)]
    for text in said[:60]:
        journey.foreign.say(journey.owner, journey.room, text)
    for text in wanted:
        journey.order(text=text)
    killer = threading.Timer(0.4, journey.homeserver.stop, kwargs={"kill": True})
    killer.start()
    messaging_tasks.deliver()
    killer.join()
    journey.homeserver.start()  # here: what a thread starts dies with it
    journey.foreign.close()
    for text in said[60:]:
        journey.foreign.say(journey.owner, journey.room, text)
    for _tick in range(12):
        rows = Delivery.objects.exclude(state=DeliveryState.SENT)
        if not rows.exists():
            break
        past(rows, "not_before", "lease_until")
        past(Attempt.objects.filter(delivery__in=rows), "started_at")
        past(Connection.objects.all(), "resting_until")
        messaging_tasks.recover()
        messaging_tasks.deliver()
    assert not Delivery.objects.exclude(state=DeliveryState.SENT).exists()
    assert sorted(text for text in journey.texts() if "通知" in text) == sorted(wanted)
    past(Connection.objects.all(), "fetch_lease")
    inbound_tasks.fetch()
    inbound_tasks.fetch()
    assert journey.heard() == said


def test_the_homeserver_pushes(journey: Journey, live_server: LiveServer, settings: Settings) -> None:
    """Registered by its file, tested by its ping; what it pushes counts once, whatever else tells it; away and back, nothing is missing."""
    settings.PUBLIC_URL = live_server.url
    user, browser, foreign = f"@groupops-{journey.tag}:{journey.homeserver.server_name}", journey.browser, journey.foreign
    connection = journey.connect("matrix_appservice", user=user)
    assert connection.health == Connection.Health.DEGRADED
    registration = reverse("messaging:appservice", args=[connection.pk])
    file = browser.get(reverse("messaging:appservice-file", args=[connection.pk]))
    assert AuditEntry.objects.filter(verb="connection.registration").exists()
    test = reverse("messaging:appservice-test", args=[connection.pk])
    assert browser.post(test).headers["Location"] == registration  # the homeserver does not know us yet
    journey.homeserver.register("groupops.yaml", file.content.decode())
    journey.homeserver.restart()
    foreign.close()
    tested = browser.post(test)
    assert tested.headers["Location"] == reverse("messaging:connection", args=[connection.pk]) != registration
    connection.refresh_from_db()
    assert (connection.health, connection.account) == (Connection.Health.OK, user)

    foreign.must(journey.owner, lambda client: client.set_displayname("王芳"))
    journey.room = str(foreign.must(journey.owner, lambda client: client.room_create(name=NAME, invite=[user])).room_id)
    journey.bind(connection)
    foreign.say(journey.owner, journey.room, "推送来的话")
    until(lambda: journey.heard() == ["推送来的话"])
    inbound_tasks.process()
    membership = Membership.objects.get(group=journey.group, person__remote_id=journey.owner.user_id)
    assert membership.person.name == "王芳"
    journey.done(text="收到")
    inbound_tasks.fetch()
    until(lambda: StoredEvent.objects.filter(text="收到", own=True, state="dropped").count() == 1)
    assert journey.heard() == ["推送来的话"]
    _away_and_back(journey, connection)
    _forged(connection)


def _away_and_back(journey: Journey, connection: Connection) -> None:
    """Our door is shut, the homeserver is restarted: it has forgotten our transactions, and waits before it pushes again."""
    adapter = MatrixAppservice(connection.credentials)
    sent = Action(key=f"away-{journey.tag}", group=journey.room, text="重启前发的")
    adapter.send_group(sent)
    Connection.objects.update(door="shut-for-a-while")
    said = [f"你们不在时的第{n}句" for n in range(60)]
    for text in said:
        journey.foreign.say(journey.owner, journey.room, text)
    journey.homeserver.restart(kill=True)
    journey.foreign.close()
    adapter.send_group(Action(key=sent.key, group=journey.room, text=sent.text, since=timezone.now()))
    assert journey.texts().count(sent.text) == 1
    Connection.objects.update(door=connection.door, fetch_lease=None)
    inbound_tasks.fetch()
    assert journey.heard() == ["推送来的话", *said]


def _forged(connection: Connection) -> None:
    """At the door's paths: another's token, none, the token of older homeservers, what we have nothing of, and the same again."""
    visitor, base, before = Client(), f"/in/{connection.door}/_matrix/app/v1", StoredEvent.objects.count()
    ours = {"Authorization": f"Bearer {connection.credentials['hs_token']}"}
    transaction = f"{base}/transactions/again"
    events = [row.raw | {"room_id": row.remote_group} for row in StoredEvent.objects.filter(kind="message.created")]
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Bearer {connection.credentials['token']}"}):
        assert visitor.put(transaction, {"events": events}, "application/json", headers=headers).status_code == 401
    for headers, query in ((ours, ""), (ours, ""), ({}, f"?access_token={connection.credentials['hs_token']}")):
        assert visitor.put(transaction + query, {"events": events[::-1]}, "application/json", headers=headers).status_code == 200
    assert visitor.put(transaction, "[]", "application/json", headers=ours).status_code == 400
    assert visitor.get(f"{base}/users/%40somebody", headers=ours).json() == {"errcode": "M_NOT_FOUND"}
    assert visitor.get(f"{base}/elsewhere/x", headers=ours).status_code == 404
    assert visitor.post(f"{base}/ping", {}, "application/json", headers=ours).status_code == 200
    assert StoredEvent.objects.count() == before
