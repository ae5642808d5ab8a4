"""A person says stop, and go on: what is held back, what is not, and what becomes of what waited."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from groupops.accounts.models import User
from groupops.groups import services as groups
from groupops.groups.models import Group, Policy
from groupops.groups.policy import Lifecycle
from groupops.groups.policy import Scope as PolicyScope
from groupops.messaging import delivery as engine
from groupops.messaging import holding, queries
from groupops.messaging import services as messaging
from groupops.messaging.adapter import Operation
from groupops.messaging.adapters.memory import Memory
from groupops.messaging.delivery.terms import Terms
from groupops.messaging.fake_platform.platform import Platform
from groupops.messaging.holding import Place
from groupops.messaging.models import Attempt, Connection, Delivery, Limit, Pause
from groupops.messaging.policy import Decision, DeliveryState, Sort
from groupops.messaging.services import Afterwards
from groupops.record.models import Alarm, AuditEntry
from groupops.shared import clock
from groupops.shared.errors import Forbidden
from tests.factories import accounts
from tests.factories.messaging import AS_ASKED, BindingFactory, ConnectionFactory, DeliveryFactory, room_for
from tests.messaging import purpose

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
S = DeliveryState
SPEAKING, ENFORCING = Sort.SPEAKING, Sort.ENFORCING


def due(running: Platform, **values: object) -> Delivery:
    """A delivery that is due to an open room, in which u1 is."""
    binding = BindingFactory(**({"connection": values.pop("connection")} if "connection" in values else {}))
    room_for(running, binding, u1="甲")
    made: Delivery = DeliveryFactory(group=binding.group, connection=binding.connection, **values)
    return made


def pause(place: Place, *sorts: Sort, by: User | None = None) -> list[Pause]:
    """By an operator, now."""
    return messaging.pause(place=place, sorts=sorts or [SPEAKING], reason="演练", by=by or accounts.operator(), at=clock.now())


def resume(place: Place, *sorts: Sort, afterwards: Afterwards = Afterwards.SPREAD) -> int | None:
    """By an operator, now."""
    return messaging.resume(place=place, sorts=sorts or [SPEAKING], afterwards=afterwards, by=accounts.operator(), at=clock.now())


def run(ahead: timedelta = timedelta()) -> None:
    """One worker's run, at a moment ahead."""
    engine.run(now=lambda: clock.now() + ahead)


def again(row: Delivery) -> Delivery:
    """As it stands in the database."""
    return Delivery.objects.get(pk=row.pk)


def place_of(row: Delivery, name: str) -> Place:
    """What a pause of this name is about."""
    return {"everything": None, "connection": row.connection, "group": row.group}[name]


@pytest.mark.parametrize("name", ["everything", "connection", "group"])
def test_what_is_paused_is_not_claimed_and_leaves_when_it_goes_on(running: Platform, name: str) -> None:
    """Of everything, a channel, a group; others go on."""
    row, other = due(running), due(running)
    pause(place_of(row, name))
    run()
    assert again(row).state == S.DUE
    assert again(row).fence is None
    assert again(other).state == (S.DUE if name == "everything" else S.SENT)
    resume(place_of(row, name))
    run(timedelta(minutes=1))
    assert {again(row).state, again(other).state} == {S.SENT}


@pytest.mark.parametrize(
    ("operation", "sort"),
    [
        (Operation.SEND_GROUP, SPEAKING),
        (Operation.SEND_DIRECT, SPEAKING),
        (Operation.ANNOUNCE, SPEAKING),
        (Operation.PIN, SPEAKING),
        (Operation.KICK, ENFORCING),
        (Operation.BAN, ENFORCING),
        (Operation.MUTE, ENFORCING),
        (Operation.DELETE_MESSAGE, ENFORCING),
        (Operation.UNMUTE, None),
        (Operation.UNBAN, None),
    ],
)
def test_speaking_and_enforcing_stop_apart_and_releasing_never(running: Platform, operation: Operation, sort: Sort | None) -> None:
    """Nobody stays muted because we are quiet."""
    row = due(running, operation=operation)
    for stopped in Sort:
        Pause.objects.all().delete()
        pause(None, stopped)
        assert holding.is_held(row) == (stopped == sort)
        assert [found.sort for found in holding.pauses_of(row)] == ([stopped] if stopped == sort else [])
    pause(None, *Sort)
    claimed = engine.claim(row.connection_id or 0, at=clock.now())
    assert [found.pk for found in claimed] == ([] if sort else [row.pk])


