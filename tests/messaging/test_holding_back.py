"""What the gate stops besides pauses: quiet hours, the same text twice, a room that is not the one that was bound."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from groupops.groups.models import Policy
from groupops.groups.policy import Scope as PolicyScope
from groupops.messaging import delivery as engine
from groupops.messaging import queries, targets
from groupops.messaging import services as messaging
from groupops.messaging.adapter import Adapter, AdapterError, Operation, RemoteGroup
from groupops.messaging.adapters.memory import Memory
from groupops.messaging.delivery import gate
from groupops.messaging.delivery.terms import of as terms_of
from groupops.messaging.fake_platform.faults import Standing
from groupops.messaging.fake_platform.platform import Platform
from groupops.messaging.models import Attempt, Binding, Connection, Delivery
from groupops.messaging.policy import Decision, DeliveryState, text_key
from groupops.messaging.timers import PURPOSE
from groupops.record.models import AuditEntry
from groupops.shared import clock
from groupops.shared.errors import Forbidden
from tests.factories import accounts
from tests.factories.messaging import BindingFactory, DeliveryFactory, bound
from tests.messaging import purpose

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
S = DeliveryState
TEXT = "今天的日程安排"


def due(binding: Binding, **values: Any) -> Delivery:
    """A delivery that is due to the room."""
    values = {"text": TEXT} | values
    made: Delivery = DeliveryFactory(group=binding.group, connection=binding.connection, text_key=text_key(values["text"]), **values)
    return made


def run(at: datetime | None = None) -> None:
    """One worker's run."""
    engine.run(now=lambda: at or clock.now())


def again(row: Delivery) -> Delivery:
    """As it stands in the database."""
    return Delivery.objects.get(pk=row.pk)


def heard(running: Platform) -> int:
    """How many messages stand on the platform."""
    return sum(len(room.messages) for room in running.rooms.values())


def set_policy(name: str, **value: Any) -> None:
    """For the whole site."""
    Policy.objects.create(name=name, scope=PolicyScope.SITE, version=1, value=value, at=clock.now(), by=accounts.founder())


# --- quiet hours -------------------------------------------------------------------------------------------------------------
@pytest.fixture
def now_is_quiet() -> datetime:
    """Quiet hours for an hour before and after now, in Shanghai; returns their end."""
    local = clock.local(clock.now(), "Asia/Shanghai")
    over = (local + timedelta(hours=1)).replace(second=0, microsecond=0)
    set_policy("delivery.quiet", on=True, start=f"{local - timedelta(hours=1):%H:%M}", end=f"{over:%H:%M}")
    return over


def test_a_message_waits_for_the_end_of_the_quiet_hours(running: Platform, now_is_quiet: datetime) -> None:
    """With the reason, and then leaves."""
    row = due(bound(running))
    run()
    assert (again(row).state, again(row).not_before, again(row).why) == (S.DUE, now_is_quiet, gate.QUIET)
    assert not heard(running)
    run(now_is_quiet + timedelta(seconds=1))
    assert again(row).state == S.SENT


def test_what_is_over_before_the_end_is_missed_at_once(running: Platform, now_is_quiet: datetime) -> None:
    """Visibly; nobody is to wonder until then."""
    binding = bound(running)
    early = due(binding, expires_at=clock.now() + timedelta(minutes=10))
    late = due(binding, text="晚一点也可以的消息", expires_at=now_is_quiet + timedelta(minutes=1))
    run()
    assert (again(early).state, again(early).why) == (S.MISSED, gate.QUIET_OVER)
    assert again(late).state == S.DUE
    assert purpose.told == [(early.subject_id, S.MISSED)]


@pytest.mark.parametrize(
    "values",
    [
        {"urgent": True},
        {"insisted": True},
        {"purpose": PURPOSE},
        {"operation": Operation.UNMUTE, "user": "u1", "text": ""},
        {"operation": Operation.MUTE, "user": "u1", "text": ""},
    ],
)
def test_what_quiet_hours_do_not_hold(running: Platform, now_is_quiet: datetime, values: dict[str, Any]) -> None:
    """The urgent, what a person insists on or orders now, enforcing and lifting."""
    row = due(bound(running), **values)
    run()
    assert again(row).state != S.DUE
    assert again(row).why not in (gate.QUIET, gate.QUIET_OVER)


