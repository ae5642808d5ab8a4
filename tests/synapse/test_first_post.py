"""The thread through the house: a planned post leaves on time, once, into a real room; what a member says there comes back."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from content import services as content
from content import tasks as content_tasks
from content.models import GroupPlan, Slot
from content.policy import CatchUp, PostKind, SlotState
from groupops.inbound import queries as inbound_queries
from groupops.inbound import tasks as inbound_tasks
from groupops.inbound.models import StoredEvent
from groupops.messaging import tasks as messaging_tasks
from groupops.messaging.models import Binding, Connection, Delivery
from groupops.messaging.policy import DeliveryState
from members.models import Membership
from tests import processes
from tests.factories import accounts
from tests.factories.groups import GroupFactory
from tests.factories.messaging import BindingFactory, ConnectionFactory
from tests.synapse.foreign import Foreign
from tests.synapse.homeserver import Account, Homeserver

pytestmark = [pytest.mark.synapse, pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass
class Room:
    """A room with our account in it, seen by a member through a client that is not ours."""

    foreign: Foreign
    member: Account
    room_id: str
    binding: Binding

    def texts(self) -> list[str]:
        """Everything said in the room, oldest first, as the homeserver keeps it."""
        return self.foreign.texts(self.member, self.room_id)

    def say(self, text: str) -> None:
        """The member says something."""
        self.foreign.say(self.member, self.room_id, text)


@pytest.fixture
def room(homeserver: Homeserver, foreign: Foreign, settings: Any) -> Room:
    """A bound room on the real homeserver, which is on the loopback."""
    settings.ALLOW_PRIVATE_TARGETS = True
    tag = uuid.uuid4().hex[:8]
    bot, member = homeserver.create_user(f"bot-{tag}"), homeserver.create_user(f"member-{tag}")
    name = f"技术交流群 {tag}"
    room_id = foreign.open_room(member, bot, name=name)
    credentials = {"homeserver": homeserver.base_url, "user": bot.user_id, "token": bot.access_token}
    connection = ConnectionFactory(adapter="matrix", credentials=credentials)
    binding = BindingFactory(group=GroupFactory(name=name), connection=connection, remote_id=room_id)
    GroupPlan.objects.create(group=binding.group, follows=False)  # it says what the test plans, and nothing else
    inbound_tasks.fetch()  # the first look begins at the present
    return Room(foreign, member, room_id, binding)


@contextmanager
def the_clock_says(moment: datetime) -> Iterator[None]:
    """The doors' clock stands at `moment`; the database's own clock does not move."""
    with time_machine.travel(moment, tick=True):
        yield


def tick() -> None:
    """What beat wakes up every second."""
    content_tasks.release()
    messaging_tasks.deliver()


def greeting(room: Room, day: date) -> None:
    """A schedule: every day at 09:00 in Shanghai."""
    content.create_schedule(
        group=room.binding.group,
        title="早安",
        kind=PostKind.GREETING,
        body="早上好，{{group}}！",
        weekdays=127,
        at_time=time(9),
        start=day,
        end=None,
        catch_up=CatchUp.SKIP,
        by=None,
        at=timezone.now(),
    )


def test_the_nine_o_clock_post_arrives_once(room: Room) -> None:
    """Not before its time, at its time, and never again, however often the ticks come."""
    day = (timezone.now().astimezone(SHANGHAI) + timedelta(days=1)).date()
    nine = datetime.combine(day, time(9), tzinfo=SHANGHAI)
    greeting(room, day)
    with the_clock_says(nine - timedelta(minutes=5)):
        content_tasks.plan()
        tick()
    assert room.texts() == []
    with the_clock_says(nine + timedelta(seconds=1)):
        for _repeat in range(5):
            content_tasks.plan()
            tick()
    assert room.texts() == [f"早上好，{room.binding.group.name}！"]
    delivery = Delivery.objects.get(group=room.binding.group)
    assert delivery.state == DeliveryState.SENT
    assert delivery.receipt.remote_id.startswith("$")
    assert Slot.objects.get(schedule__group=room.binding.group, day=day).state == SlotState.RELEASED


@pytest.mark.parametrize("point", ["after-claim", "before-call", "after-call", "after-settle"])
def test_a_worker_killed_in_between_changes_nothing(room: Room, point: str) -> None:
    """SIGKILL at each named place; after the lease has run out the room holds the post exactly once."""
    text = f"今晚九点，深度讨论（{point}）"
    content.create_post(group=room.binding.group, title="讨论", kind=PostKind.TOPIC, body=text, due_at=None, by=None, at=timezone.now())
    killed = processes.run("from groupops.messaging import tasks; tasks.deliver()", GROUPOPS_FAILPOINT=point)
    assert killed.returncode == -9, killed.stderr
    _let_time_pass(room)
    for _repeat in range(3):
        messaging_tasks.recover()
        _let_time_pass(room)
        messaging_tasks.deliver()
    assert room.texts() == [text]
    assert Delivery.objects.get(group=room.binding.group).state == DeliveryState.SENT


def _let_time_pass(room: Room) -> None:
    """Leases and waits run out, without waiting: the database's clock cannot be moved, but what it is compared with can."""
    past = timezone.now() - timedelta(minutes=10)
    rows = Delivery.objects.filter(group=room.binding.group)
    rows.filter(lease_until__isnull=False).update(lease_until=past)
    rows.filter(not_before__isnull=False).update(not_before=past)
    Connection.objects.update(resting_until=None)
    for attempt in (row for delivery in rows for row in delivery.tries.all()):
        delivery_tries = type(attempt).objects.filter(pk=attempt.pk)
        delivery_tries.update(started_at=past)


def test_what_a_member_says_is_understood_and_shown(room: Room) -> None:
    """The message is on the group's page, its trace on its own; the bot's own echo is not counted."""
    content.create_post(
        group=room.binding.group, title="问", kind=PostKind.QUESTION, body="大家用什么编辑器？", due_at=None, by=None, at=timezone.now()
    )
    tick()
    room.say("我用 vim，也推荐给新人")
    inbound_tasks.fetch()
    inbound_tasks.process()
    operator = Client()
    operator.force_login(accounts.operator())
    page = operator.get(reverse("inbound:messages", args=[room.binding.group_id])).content.decode()
    assert "我用 vim，也推荐给新人" in page
    event = StoredEvent.objects.get(text="我用 vim，也推荐给新人")
    address = reverse("inbound:message", args=[event.pk])
    assert address in page
    assert {step for step, _did, _values in inbound_queries.notes_of(event)} >= {"members.inbound.resolve", "members.inbound.count"}
    shown = operator.get(address).content.decode()
    assert all(escape(line.step) in shown and escape(line.did) in shown for line in inbound_queries.trace_of(event))
    membership = Membership.objects.get(group=room.binding.group, person__remote_id=room.member.user_id)
    assert sum(membership.activity.values_list("messages", flat=True)) == 1
