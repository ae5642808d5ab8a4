"""What the send desk rests on: who takes what, decisions by hand and their undo, cards, two people at once."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection as database
from django.db import connections

from groupops.accounts.models import User
from groupops.groups.models import Group
from groupops.messaging import delivery, queries, today
from groupops.messaging import services as messaging
from groupops.messaging.adapter import Operation
from groupops.messaging.models import Binding, Connection, Delivery, Receipt
from groupops.messaging.outbox import Wish
from groupops.messaging.policy import SEND_AGAIN_AFTER, UNDO_FOR, Decision, DeliveryState, Step, is_doubtful
from groupops.record.models import AuditEntry
from groupops.shared import clock
from groupops.shared.errors import Conflict, Forbidden
from tests.factories import accounts
from tests.factories.groups import GroupFactory, StaffPostFactory
from tests.factories.messaging import BindingFactory, ConnectionFactory, DeliveryFactory

pytestmark = pytest.mark.django_db
S = DeliveryState
D = Decision


def wechat(longest: str = "") -> Connection:
    """A phone."""
    return ConnectionFactory(adapter="assisted", credentials={"account": "林晓", "longest": longest})


def in_wechat(connection: Connection | None = None) -> Binding:
    """A group under the operator's name for it."""
    group = GroupFactory()
    return BindingFactory(group=group, connection=connection or wechat(), remote_id=group.name, remote_size=None)


def by_hand(connection: Connection | None = None, **values: Any) -> Delivery:
    """A delivery that waits for a person's hands."""
    return DeliveryFactory(connection=connection or wechat(), **({"state": S.WAITING_PERSON, "attempts": 1} | values))


def operator(name: str = "林晓") -> User:
    """Somebody who may."""
    return accounts.operator(name=name)


def now_of(row: Delivery) -> Delivery:
    """The row as it stands."""
    return Delivery.objects.get(pk=row.pk)


# --- Through the engine ----------------------------------------------------------------------------------------------------
def test_what_is_due_in_wechat_waits_for_a_person_and_counts_when_confirmed() -> None:
    """The engine makes a card of it, nothing more; the receipt is the person."""
    binding = in_wechat()
    row = DeliveryFactory(group=binding.group, connection=binding.connection)
    delivery.run(now=clock.now)
    assert (now_of(row).state, now_of(row).attempts, now_of(row).step) == (S.WAITING_PERSON, 1, Step.ASKED)
    assert not Receipt.objects.exists()
    messaging.decide(delivery=row, decision=D.SENT, by=operator(), at=clock.now())
    assert now_of(row).state == S.SENT
    assert str(Receipt.objects.get().confirmed_by) == "林晓"


def test_a_mute_is_kept_here_only_and_a_removal_is_a_card() -> None:
    """WeChat has no mute."""
    binding = in_wechat()
    user, at = operator(), clock.now()
    for act in (Operation.MUTE, Operation.KICK):
        messaging.order(group=binding.group, wish=Wish(operation=act, user="wxid_wang", user_name="王芳"), by=user, at=at)
    delivery.run(now=clock.now)
    assert {row.operation: (row.state, row.step) for row in Delivery.objects.all()} == {
        Operation.MUTE: (S.SENT, Step.RECORDED),
        Operation.KICK: (S.WAITING_PERSON, Step.ASKED),
    }


def test_a_card_that_nobody_sends_lapses() -> None:
    """Visible as missed, and no card any more."""
    row = by_hand(expires_at=clock.now() - timedelta(seconds=1))
    assert queries.cards(operator(), Delivery.objects.all(), clock.now()) == ([], 0)
    delivery.recover(now=clock.now)
    assert now_of(row).state == S.MISSED


def test_a_worker_that_died_at_a_card_makes_the_card_again() -> None:
    """Nothing leaves from here by itself, so nothing can be doubled."""
    row = DeliveryFactory(connection=wechat(), state=S.UNKNOWN, not_before=clock.now(), attempts=1)
    row.tries.create(number=1, fence="0" * 32, started_at=clock.now() - timedelta(minutes=2))
    delivery.recover(now=clock.now)
    assert now_of(row).state == S.DUE


