"""The welcome: once a member, one message a group and window, silent in a raid, never for those who left, came back or came long ago."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from groupops.groups import services as groups
from groupops.groups.models import Policy, RuleSet
from groupops.groups.policy import Lifecycle, Scope
from groupops.inbound import queries as inbox
from groupops.inbound import services as inbound
from groupops.inbound.models import StoredEvent
from groupops.messaging import delivery as engine
from groupops.messaging.fake_platform.platform import Platform
from groupops.messaging.models import Binding, Delivery
from groupops.messaging.policy import DeliveryState
from groupops.shared import clock
from groupops.shared.errors import Invalid
from members import tasks
from members.arriving import WelcomeState
from members.models import Membership, Newcomer, Welcome, WelcomeRound
from members.newcomers import services as newcomers
from tests.factories import messaging
from tests.factories.groups import NOW
from tests.factories.inbound import happened, hear, joined, left, understand
from tests.factories.messaging import BindingFactory, ConnectionFactory, bound

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def present(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The doors' clock shows the time of these tests."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return iter(())


@pytest.fixture
def running() -> Platform:
    """A fresh in-process platform."""
    return messaging.platform()


@pytest.fixture
def room(running: Platform) -> Binding:
    """A group whose room is open."""
    return bound(running)


def come(room: Binding, *names: str, at: Any = NOW) -> None:
    """People join."""
    hear(room, *(joined(room.remote_id, name, occurred_at=at) for name in names), at=at)


def said(room: Binding) -> list[str]:
    """What was to be said in the group, oldest first."""
    return list(Delivery.objects.filter(group=room.group).order_by("pk").values_list("text", flat=True))


def rule(room: Binding, **values: Any) -> None:
    """What counts in the group."""
    groups.set_policy(name="members.welcome", scope=Scope.GROUP, group=room.group, value=values, by=None, at=NOW)


def test_the_seeds_message_with_the_newcomers_name_and_links(room: Binding) -> None:
    RuleSet.objects.create(group=room.group, version=1, text="群规", at=NOW)
    come(room, "alice")
    assert newcomers.say_welcomes(at=NOW + 4 * MINUTE) == 0
    assert newcomers.say_welcomes(at=NOW + 5 * MINUTE) == 1
    [text] = said(room)
    assert text.startswith(f"欢迎 @Alice 加入{room.group.name}！🎉")
    assert all(part in text for part in ("群规则：http", "精华内容：http", "常用工具：http", "请简单介绍一下自己", "@群主"))
    assert "/p/rules/" in text
    [event] = StoredEvent.objects.filter(group=room.group)
    assert inbox.notes_of(event)[-1][0] == "members.newcomers.inbound.welcome"


def test_many_share_one_message_and_the_group_s_page(room: Binding) -> None:
    come(room, "alice")
    come(room, "bob", "carol", at=NOW + 4 * MINUTE)
    assert newcomers.say_welcomes(at=NOW + 5 * MINUTE) == 1
    come(room, "dave", at=NOW + 6 * MINUTE)
    assert newcomers.say_welcomes(at=NOW + 11 * MINUTE) == 1
    first, second = said(room)
    assert first.startswith("欢迎 @Alice、@Bob、@Carol 加入")
    assert "/p/rules/" not in first
    assert "/p/group/" in first
    assert second.startswith("欢迎 @Dave 加入")


def test_once_however_often_the_tick_comes_and_through_to_the_room(
    room: Binding, running: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    come(room, "alice", "bob")
    monkeypatch.setattr(clock, "now", lambda: NOW + 6 * MINUTE)
    for _tick in range(3):
        tasks.welcome()
        engine.run(now=clock.now)
    texts = [entry["text"] for entry in running.history if entry.get("verb") == "say" or entry.get("text")]
    assert len([text for text in texts if "欢迎 @Alice、@Bob" in text]) == 1
    made = WelcomeRound.objects.get()
    assert (made.state, made.size, made.said_at) == (WelcomeState.SAID, 2, NOW + 6 * MINUTE)
    assert set(Welcome.objects.values_list("state", flat=True)) == {WelcomeState.SAID}


def test_a_worker_that_dies_in_between_leaves_nothing(room: Binding, monkeypatch: pytest.MonkeyPatch) -> None:
    come(room, "alice")

    def die(**_values: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("groupops.messaging.outbox.say", die)
        with pytest.raises(KeyboardInterrupt):
            newcomers.say_welcomes(at=NOW + 6 * MINUTE)
    assert not WelcomeRound.objects.exists()
    assert newcomers.say_welcomes(at=NOW + 6 * MINUTE) == 1
    assert len(said(room)) == 1


def test_silent_when_too_many_join_at_once(room: Binding) -> None:
    rule(room, silent_above=3)
    come(room, "a", "b", "c", "d")
    assert newcomers.say_welcomes(at=NOW + 6 * MINUTE) == 0
    assert said(room) == []
    assert set(Welcome.objects.values_list("state", flat=True)) == {WelcomeState.SILENT}
    come(room, "e", at=NOW + 4 * MINUTE)  # the tail of the raid
    assert newcomers.say_welcomes(at=NOW + 12 * MINUTE) == 0
    come(room, "f", at=NOW + 30 * MINUTE)
    assert newcomers.say_welcomes(at=NOW + 36 * MINUTE) == 1


def test_who_leaves_before_is_not_named(room: Binding) -> None:
    come(room, "alice", "bob")
    hear(room, left(room.remote_id, "alice", occurred_at=NOW + MINUTE))
    newcomers.say_welcomes(at=NOW + 6 * MINUTE)
    assert [text.split(" 加入")[0] for text in said(room)] == ["欢迎 @Bob"]
    assert Welcome.objects.get(membership__person__name="Alice").state == WelcomeState.LEFT


def test_nobody_left_nothing_is_said(room: Binding) -> None:
    come(room, "alice")
    hear(room, left(room.remote_id, "alice", occurred_at=NOW + MINUTE))
    assert newcomers.say_welcomes(at=NOW + 6 * MINUTE) == 0


def test_who_leaves_between_writing_and_sending_is_taken_out(room: Binding) -> None:
    come(room, "alice", "bob")
    newcomers.say_welcomes(at=NOW + 6 * MINUTE)
    Membership.objects.filter(person__name="Alice").update(left_at=NOW + 6 * MINUTE, left_how="left")  # behind the pipeline's back
    for _round in range(2):
        engine.run(now=lambda: NOW + 6 * MINUTE)
    rows = list(Delivery.objects.order_by("pk"))
    assert [(row.state, row.text.split(" 加入")[0]) for row in rows] == [
        (DeliveryState.CANCELLED, "欢迎 @Alice、@Bob"),
        (DeliveryState.SENT, "欢迎 @Bob"),
    ]
    assert dict(Welcome.objects.values_list("membership__person__name", "state")) == {"Alice": "left", "Bob": "said"}


def test_a_card_that_waits_for_a_person_is_written_anew() -> None:
    room = BindingFactory(connection=ConnectionFactory(adapter="assisted", credentials={"account": "运营手机", "longest": ""}))
    come(room, "alice", "bob")
    newcomers.say_welcomes(at=NOW + 6 * MINUTE)
    engine.run(now=lambda: NOW + 6 * MINUTE)
    [card] = Delivery.objects.all()
    assert card.state == DeliveryState.WAITING_PERSON
    hear(room, left(room.remote_id, "bob", occurred_at=NOW + 7 * MINUTE), at=NOW + 7 * MINUTE)
    engine.run(now=lambda: NOW + 7 * MINUTE)
    assert [(row.state, row.text.split(" 加入")[0]) for row in Delivery.objects.order_by("pk")] == [
        (DeliveryState.CANCELLED, "欢迎 @Alice、@Bob"),
        (DeliveryState.WAITING_PERSON, "欢迎 @Alice"),
    ]
    hear(room, left(room.remote_id, "alice", occurred_at=NOW + 8 * MINUTE), at=NOW + 8 * MINUTE)
    assert WelcomeRound.objects.get().state == WelcomeState.CANCELLED
    assert set(Welcome.objects.values_list("state", flat=True)) == {WelcomeState.LEFT}


def test_who_comes_back_is_not_welcomed_again(room: Binding) -> None:
    come(room, "alice")
    newcomers.say_welcomes(at=NOW + 6 * MINUTE)
    hear(room, left(room.remote_id, "alice", occurred_at=NOW + 10 * MINUTE))
    come(room, "alice", at=NOW + 20 * MINUTE)
    assert newcomers.say_welcomes(at=NOW + 40 * MINUTE) == 0
    assert Newcomer.objects.count() == 1


def test_who_speaks_for_the_first_time_has_not_joined(room: Binding) -> None:
    hear(room, happened(room.remote_id, "alice"))
    assert not Welcome.objects.exists()
    assert not Newcomer.objects.exists()


def test_an_old_history_welcomes_nobody_and_makes_newcomers(room: Binding) -> None:
    come(room, "alice", at=NOW - timedelta(days=3))
    assert not Welcome.objects.exists()
    assert Newcomer.objects.get().joined_at == NOW - timedelta(days=3)


def test_switched_off_and_paused(room: Binding) -> None:
    rule(room, on=False)
    come(room, "alice")
    assert not Welcome.objects.exists()
    other = BindingFactory()
    come(other, "bob")
    other.group.lifecycle = Lifecycle.PAUSED
    other.group.save()
    assert newcomers.say_welcomes(at=NOW + 6 * MINUTE) == 0
    assert newcomers.say_welcomes(at=NOW + timedelta(hours=13)) == 0
    assert Welcome.objects.get().state == WelcomeState.MISSED


def test_a_name_is_no_placeholder_and_no_essay(room: Binding) -> None:
    hear(room, joined(room.remote_id, "x", user_name="{{rules}}\n" + "长" * 90))
    newcomers.say_welcomes(at=NOW + 6 * MINUTE)
    [text] = said(room)
    assert "@{{rules}} 长长" in text.splitlines()[0]
    assert text.splitlines()[0].count("长") < 40


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"text": "{{name}}"}, "text"),
        ({"text": " "}, "text"),
        ({"rules_url": "javascript:alert(1)"}, "rules_url"),
        ({"hint": "{{owner}}"}, "hint"),
    ],
)
def test_what_cannot_be_a_welcome_is_refused(room: Binding, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        rule(room, **values)
    assert refused.value.field == field


def test_the_database_keeps_it_once(room: Binding) -> None:
    come(room, "alice")
    row = Welcome.objects.get()
    for make in (
        lambda: Welcome.objects.create(membership=row.membership, group=row.group, joined_at=NOW, due_at=NOW),
        lambda: Newcomer.objects.create(membership=row.membership, group=row.group, joined_at=NOW),
        lambda: Welcome.objects.filter(pk=row.pk).update(state="said"),
        lambda: Welcome.objects.filter(pk=row.pk).update(state="odd"),
        lambda: [
            WelcomeRound.objects.create(group=row.group, opened_at=NOW, due_at=NOW, size=1, state="going", created_at=NOW) for _ in "12"
        ],
        lambda: Newcomer.objects.update(first_spoke_at=NOW - MINUTE),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            make()


def test_a_batch_of_joins_costs_the_same_for_many(running: Platform) -> None:
    Policy.objects.create(name="moderation.raids", scope="site", version=1, value={"on": False}, at=NOW)  # forty at once are a flood

    def cost(size: int) -> int:
        room = bound(running)
        inbound.store(connection=room.connection, events=[joined(room.remote_id, f"u{n}") for n in range(size)], at=NOW)
        with CaptureQueriesContext(connection) as found:
            understand(room.connection)
        return len(found)

    assert cost(2) == cost(40)