# --- the same text -----------------------------------------------------------------------------------------------------------
def test_the_same_text_waits_for_a_person_who_may_insist(running: Platform) -> None:
    """However it is spaced; "send again" sends it."""
    binding = bound(running)
    first, second = due(binding, due_at=clock.now() - timedelta(minutes=2)), due(binding, text=f" {TEXT}\n")
    run()
    assert (again(first).state, again(second).state, again(second).why) == (S.SENT, S.WAITING_PERSON, gate.REPEAT)
    assert list(queries.same_text(binding.group, TEXT, at=clock.now(), since=clock.now() - timedelta(hours=1))) == [first]
    messaging.decide(delivery=again(second), decision=Decision.AGAIN, by=accounts.operator(), at=clock.now())
    run(clock.now() + timedelta(seconds=11))
    assert again(second).state == S.SENT
    assert heard(running) == 2


def test_another_group_another_text_another_day(running: Platform) -> None:
    """None of them is a repeat; nor is a second try of the same intention, or what failed before."""
    binding, other = bound(running), bound(running)
    old, failed = due(binding), due(binding, state=S.FAILED)
    Delivery.objects.filter(pk=old.pk).update(
        state=S.SENT, settled_at=clock.now() - timedelta(hours=13), due_at=clock.now() - timedelta(hours=13)
    )
    rows = [due(binding), due(other), due(binding, text="另一条不同的消息")]
    run()
    assert [again(row).state for row in rows] == [S.SENT] * 3
    assert again(failed).state == S.FAILED


def test_an_unknown_outcome_counts_as_said(running: Platform) -> None:
    """It may be in the room."""
    binding = bound(running)
    due(binding, state=S.UNKNOWN)
    row = due(binding)
    run()
    assert again(row).state == S.WAITING_PERSON


def test_of_two_that_leave_at_once_one_goes(running: Platform) -> None:
    """Two workers hold them: the one written first."""
    binding = bound(running)
    first, second = due(binding), due(binding)
    adapter = Memory({"account": "groupops", "url": "memory://test"})
    held = {row.pk: row for row in engine.claim(binding.connection_id, at=clock.now())}
    for row in (second, first):
        engine.hand_over(held[row.pk], adapter, terms=terms_of(binding.connection_id, list(held.values())), now=clock.now)
    assert (again(first).state, again(second).state) == (S.SENT, S.WAITING_PERSON)


def test_private_words_repeat_to_other_people(running: Platform) -> None:
    """A welcome is the same for everybody; to one person it is not said twice."""
    binding = bound(running)
    said = due(binding, operation=Operation.SEND_DIRECT, user="u1", state=S.SENT, settled_at=clock.now())
    other, same = (due(binding, operation=Operation.SEND_DIRECT, user=user) for user in ("u2", "u1"))
    run()
    assert again(other).why != gate.REPEAT
    assert again(same).why == gate.REPEAT
    assert again(said).state == S.SENT


def test_the_guard_can_be_switched_off(running: Platform) -> None:
    """By the policy."""
    set_policy("delivery.duplicates", hours=0, shortest=6)
    binding = bound(running)
    rows = [due(binding), due(binding)]
    run()
    assert [again(row).state for row in rows] == [S.SENT] * 2


# --- the room ----------------------------------------------------------------------------------------------------------------
def rename(running: Platform, binding: Binding, name: str) -> None:
    """The room of this id is another one now."""
    running.rooms[binding.remote_id].name = name


def test_a_room_of_another_name_waits_for_a_person_to_look(running: Platform) -> None:
    """Nothing is sent; the person confirms, and it can be sent."""
    binding = bound(running)
    row = due(binding)
    rename(running, binding, "别的群")
    run()
    assert (again(row).state, again(row).why) == (S.WAITING_PERSON, targets.OTHER_NAME)
    assert (heard(running), Attempt.objects.count()) == (0, 0)
    stored = Binding.objects.get(pk=binding.pk)
    assert (stored.mismatch, stored.remote_name) == (targets.OTHER_NAME, binding.remote_name)
    with pytest.raises(Forbidden):
        messaging.confirm_room(group=binding.group, by=accounts.viewer(), at=clock.now())
    by = accounts.operator()
    assert [messaging.confirm_room(group=binding.group, by=by, at=clock.now()) for _ in range(2)] == [True, False]
    assert Binding.objects.get(pk=binding.pk).remote_name == "别的群"
    assert AuditEntry.objects.filter(verb="group.confirm_room").count() == 1
    messaging.decide(delivery=again(row), decision=Decision.AGAIN, by=by, at=clock.now())
    run(clock.now() + timedelta(seconds=11))
    assert again(row).state == S.SENT