def test_an_unmute_goes_out_during_a_pause_of_everything(running: Platform) -> None:
    """By the whole engine."""
    row = due(running, operation=Operation.UNMUTE, user="u1")
    pause(None, *Sort)
    run()
    assert again(row).attempts == 1


def test_a_pause_stops_what_is_claimed_already(running: Platform) -> None:
    """At the last look before the call, and once more when the attempt is written."""
    row = due(running)
    [claimed] = engine.claim(row.connection_id or 0, at=clock.now())
    pause(row.group)
    assert engine.begin(claimed, AS_ASKED, at=clock.now()) is None
    engine.hand_over(claimed, Memory({"account": "groupops", "url": "memory://test"}), terms=Terms(), now=clock.now)
    assert (again(row).state, again(row).attempts, again(row).why) == (S.DUE, 0, holding.HELD)
    assert not any(room.messages for room in running.rooms.values())


@pytest.mark.parametrize("besides", ["guard", "by hand", "limit"])
def test_a_pause_counts_before_what_else_stops_a_claim(running: Platform, besides: str) -> None:
    """Before the guard's no, a step that needs no call, and a full limit: it stays to send, and the channel need not rest."""
    row = due(running)
    [claimed] = engine.claim(row.connection_id or 0, at=clock.now())
    pause(row.group)
    terms = Terms(refused={Operation.SEND_GROUP: "no"}) if besides == "by hand" else Terms()
    if besides == "guard":
        purpose.refusals[row.subject_id] = "The post was cancelled."
    if besides == "limit":
        limit = Limit.objects.create(connection=row.connection, times=1, seconds=60)
        other = DeliveryFactory(group=row.group, connection=row.connection, state=S.SENT)
        Attempt.objects.create(delivery=other, number=1, fence="0" * 32, started_at=clock.now())
        terms = Terms(limits=[limit])
    engine.hand_over(claimed, Memory({"account": "groupops", "url": "memory://test"}), terms=terms, now=clock.now)
    stored = again(row)
    assert (stored.state, stored.why, stored.step, stored.attempts, stored.not_before) == (S.DUE, holding.HELD, "", 0, None)
    assert Connection.objects.get(pk=row.connection_id).resting_until is None


def test_what_is_bound_to_a_time_is_missed_visibly_during_a_pause(running: Platform) -> None:
    """It lapses by its expiry, and does not leave afterwards."""
    row = due(running, expires_at=clock.now() + timedelta(minutes=10))
    pause(None)
    engine.recover(now=lambda: clock.now() + timedelta(minutes=11))
    assert again(row).state == S.MISSED
    assert (row.subject_id, S.MISSED) in purpose.told
    assert resume(None) == 0


def test_after_a_pause_nothing_bursts(running: Platform) -> None:
    """The gap of the policy, per channel; the oldest first, channels beside each other."""
    site = PolicyScope.SITE
    Policy.objects.create(name="delivery.pauses", scope=site, version=1, value={"gap_seconds": 60}, at=clock.now(), by=accounts.founder())
    one = ConnectionFactory()
    rows = [due(running, connection=one, due_at=clock.now() - timedelta(minutes=9 - n)) for n in range(3)]
    other = due(running)
    pause(None)
    assert resume(None) == 4
    for minutes, sent in ((0.5, 1), (1.5, 2), (2.5, 3)):
        run(timedelta(minutes=minutes))
        assert [again(row).state == S.SENT for row in rows] == [n < sent for n in range(3)]
    assert again(other).state == S.SENT


@pytest.mark.parametrize(("way", "state"), [(Afterwards.ASK, S.WAITING_PERSON), (Afterwards.DROP, S.CANCELLED)])
def test_a_person_may_decide_otherwise_about_what_waited(running: Platform, way: Afterwards, state: DeliveryState) -> None:
    """Each waits for a decision, or is dropped and can be taken back; what is not due yet stays planned."""
    row, later = due(running), due(running, state=S.PLANNED, due_at=clock.now() + timedelta(hours=1))
    pause(None)
    assert resume(None, afterwards=way) == 1
    run()
    assert (again(row).state, again(later).state) == (state, S.PLANNED)
    assert purpose.told == [(row.subject_id, state)]
    if way == Afterwards.DROP:
        assert messaging.undo(delivery=row, by=accounts.operator(), at=clock.now()).state == S.DUE
    else:
        assert messaging.decide(delivery=row, decision=Decision.AGAIN, by=accounts.operator(), at=clock.now()).state == S.DUE


