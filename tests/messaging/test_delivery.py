"""The engine against the fake platform in this process: every fault, every check before the call, what is written down."""

from datetime import timedelta

import pytest

from groupops.groups.policy import Lifecycle
from groupops.messaging import delivery as engine
from groupops.messaging.adapters.memory import Memory
from groupops.messaging.delivery import recovering
from groupops.messaging.delivery.terms import Terms
from groupops.messaging.fake_platform import inprocess
from groupops.messaging.fake_platform.faults import Standing
from groupops.messaging.fake_platform.platform import Platform
from groupops.messaging.models import Attempt, Binding, Connection, Delivery, Receipt
from groupops.messaging.policy import BATCH, QUIET, DeliveryState
from groupops.record.models import Alarm
from groupops.shared import clock
from tests.factories.messaging import AS_ASKED, BindingFactory, DeliveryFactory, bound
from tests.messaging import purpose

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
S = DeliveryState


def due(running: Platform, **values: object) -> Delivery:
    """A delivery that is due to an open room."""
    binding = bound(running)
    return DeliveryFactory(group=binding.group, connection=binding.connection, **values)


def run(ahead: timedelta = timedelta()) -> None:
    """One worker's run, at a moment ahead."""
    engine.run(now=lambda: clock.now() + ahead)


def recover(ahead: timedelta = timedelta()) -> None:
    """One recovery, at a moment ahead."""
    engine.recover(now=lambda: clock.now() + ahead)


def heard(running: Platform) -> list[str]:
    """What stands on the platform."""
    return [message["text"] for room in running.rooms.values() for message in room.messages]


def fault(running: Platform, name: str, **values: object) -> None:
    """Order a fault of the next sending."""
    running.faults.append(Standing(name, **({"operation": "send", "times": 1} | values)))  # type: ignore[arg-type]


def again(delivery: Delivery) -> Delivery:
    """As it stands in the database."""
    return Delivery.objects.get(pk=delivery.pk)


def test_what_is_due_is_sent_once_with_a_receipt(running: Platform) -> None:
    """One message, one attempt, one receipt that carries its id, the purpose told once."""
    sent = due(running)
    run()
    run()
    assert heard(running) == [sent.text]
    sent = again(sent)
    assert (sent.state, sent.attempts, sent.lease_until) == (S.SENT, 1, None)
    assert Receipt.objects.get().remote_id == running.rooms[sent.group.binding.remote_id].messages[0]["id"]
    assert Attempt.objects.get().result == "done"
    assert purpose.told == [(sent.subject_id, S.SENT)]
    assert Connection.objects.get(pk=sent.connection_id).last_sent_at is not None


@pytest.mark.parametrize(("many", "rung"), [(BATCH - 1, 0), (BATCH * 2, 1)])
def test_much_to_send_rings_for_one_worker_more(running: Platform, many: int, rung: int) -> None:
    """Once a run, before its first full batch is handed over."""
    binding, said = bound(running), list[int]()
    for n in range(many):
        DeliveryFactory(group=binding.group, connection=binding.connection, text=f"第{n}条")
    engine.run(now=clock.now, rings=lambda: said.append(len(running.rooms[binding.remote_id].messages)))
    assert said == [0] * rung
    assert Receipt.objects.count() == many


def test_what_is_planned_leaves_when_its_time_has_come(running: Platform) -> None:
    """Not a second earlier."""
    later = due(running, state=S.PLANNED, due_at=clock.now() + timedelta(minutes=5))
    run()
    assert again(later).state == S.PLANNED
    run(timedelta(minutes=5, seconds=1))
    assert again(later).state == S.SENT