# --- Decisions ---------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("decision", "state"), [(D.SENT, S.SENT), (D.NOT_SENT, S.FAILED), (D.CANCEL, S.CANCELLED)], ids=lambda value: str(value)
)
def test_each_decision_by_hand_is_noted_and_can_be_taken_back(decision: Decision, state: DeliveryState) -> None:
    """With its reason, who did it, an audit line; back to the card within the time, not after it."""
    row, user, at = by_hand(), operator(), clock.now()
    messaging.decide(delivery=row, decision=decision, by=user, at=at)
    done = now_of(row)
    assert (done.state, done.taken_by, bool(done.why), done.undo_until) == (state, user, True, at + UNDO_FOR)
    assert AuditEntry.objects.filter(verb=f"delivery.{decision}", by=user, target_id=str(row.pk)).count() == 1
    with pytest.raises(messaging.MovedOn):
        messaging.undo(delivery=row, by=user, at=at + UNDO_FOR + timedelta(seconds=1))
    messaging.undo(delivery=row, by=user, at=at + UNDO_FOR)
    assert (now_of(row).state, now_of(row).taken_by) == (S.WAITING_PERSON, None)
    assert not Receipt.objects.exists()


def test_who_had_taken_it_on_has_it_again_after_an_undo() -> None:
    """Deciding takes on too, but only for the decision."""
    row, user, at = by_hand(), operator(), clock.now()
    messaging.take(delivery=row, by=user, at=at - timedelta(minutes=1))
    messaging.decide(delivery=row, decision=D.SENT, by=user, at=at)
    messaging.undo(delivery=row, by=user, at=at)
    assert (now_of(row).taken_by, now_of(row).taken_at) == (user, at - timedelta(minutes=1))


def test_the_second_decision_is_told_who_was_first() -> None:
    """By name and hour; one receipt."""
    row, at = by_hand(), clock.now()
    messaging.decide(delivery=row, decision=D.SENT, by=operator(), at=at)
    with pytest.raises(messaging.MovedOn, match="林晓"):
        messaging.decide(delivery=row, decision=D.SENT, by=operator("王芳"), at=at)
    assert Receipt.objects.count() == 1


def test_what_one_has_taken_another_decides_only_after_taking_over() -> None:
    """And putting back is for the one who has it."""
    row, first, second, at = by_hand(), operator(), operator("王芳"), clock.now()
    messaging.take(delivery=row, by=first, at=at)
    messaging.take(delivery=row, by=first, at=at + timedelta(minutes=1))  # again: nothing changes
    assert now_of(row).taken_at == at
    acts: list[Callable[[], Any]] = [
        lambda: messaging.take(delivery=row, by=second, at=at),
        lambda: messaging.put_back(delivery=row, by=second, at=at),
        *[lambda decision=decision: messaging.decide(delivery=row, decision=decision, by=second, at=at) for decision in Decision],  # type: ignore[misc]
    ]
    for act in acts:
        with pytest.raises(messaging.TakenByOther, match="林晓"):
            act()
    messaging.take(delivery=row, by=second, at=at, over=True)
    messaging.put_back(delivery=row, by=second, at=at)
    messaging.put_back(delivery=row, by=second, at=at)
    assert now_of(row).taken_by is None
    assert list(AuditEntry.objects.order_by("id").values_list("verb", flat=True)) == ["delivery.take"] * 2 + ["delivery.put_back"]


def test_taking_needs_something_that_waits_and_the_right() -> None:
    """A conflict, a refusal."""
    user, at = operator(), clock.now()
    with pytest.raises(messaging.MovedOn):
        messaging.take(delivery=by_hand(state=S.SENT), by=user, at=at)
    with pytest.raises(Forbidden):
        messaging.take(delivery=by_hand(), by=accounts.viewer(), at=at)


def test_those_who_may_remove_members_confirm_removals_and_no_posts() -> None:
    """管理员: 踢人、禁言、群公告."""
    admin, group = accounts.admin(), GroupFactory()
    StaffPostFactory(user=admin, group=group, post="admin")
    kick = by_hand(group=group, operation=Operation.KICK, user="wxid", user_name="王芳")
    post = by_hand(group=group, connection=kick.connection)
    messaging.decide(delivery=kick, decision=D.SENT, by=admin, at=clock.now())
    with pytest.raises(Forbidden):
        messaging.decide(delivery=post, decision=D.SENT, by=admin, at=clock.now())
    [card] = queries.cards(admin, Delivery.objects.all(), clock.now())[0]
    assert not card.may