def test_insisting_does_not_send_into_a_doubtful_room(running: Platform) -> None:
    """The doubt is about the room; only a look at the room ends it."""
    binding = bound(running)
    Binding.objects.filter(pk=binding.pk).update(mismatch=targets.OTHER_SIZE, verified_at=clock.now())
    row = due(binding, insisted=True)
    run()
    assert again(row).state == S.WAITING_PERSON


@pytest.mark.parametrize(
    ("before", "now", "doubted"),
    [
        (None, 500, False),
        (100, 0, True),
        (3, 1, True),
        (2, 1, False),
        (100, 50, False),
        (100, 49, True),
        (100, 150, False),
        (100, 151, True),
        (12, 22, False),
        (12, 23, True),
        (20, 10, False),
    ],
)
def test_a_size_out_of_proportion(before: int | None, now: int, *, doubted: bool) -> None:
    """Everybody gone, or more than half and more than ten."""
    binding = BindingFactory(remote_size=before)
    assert bool(targets.doubt(binding, RemoteGroup("r", binding.remote_name, now))) == doubted


def test_what_the_platform_does_not_say_proves_nothing() -> None:
    """No name, no size."""
    assert not targets.doubt(BindingFactory(), RemoteGroup("r", "", None))


def test_a_room_is_looked_at_once_a_minute(running: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not for every message of a batch; its size follows."""
    looks: list[str] = []
    ask = Memory.get_group

    def look(self: Memory, group: str) -> RemoteGroup:
        looks.append(group)
        return ask(self, group)

    monkeypatch.setattr(Memory, "get_group", look)
    binding = bound(running)
    for n in range(3):
        due(binding, text=f"第{n}条足够长的消息")
    run()
    assert (heard(running), len(looks)) == (3, 1)
    assert Binding.objects.get(pk=binding.pk).remote_size == 1
    due(binding, text="一分钟以后的消息")
    run(clock.now() + timedelta(seconds=61))
    assert len(looks) == 2


@pytest.mark.parametrize(
    ("fault", "state", "attempts"),
    [
        ("unavailable", S.RETRY, 0),
        ("never_answers", S.RETRY, 0),
        ("bad_gateway", S.RETRY, 0),
        ("limited", S.RETRY, 0),
        ("gone", S.FAILED, 0),
    ],
)
def test_trouble_at_looking_sends_nothing(running: Platform, fault: str, state: DeliveryState, attempts: int) -> None:
    """It is tried again; a room that is gone ends as in the call, and is flagged."""
    row = due(bound(running))
    running.faults.append(Standing(fault, operation="room", times=1))
    run()
    assert (again(row).state, Attempt.objects.count(), heard(running)) == (state, attempts, 0)
    assert bool(Binding.objects.get(group=row.group_id).flagged) == (state == S.FAILED)
    run(clock.now() + timedelta(hours=1))
    assert again(row).state == (S.FAILED if state == S.FAILED else S.SENT)


def test_a_login_lost_at_looking_pauses_the_channel(running: Platform) -> None:
    """As in the call."""
    row = due(bound(running))
    running.faults.append(Standing("wrong_credential", operation="room", times=1))
    run()
    assert again(row).state == S.RETRY
    assert Connection.objects.get(pk=row.connection_id).paused


@pytest.mark.parametrize("error", targets.BLIND)
def test_a_platform_that_shows_no_rooms_is_not_doubted(
    running: Platform, monkeypatch: pytest.MonkeyPatch, error: type[AdapterError]
) -> None:
    """A robot's address can only speak."""

    def refuse(self: Adapter, group: str) -> RemoteGroup:
        raise error("no")

    monkeypatch.setattr(Memory, "get_group", refuse)
    row = due(bound(running))
    run()
    assert again(row).state == S.SENT


def test_an_adapter_that_breaks_at_looking_is_tried_again(running: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is known, and nothing was sent."""
    monkeypatch.setattr(Memory, "get_group", lambda self, group: 1 / 0)
    row = due(bound(running))
    run()
    assert (again(row).state, again(row).why) == (S.RETRY, gate.NOT_SEEN)


def test_policies_are_read_once_a_batch(running: Platform, django_assert_max_num_queries: Callable[..., Any]) -> None:
    """Four queries for the terms, and a fixed price for each delivery."""
    binding = bound(running)
    for n in range(10):
        due(binding, text=f"第{n}条足够长的消息")
    with django_assert_max_num_queries(30 + 10 * 20):
        run()
    assert heard(running) == 10