@pytest.mark.parametrize(
    ("name", "state", "sent"),
    [
        ("refuses", S.RETRY, 0),
        ("unavailable", S.RETRY, 0),
        ("redirects", S.RETRY, 0),
        ("limited", S.RETRY, 0),
        ("limited_without_hint", S.RETRY, 0),
        ("wrong_credential", S.RETRY, 0),
        ("never_answers", S.UNKNOWN, 0),
        ("does_then_never_answers", S.UNKNOWN, 1),
        ("resets", S.UNKNOWN, 0),
        ("does_then_resets", S.UNKNOWN, 1),
        ("bad_gateway", S.UNKNOWN, 0),
        ("does_then_bad_gateway", S.UNKNOWN, 1),
        ("gateway_timeout", S.UNKNOWN, 0),
        ("crashes", S.UNKNOWN, 0),
        ("restricted", S.WAITING_PERSON, 0),
        ("lost_rights", S.FAILED, 0),
        ("gone", S.FAILED, 0),
        ("rejected", S.FAILED, 0),
    ],
)
def test_every_fault_ends_where_the_table_says(running: Platform, name: str, state: DeliveryState, sent: int) -> None:
    """With a reason for people, and never twice on the platform."""
    row = due(running)
    fault(running, name)
    run()
    row = again(row)
    assert row.state == state
    assert row.why
    assert len(heard(running)) == sent
    assert not Receipt.objects.exists()
    assert Attempt.objects.get().ended_at is not None


@pytest.mark.parametrize("name", ["does_then_never_answers", "does_then_resets", "does_then_bad_gateway"])
@pytest.mark.parametrize("idempotent", [True, False])
def test_an_unknown_outcome_is_looked_up(running: Platform, name: str, *, idempotent: bool) -> None:
    """It was sent: once, with a receipt from the platform's own reading; never a blind retry."""
    running.idempotent = idempotent
    row = due(running)
    fault(running, name)
    run()
    recover(timedelta(seconds=3))
    assert again(row).state == S.SENT
    assert heard(running) == [row.text]
    assert Receipt.objects.get().remote_id


def test_what_was_not_sent_is_sent_again_when_the_call_is_certainly_over(running: Platform) -> None:
    """Not before: a slow platform may still carry it out."""
    row = due(running)
    fault(running, "never_answers")
    run()
    recover(timedelta(seconds=3))
    assert again(row).state == S.UNKNOWN
    recover(QUIET + timedelta(seconds=3))
    assert again(row).state == S.DUE
    run()
    assert heard(running) == [row.text]


def test_what_cannot_be_looked_up_waits_for_a_person(running: Platform) -> None:
    """It stays unknown, an alarm tells, and nothing is sent by itself."""
    running.readable = False
    row = due(running)
    fault(running, "does_then_resets")
    run()
    recover(timedelta(seconds=3))
    for minutes in (1, 10):
        recover(timedelta(minutes=minutes))
        run(timedelta(minutes=minutes))
    assert (again(row).state, again(row).why) == (S.UNKNOWN, recovering.CANNOT_TELL)
    assert heard(running) == [row.text]
    assert Alarm.objects.get(closed_at=None).key == f"unknown:{row.connection_id}"


def test_an_unknown_outcome_of_a_platform_that_stays_away_is_flagged_within_a_minute(running: Platform) -> None:
    """And the alarm closes when the platform is back and shows the message."""
    row = due(running)
    fault(running, "does_then_resets")
    run()
    fault(running, "unavailable", operation="find", times=None)
    recover(timedelta(seconds=61))
    assert Alarm.objects.filter(closed_at=None).exists()
    running.faults.clear()
    recover(timedelta(seconds=120))
    assert again(row).state == S.SENT
    assert not Alarm.objects.filter(closed_at=None).exists()


def test_a_rate_limit_quietens_the_whole_connection(running: Platform) -> None:
    """The hint of 3 seconds holds for its other rooms too; then everything leaves."""
    first = due(running, due_at=clock.now() - timedelta(minutes=2))
    other = bound(running, connection=first.connection)
    second = DeliveryFactory(group=other.group, connection=first.connection)
    fault(running, "limited")
    run()
    assert (again(first).state, again(second).state) == (S.RETRY, S.DUE)
    run(timedelta(seconds=2))
    assert heard(running) == []
    run(timedelta(seconds=4))
    assert sorted(heard(running)) == sorted([first.text, second.text])


def test_one_connections_silence_is_not_anothers(running: Platform) -> None:
    """Each is claimed on its own."""
    inprocess.start("other")
    stuck, fine = due(running), due(running)
    Connection.objects.filter(pk=stuck.connection_id).update(resting_until=clock.now() + timedelta(hours=1))
    run()
    assert (again(stuck).state, again(fine).state) == (S.DUE, S.SENT)