def test_what_another_pause_holds_back_is_not_touched(running: Platform) -> None:
    """The channel goes on, the group in it does not."""
    one = ConnectionFactory()
    free, held = due(running, connection=one), due(running, connection=one)
    pause(one)
    pause(held.group)
    assert list(queries.would_leave(one, [SPEAKING], at=clock.now())) == [free]
    assert resume(one, afterwards=Afterwards.DROP) == 1
    assert (again(free).state, again(held).state) == (S.CANCELLED, S.DUE)


def test_what_would_not_leave_is_not_counted(running: Platform) -> None:
    """The lapsed, the later, what waits to be tried again, the other sort, a group that rests, a lost channel."""
    due(running, expires_at=clock.now() - timedelta(seconds=1))
    due(running, due_at=clock.now() + timedelta(hours=1))
    due(running, state=S.RETRY, not_before=clock.now() + timedelta(minutes=1))
    due(running, operation=Operation.KICK)
    Group.objects.filter(pk=due(running).group_id).update(lifecycle=Lifecycle.PAUSED)
    Connection.objects.filter(pk=due(running).connection_id).update(paused=True)
    pause(None)
    assert not queries.would_leave(None, [SPEAKING], at=clock.now()).exists()
    assert resume(None) == 0


def test_pausing_and_resuming_twice_is_once_with_one_line(running: Platform) -> None:
    """Who was faster stays the one who paused."""
    row, by = due(running), accounts.operator()
    for place, verbs in (
        (None, ["pause.start", "pause.end"]),
        (row.connection, ["connection.pause", "connection.resume"]),
        (row.group, ["group.pause_sending", "group.resume_sending"]),
    ):
        assert [len(pause(place, by=by)), len(pause(place))] == [1, 0]
        assert Pause.objects.get().by == by
        assert [resume(place), resume(place)] == [1, None]
        assert list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True))[-2:] == verbs
        Delivery.objects.update(not_before=None, why="")
    assert AuditEntry.objects.count() == 6


def test_ending_one_sort_leaves_the_other(running: Platform) -> None:
    """They are two pauses."""
    row = due(running)
    pause(row.group, *Sort)
    resume(row.group, SPEAKING)
    assert [found.sort for found in Pause.objects.all()] == [ENFORCING]


def test_a_pause_of_nothing_is_refused() -> None:
    """With the field it is about."""
    with pytest.raises(messaging.NothingChosen):
        messaging.pause(place=None, sorts=[], by=accounts.operator(), at=clock.now())


@pytest.mark.parametrize(
    ("who", "everything", "own"), [(accounts.admin, False, False), (accounts.volunteer, False, True), (accounts.viewer, False, False)]
)
def test_who_may(running: Platform, who: Callable[[], User], *, everything: bool, own: bool) -> None:
    """Everything and channels: who manages channels. A group: who plans its content; here its deputy owner."""
    user, row = who(), due(running)
    if own:
        groups.give_post(group=row.group, user=user, post="deputy", by=accounts.founder(), at=clock.now())
    for place, allowed in ((None, everything), (row.connection, everything), (row.group, own)):
        for act in (
            lambda place=place: messaging.pause(place=place, sorts=list(Sort), by=user, at=clock.now()),
            lambda place=place: messaging.resume(place=place, sorts=list(Sort), by=user, at=clock.now()),
        ):
            if allowed:
                act()
            else:
                with pytest.raises(Forbidden):
                    act()


def test_a_lost_channel_is_used_again_with_what_waited_spread_out(running: Platform) -> None:
    """Its alarm closes where the account works; lifted mutes had waited, too."""
    row = due(running, operation=Operation.UNMUTE, user="u1")
    Connection.objects.filter(pk=row.connection_id).update(paused=True)
    lost = Connection.objects.get(pk=row.connection_id)
    run()
    assert again(row).state == S.DUE
    assert resume(lost) == 1
    assert resume(lost) is None
    run()
    assert again(row).attempts == 1
    assert not Alarm.objects.filter(closed_at=None).exists()


def test_claiming_costs_the_same_however_many_pauses_stand(running: Platform, django_assert_num_queries: Callable[..., Any]) -> None:
    """A condition of the one query."""
    row = due(running)
    for _n in range(5):
        pause(due(running).group)
    with django_assert_num_queries(1):
        assert engine.due_connections(at=clock.now()) == [row.connection_id]