def test_many_at_once_each_stand_alone() -> None:
    """Done, skipped, and why."""
    rows, user, at = [by_hand() for _n in range(3)], operator(), clock.now()
    messaging.decide(delivery=rows[1], decision=D.CANCEL, by=user, at=at)
    result = messaging.decide_many(deliveries=rows, decision=D.SENT, by=user, at=at)
    assert [row.pk for row in result.done] == [rows[0].pk, rows[2].pk]
    [(skipped, why)] = result.skipped
    assert (skipped.pk, bool(why)) == (rows[1].pk, True)
    back = messaging.undo_many(deliveries=rows, by=user, at=at)
    assert len(back.done) == 3
    assert {now_of(row).state for row in rows} == {S.WAITING_PERSON}


def test_send_it_all_the_same_is_offered_only_where_the_machine_was_stopped_before_its_call() -> None:
    """Never of what a person does anyway, or has to confirm on the platform."""
    user = operator()
    doubted = by_hand(attempts=0, why="The same text")
    for row, offered in [
        (doubted, True),
        (by_hand(), False),
        (by_hand(attempts=0, step=Step.BY_HAND), False),
        (by_hand(attempts=2, forgiven=2), True),
    ]:
        assert (D.AGAIN in queries.decisions(user, row)) is offered
        assert is_doubtful(row.connection_id, row.step, row.attempts, row.forgiven) is offered
    assert not is_doubtful(None, "", 0, 0)
    at = clock.now()
    messaging.take(delivery=doubted, by=user, at=at)
    messaging.decide(delivery=doubted, decision=D.AGAIN, by=user, at=at)
    assert (now_of(doubted).state, now_of(doubted).taken_by, now_of(doubted).not_before) == (S.DUE, None, at + SEND_AGAIN_AFTER)


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_two_people_confirm_the_same_card_at_the_same_moment() -> None:
    """One counts; the other is told; one receipt."""
    row, people, told = by_hand(), [operator(), operator("王芳")], []
    barrier = Barrier(2)

    def confirm(user: User) -> None:
        barrier.wait()
        try:
            messaging.decide(delivery=row, decision=D.SENT, by=user, at=clock.now())
        except Conflict as refusal:
            told.append(str(refusal.message))
        finally:
            connections.close_all()

    threads = [Thread(target=confirm, args=[user]) for user in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert database.vendor in ("postgresql", "sqlite")
    assert (len(told), Receipt.objects.count(), now_of(row).state) == (1, 1, S.SENT)


# --- Cards -------------------------------------------------------------------------------------------------------------------
def same(connection: Connection, count: int, **values: Any) -> list[Delivery]:
    """The same text for several groups."""
    return [by_hand(connection, text="早上好", text_key="k", **values) for _n in range(count)]


def the_cards(user: User | None = None) -> list[queries.Card]:
    """All of them."""
    return queries.cards(user or operator(), queries.deliveries_for(user or operator("其他")), clock.now())[0]


def test_one_card_for_all_groups_with_the_same_text_at_about_the_same_time() -> None:
    """In time order; another text, layout, operation or hour, or the same group again, is another card."""
    phone, due = wechat(), clock.now()
    rows = same(phone, 5, due_at=due)
    others = [
        by_hand(phone, text="早上 好", text_key="k", due_at=due),
        by_hand(phone, text="早上好", text_key="k", due_at=due, operation=Operation.ANNOUNCE),
        by_hand(phone, text="早上好", text_key="k", due_at=due + timedelta(minutes=31)),
        by_hand(phone, text="早上好", text_key="k", due_at=due + timedelta(minutes=32), group=rows[0].group),
    ]
    kicks = [by_hand(phone, text="刷屏", text_key="x", due_at=due, operation=Operation.KICK, user=name, user_name=name) for name in "甲乙"]
    found = [[row.pk for row in card.deliveries] for card in the_cards()]
    assert found[0] == [row.pk for row in rows]
    assert found[1:] == [[others[0].pk], [others[1].pk], [kicks[0].pk], [kicks[1].pk], [others[2].pk, others[3].pk]]


def test_the_same_group_twice_is_two_cards() -> None:
    """Nobody can tick one group for two messages."""
    first = same(wechat(), 1)[0]
    by_hand(first.connection, group=first.group, text="早上好", text_key="k")
    assert len(the_cards()) == 2


def test_a_card_names_groups_as_the_operator_does_and_splits_by_the_strictest_channel() -> None:
    """A second phone with shorter messages; a group without a room."""
    text = "说了一些话。" * 100
    row = by_hand(wechat(), text=text, text_key="k")
    Binding.objects.filter(group=row.group).update(remote_name="老板们的群")
    assert the_cards()[0].parts == [text]
    by_hand(wechat("200"), text=text, text_key="k")
    alone = GroupFactory(name="没有房间的群")
    DeliveryFactory(group=alone, connection=None, text=text, text_key="k", state=S.WAITING_PERSON)
    [card] = the_cards()
    assert [place.name for place in card.places][::2] == ["老板们的群", "没有房间的群"]
    assert len(card.parts) == 4
    assert all(len(part) <= 200 for part in card.parts)


def test_a_channel_that_cannot_be_read_hides_no_card() -> None:
    """A platform this installation does not have."""
    row = by_hand(ConnectionFactory(adapter="gone"))
    [card] = the_cards()
    assert card.parts == [row.text]
    assert card.title


def test_a_card_tells_its_hours_on_the_groups_clock() -> None:
    """Due and lapsing, and whether it is urgent."""
    at = clock.now()
    group = GroupFactory(zone="Asia/Shanghai")
    by_hand(group=group, due_at=at, expires_at=at + timedelta(minutes=10))
    [card] = the_cards()
    assert card.expiry == f"{clock.local(at + timedelta(minutes=10), 'Asia/Shanghai'):%H:%M}" or card.expiry.endswith("00:0")
    assert card.is_urgent


def test_no_more_than_the_cap_is_shown_and_the_rest_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stated cap, oldest first."""
    monkeypatch.setattr("groupops.messaging.queries.desk.MOST", 3)
    rows = [by_hand(due_at=clock.now() - timedelta(minutes=9 - n)) for n in range(5)]
    found, beyond = queries.cards(operator(), Delivery.objects.all(), clock.now())
    assert ([card.first.pk for card in found], beyond) == ([row.pk for row in rows[:3]], 2)


def test_what_has_become_of_a_card_is_told_to_whoever_still_sees_it() -> None:
    """Lapsed at its hour; taken or decided by a colleague; simply elsewhere."""
    user, other, at = operator(), operator("王芳"), clock.now()
    lapsed, taken, sent, gone = by_hand(expires_at=at - timedelta(seconds=1)), by_hand(), by_hand(), by_hand()
    messaging.take(delivery=taken, by=other, at=at)
    messaging.decide(delivery=sent, decision=D.SENT, by=other, at=at)
    messaging.decide(delivery=gone, decision=D.CANCEL, by=user, at=at)
    pks = [row.pk for row in (lapsed, taken, sent, gone)]
    told = {row.pk: line for row, line in queries.gone(user, Delivery.objects.all(), pks, at)}
    assert "王芳" in told[taken.pk]
    assert "王芳" in told[sent.pk]
    assert "王芳" not in told[gone.pk]
    assert clock.local(at, lapsed.group.zone).strftime("%M") in told[lapsed.pk] or ":" in told[lapsed.pk]


def test_recent_decisions_are_ones_own_and_stand_together() -> None:
    """What was decided in one go is taken back in one go."""
    user, at = operator(), clock.now()
    rows = same(wechat(), 3)
    messaging.decide_many(deliveries=rows, decision=D.SENT, by=user, at=at)
    messaging.decide(delivery=by_hand(), decision=D.SENT, by=operator("王芳"), at=at)
    [done] = queries.recent(user, at)
    assert [row.pk for row in done.deliveries] == [row.pk for row in rows]
    assert queries.recent(user, at + UNDO_FOR + timedelta(seconds=1)) == []


def test_today_points_to_cards_one_item_for_five_groups() -> None:
    """And to what failed; foreign groups are absent."""
    user, at = operator(), clock.now()
    rows = same(wechat(), 5, due_at=at - timedelta(minutes=1))
    by_hand(state=S.FAILED, due_at=at)
    first, second = today.source(user, at)
    assert first.url.endswith(f"#card-{rows[0].pk}")
    assert "4" in first.group
    assert second.kind == S.FAILED
    assert today.source(accounts.volunteer(), at) == []
    assert Group.objects.count() == 6