def test_a_lost_login_pauses_the_connection_and_tells_a_person(running: Platform) -> None:
    """Outside the chat; nothing is tried until somebody looks."""
    row = due(running)
    fault(running, "wrong_credential", times=None)
    run()
    run(timedelta(hours=1))
    connection = Connection.objects.get(pk=row.connection_id)
    assert (connection.paused, connection.health) == (True, Connection.Health.NEEDS_LOGIN)
    assert Alarm.objects.get().key == f"connection:{connection.pk}"
    assert Attempt.objects.count() == 1


def test_a_vanished_room_flags_the_binding(running: Platform) -> None:
    """The person who bound it sees why."""
    row = due(running)
    fault(running, "gone")
    run()
    assert Binding.objects.get(group=row.group).flagged


def test_tries_end_in_a_visible_failure(running: Platform) -> None:
    """After as many as the policy allows, with growing waits."""
    row = due(running)
    fault(running, "refuses", times=None)
    ahead = timedelta()
    for _try in range(25):
        run(ahead)
        ahead += timedelta(minutes=6)
    assert (again(row).state, again(row).attempts) == (S.FAILED, 20)
    assert purpose.told == [(row.subject_id, S.FAILED)]


def test_paused_means_nothing_leaves(running: Platform) -> None:
    """Neither of a paused connection nor to a paused group."""
    one, two = due(running), due(running)
    Connection.objects.filter(pk=one.connection_id).update(paused=True)
    two.group.lifecycle = Lifecycle.PAUSED
    two.group.save()
    run()
    assert heard(running) == []
    assert {again(one).state, again(two).state} == {S.DUE}


def test_a_pause_stops_what_is_claimed_already(running: Platform) -> None:
    """The last look is just before the call."""
    row = due(running)
    claimed = engine.claim(row.connection_id, at=clock.now())[0]
    Connection.objects.filter(pk=row.connection_id).update(paused=True)
    engine.hand_over(claimed, Memory(row.connection.credentials), terms=Terms(), now=clock.now)
    assert (again(row).state, heard(running), Attempt.objects.count()) == (S.DUE, [], 0)


def test_what_is_too_late_is_visibly_missed(running: Platform) -> None:
    """Never sent late, never silently dropped."""
    row = due(running, expires_at=clock.now() + timedelta(minutes=1))
    run(timedelta(minutes=2))
    recover(timedelta(minutes=2))
    assert (again(row).state, heard(running)) == (S.MISSED, [])
    assert purpose.told == [(row.subject_id, S.MISSED)]


def test_a_claimed_one_lapses_before_its_call(running: Platform) -> None:
    """The queue before it was long."""
    row = due(running, expires_at=clock.now() + timedelta(minutes=1))
    claimed = engine.claim(row.connection_id, at=clock.now())[0]
    engine.hand_over(claimed, Memory(row.connection.credentials), terms=Terms(), now=lambda: clock.now() + timedelta(minutes=2))
    assert (again(row).state, heard(running)) == (S.MISSED, [])


def test_the_guard_has_the_last_word(running: Platform) -> None:
    """Cancelled with its reason, without a call."""
    row = due(running)
    purpose.refusals[row.subject_id] = "The post was cancelled."
    run()
    assert (again(row).state, again(row).why, heard(running)) == (S.CANCELLED, "The post was cancelled.", [])


def test_a_group_that_lost_its_room_waits_for_a_person(running: Platform) -> None:
    """The message must not go to the old room."""
    row = due(running)
    Binding.objects.filter(group=row.group).update(connection=BindingFactory().connection)
    run()
    assert (again(row).state, heard(running)) == (S.WAITING_PERSON, [])


def test_one_that_breaks_our_code_holds_up_no_other(running: Platform) -> None:
    """A hook that raises: its message is out, its row is recovered by looking; the next one left in the same run."""
    poison = due(running, due_at=clock.now() - timedelta(minutes=9))
    fine = DeliveryFactory(group=bound(running, connection=poison.connection).group, connection=poison.connection)
    purpose.broken.add(poison.subject_id)
    run()
    assert (again(poison).state, again(fine).state) == (S.CLAIMED, S.SENT)
    purpose.broken.clear()
    Delivery.objects.filter(pk=poison.pk).update(lease_until=clock.now() - timedelta(seconds=1))
    recover(timedelta(seconds=50))
    assert again(poison).state == S.SENT
    assert len(heard(running)) == 2


def test_an_expired_claim_without_an_attempt_is_simply_due_again(running: Platform) -> None:
    """Nothing was called: nothing is unknown."""
    row = due(running)
    engine.claim(row.connection_id, at=clock.now())
    Delivery.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    recover()
    assert again(row).state == S.DUE


def test_an_expired_claim_with_an_attempt_is_unknown_and_looked_up(running: Platform) -> None:
    """In this case it had not left; it is sent again after the platform was asked."""
    row = due(running)
    claimed = engine.claim(row.connection_id, at=clock.now())[0]
    engine.begin(claimed, AS_ASKED, at=clock.now() - timedelta(minutes=1))
    Delivery.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    recover()
    assert again(row).state == S.DUE
    assert purpose.told == [(row.subject_id, S.UNKNOWN)]
    assert Attempt.objects.get().result == "WorkerDied"


def test_a_result_under_a_lost_fence_does_not_count(running: Platform) -> None:
    """The late worker changes nothing but its own attempt's line."""
    row = due(running)
    claimed = engine.claim(row.connection_id, at=clock.now())[0]

    class Slow(Memory):
        def send_group(self, action):  # type: ignore[no-untyped-def]
            Delivery.objects.filter(pk=row.pk).update(state=S.UNKNOWN, lease_until=None)
            return super().send_group(action)

    engine.hand_over(claimed, Slow(row.connection.credentials), terms=Terms(), now=clock.now)
    assert again(row).state == S.UNKNOWN
    assert Attempt.objects.get().result == "late: done"
    assert not Receipt.objects.exists()


def test_a_broken_adapter_proves_nothing(running: Platform) -> None:
    """Unknown, then looked up."""
    row = due(running)
    claimed = engine.claim(row.connection_id, at=clock.now())[0]

    class Broken(Memory):
        def send_group(self, action):  # type: ignore[no-untyped-def]
            super().send_group(action)
            raise ZeroDivisionError

    engine.hand_over(claimed, Broken(row.connection.credentials), terms=Terms(), now=clock.now)
    assert again(row).state == S.UNKNOWN
    recover(timedelta(seconds=3))
    assert (again(row).state, len(heard(running))) == (S.SENT, 1)


def test_a_connection_that_cannot_be_opened_is_lost_not_looped(running: Platform) -> None:
    """Its deliveries stay due, a person is told."""
    row = due(running)
    Connection.objects.filter(pk=row.connection_id).update(sealed="damaged")
    run()
    assert again(row).state == S.DUE
    assert Connection.objects.get(pk=row.connection_id).paused
    assert Alarm.objects.exists()


def test_long_texts_arrive_whole_and_in_order(running: Platform) -> None:
    """In parts, each once, with the receipt naming all."""
    row = due(running, text="长" * 4500)
    run()
    assert [text[:3] for text in heard(running)] == ["1/3", "2/3", "3/3"]
    assert "".join(text[4:] for text in heard(running)) == row.text
    assert len(Receipt.objects.get().parts) == 3


@pytest.mark.parametrize("at_part", [2, 3])
def test_a_long_text_that_broke_off_is_completed_not_repeated(running: Platform, at_part: int) -> None:
    """The platform is not idempotent here: only looking keeps the first parts from coming twice."""
    running.idempotent = False
    row = due(running, text="长" * 4500)
    calls = iter(range(1, 100))
    fault(running, "unavailable")
    standing = running.faults[0]
    standing.strikes = lambda operation, room: operation == "send" and next(calls) == at_part  # type: ignore[method-assign]
    run()
    assert again(row).state == S.UNKNOWN
    recover(QUIET + timedelta(seconds=3))
    run(QUIET)
    assert [text[:3] for text in heard(running)] == ["1/3", "2/3", "3/3"]
    assert again(row).state == S.SENT
