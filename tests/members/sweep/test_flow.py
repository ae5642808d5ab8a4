"""From the question to the seat or the removal: asked once, graced from the receipt, removed only with a receipt."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from groupops.groups.models import Group
from groupops.messaging import services as messaging
from groupops.messaging.delivery import running
from groupops.messaging.models import Binding, Delivery, Pause
from groupops.messaging.policy import Decision, DeliveryState
from groupops.record.models import AuditEntry
from members.models import Leave, Membership, SweepCase, SweepRun, SweepStep
from members.sweep import delivery, queries, reviewing, seats
from members.sweep import services as sweeping
from members.sweeping import CaseState
from tests.factories.accounts import admin, founder, operator, viewer
from tests.factories.groups import NOW
from tests.factories.messaging import BindingFactory
from tests.factories.sweep import DAY, SweepCaseFactory, heard, ruled, silent

pytestmark = pytest.mark.django_db
HERE = "https://ops.example"
WORD = "请假回来了"


def asking(n: int = 1, **rule: object) -> tuple[Group, list[Membership]]:
    """A group that asks, with silent members; the run of the week is made and its questions are on their way."""
    group = ruled(heard(BindingFactory().group), **({"mode": "remove"} | rule))
    rows = [silent(group, last_spoke_at=NOW - (100 + k) * DAY) for k in range(n)]
    sweeping.tick(at=NOW, address=HERE)
    return group, rows


def settle(row: Delivery, state: DeliveryState, at: datetime = NOW) -> None:
    """As the outbox does: written, then told."""
    Delivery.objects.filter(pk=row.pk).update(state=state)
    row.refresh_from_db()
    hooks = {"sweep_ask": delivery.settled_ask, "sweep_remove": delivery.settled_remove}
    with transaction.atomic():
        hooks[row.purpose](row, at=at)


def answered(n: int = 1, **rule: object) -> list[SweepCase]:
    """Asked with receipts a week ago; nobody answered."""
    asking(n, **rule)
    for row in Delivery.objects.filter(purpose="sweep_ask"):
        settle(row, DeliveryState.SENT)
    sweeping.tick(at=NOW + 8 * DAY, address=HERE)
    return list(SweepCase.objects.filter(state=CaseState.IN_REVIEW).order_by("pk"))


def test_the_silent_are_asked_privately_with_a_link() -> None:
    _group, [row] = asking()
    [sent] = Delivery.objects.all()
    case = SweepCase.objects.get()
    assert (sent.operation, sent.user, sent.purpose, case.state) == ("send_direct", row.person.remote_id, "sweep_ask", CaseState.ASKING)
    assert row.person.name in sent.text
    assert f"{HERE}/p/keep/{queries.link_of(case)}/" in sent.text
    assert queries.case_of(queries.link_of(case)) == case
    assert queries.case_of("nonsense") is None


def test_a_tick_again_changes_nothing() -> None:
    asking(3)
    before = [list(model.objects.order_by("pk").values()) for model in (SweepRun, SweepCase, SweepStep, Delivery)]
    sweeping.tick(at=NOW, address=HERE)
    sweeping.tick(at=NOW + timedelta(hours=2), address=HERE)
    assert [list(model.objects.order_by("pk").values()) for model in (SweepRun, SweepCase, SweepStep, Delivery)] == before


def test_a_dry_run_asks_nobody() -> None:
    asking(2, mode="dry_run")
    assert (SweepCase.objects.count(), Delivery.objects.count()) == (2, 0)
    with pytest.raises(sweeping.NotNow):
        sweeping.ask(run=SweepRun.objects.get(), by=operator(), at=NOW, address=HERE)


def test_the_longest_silent_first_up_to_the_cap() -> None:
    _group, rows = asking(4, batch=2)
    asked = SweepCase.objects.filter(state=CaseState.ASKING).values_list("membership", flat=True)
    assert set(asked) == {rows[2].pk, rows[3].pk}
    assert sweeping.ask(run=SweepRun.objects.get(), by=operator(), at=NOW, address=HERE) == 0


def test_the_grace_counts_from_the_receipt() -> None:
    asking()
    [sent] = Delivery.objects.all()
    settle(sent, DeliveryState.SENT, NOW + 2 * DAY)
    case = SweepCase.objects.get()
    assert (case.state, case.grace_until) == (CaseState.ASKED, NOW + 9 * DAY)
    sweeping.advance(at=NOW + 9 * DAY - timedelta(seconds=1))
    case.refresh_from_db()
    assert case.state == CaseState.ASKED
    assert sweeping.advance(at=NOW + 9 * DAY) == 1
    assert sweeping.advance(at=NOW + 9 * DAY) == 0


def test_who_could_not_be_asked_is_never_reviewed_for_removal() -> None:
    asking()
    [sent] = Delivery.objects.all()
    settle(sent, DeliveryState.FAILED)
    sweeping.tick(at=NOW + 60 * DAY, address=HERE)
    case = SweepCase.objects.exclude(state=CaseState.CANDIDATE).get()
    assert case.state == CaseState.UNASKED
    result = reviewing.approve(cases=[case], by=operator(), at=NOW)
    assert (result.done, len(result.skipped)) == ([], 1)


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"last_spoke_at": NOW + DAY}, CaseState.REPLIED),
        ({"kept_at": NOW + DAY}, CaseState.KEPT),
        ({"left_at": NOW + DAY}, CaseState.LEFT),
    ],
)
def test_a_sign_of_life_ends_it(change: dict[str, datetime], state: CaseState) -> None:
    _group, [row] = asking()
    Membership.objects.filter(pk=row.pk).update(**change)
    [sent] = Delivery.objects.all()
    assert delivery.guard_ask(sent, at=NOW + DAY) == delivery.ENDED[state]
    settle(sent, DeliveryState.CANCELLED, NOW + DAY)
    assert SweepCase.objects.get().state == state


def test_leave_ends_it_too() -> None:
    [case] = answered()
    Leave.objects.create(membership=case.membership, since=NOW, until=NOW + 30 * DAY)
    result = reviewing.approve(cases=[case], by=operator(), at=NOW + 9 * DAY)
    case.refresh_from_db()
    assert (result.done, case.state, case.codes) == ([], CaseState.EXEMPT, ["on_leave"])


def test_the_link_keeps_the_seat_and_the_next_runs_leave_it_alone() -> None:
    group, [row] = asking()
    case = SweepCase.objects.get()
    seats.keep(case=case, at=NOW + DAY)
    seats.keep(case=case, at=NOW + 2 * DAY)
    row.refresh_from_db()
    case.refresh_from_db()
    assert (row.kept_at, case.state) == (NOW + DAY, CaseState.KEPT)
    heard(group, days=30, until=NOW + 30 * DAY)
    sweeping.plan(at=NOW + 30 * DAY)
    assert SweepCase.objects.count() == 1
    [sent] = Delivery.objects.all()
    assert delivery.guard_ask(sent, at=NOW + 3 * DAY)


def test_a_leave_by_the_link() -> None:
    asking()
    case = SweepCase.objects.get()
    seats.away(case=case, until=NOW + 40 * DAY, reason=WORD, at=NOW)
    seats.away(case=case, until=NOW + 50 * DAY, reason=WORD, at=NOW + DAY)
    assert list(Leave.objects.order_by("pk").values_list("ended_at", flat=True)) == [NOW + DAY, None]
    with pytest.raises(seats.WrongLeave):
        seats.away(case=case, until=NOW + 500 * DAY, reason="", at=NOW)
    Membership.objects.update(left_at=NOW)
    with pytest.raises(seats.TooLate):
        seats.keep(case=case, at=NOW)


def test_removed_after_review_and_only_with_a_receipt() -> None:
    [case] = answered()
    by = operator()
    assert [done.pk for done in reviewing.approve(cases=[case], by=by, at=NOW + 8 * DAY).done] == [case.pk]
    [kick] = Delivery.objects.filter(purpose="sweep_remove")
    case.refresh_from_db()
    assert (kick.operation, case.state, case.approved_by, case.removed_at) == ("kick", CaseState.REMOVING, by, None)
    assert delivery.guard_remove(kick, at=NOW + 8 * DAY) == ""
    settle(kick, DeliveryState.WAITING_PERSON)
    settle(kick, DeliveryState.SENT, NOW + 9 * DAY)
    case.refresh_from_db()
    assert (case.state, case.removed_at) == (CaseState.REMOVED, NOW + 9 * DAY)
    assert list(case.steps.order_by("pk").values_list("state", flat=True)) == ["asking", "asked", "in_review", "removing", "removed"]
    assert AuditEntry.objects.filter(verb="sweep.approve").count() == 1
    assert reviewing.approve(cases=[case], by=by, at=NOW).done == []


def test_speaking_at_the_last_moment_stops_the_removal() -> None:
    [case] = answered()
    reviewing.approve(cases=[case], by=operator(), at=NOW + 8 * DAY)
    [kick] = Delivery.objects.filter(purpose="sweep_remove")
    Membership.objects.filter(pk=case.membership_id).update(last_spoke_at=NOW + 8 * DAY)
    assert delivery.guard_remove(kick, at=NOW + 9 * DAY) == delivery.ENDED[CaseState.REPLIED]
    settle(kick, DeliveryState.CANCELLED)
    case.refresh_from_db()
    assert case.state == CaseState.REPLIED


def test_the_policy_taken_back_stops_the_removal() -> None:
    [case] = answered()
    reviewing.approve(cases=[case], by=operator(), at=NOW + 8 * DAY)
    ruled(case.run.group, mode="ask")
    [kick] = Delivery.objects.filter(purpose="sweep_remove")
    assert delivery.guard_remove(kick, at=NOW + 8 * DAY) == delivery.ONLY_ASKS


def test_above_the_number_a_second_person_approves() -> None:
    cases = answered(3, two_person_above=2)
    first, other = operator(), founder()
    assert len(reviewing.approve(cases=cases, by=first, at=NOW + 8 * DAY).done) == 3
    assert not Delivery.objects.filter(purpose="sweep_remove").exists()
    mine = reviewing.second(cases=cases, by=first, at=NOW + 8 * DAY)
    assert ([], {str(why) for _case, why in mine.skipped}) == (mine.done, {str(reviewing.SAME_PERSON)})
    assert len(reviewing.second(cases=cases, by=other, at=NOW + 8 * DAY).done) == 3
    assert Delivery.objects.filter(purpose="sweep_remove").count() == 3


def test_a_first_approval_is_void_after_a_week() -> None:
    """Nobody is removed by a word of weeks ago: the case is decided anew, by two again."""
    [case] = answered(1, two_person_above=0)
    reviewing.approve(cases=[case], by=operator(), at=NOW + 8 * DAY)
    sweeping.advance(at=NOW + 15 * DAY - timedelta(seconds=1))
    assert SweepCase.objects.get(pk=case.pk).state == "approved"
    sweeping.advance(at=NOW + 15 * DAY)
    case.refresh_from_db()
    assert (case.state, case.approved_by, case.needs_second) == ("in_review", None, False)
    assert reviewing.second(cases=[case], by=founder(), at=NOW + 15 * DAY).done == []
    assert not Delivery.objects.filter(purpose="sweep_remove").exists()


def test_few_at_a_time_do_not_pass_below_the_number() -> None:
    cases = answered(3, two_person_above=2)
    for case in cases:
        reviewing.approve(cases=[case], by=operator(), at=NOW + 8 * DAY)
    assert list(SweepCase.objects.order_by("pk").values_list("state", flat=True)) == ["removing", "removing", "approved"]


def test_nobody_without_the_right() -> None:
    [case] = answered()
    for by in (viewer(),):
        assert reviewing.approve(cases=[case], by=by, at=NOW).done == []
        assert reviewing.spare(cases=[case], why=WORD, by=by, at=NOW).done == []
    assert reviewing.approve(cases=[case], by=admin(), at=NOW + 8 * DAY).done


def test_only_where_the_policy_removes() -> None:
    [case] = answered(mode="ask")
    result = reviewing.approve(cases=[case], by=operator(), at=NOW)
    assert [str(why) for _case, why in result.skipped] == [str(reviewing.ONLY_ASKS)]


def test_let_stay_and_take_that_back() -> None:
    [case] = answered()
    by = operator()
    reviewing.spare(cases=[case], why=WORD, by=by, at=NOW + 8 * DAY)
    case.refresh_from_db()
    case.membership.refresh_from_db()
    assert (case.state, case.why, case.membership.kept_at) == (CaseState.SPARED, WORD, NOW + 8 * DAY)
    reviewing.unspare(cases=[case], by=by, at=NOW + 9 * DAY)
    case.refresh_from_db()
    case.membership.refresh_from_db()
    assert (case.state, case.membership.kept_at) == (CaseState.IN_REVIEW, None)


def test_pardoned_before_it_left() -> None:
    [case] = answered()
    by = operator()
    reviewing.approve(cases=[case], by=by, at=NOW + 8 * DAY)
    case.refresh_from_db()
    assert len(reviewing.spare(cases=[case], why=WORD, by=by, at=NOW + 8 * DAY).done) == 1
    [kick] = Delivery.objects.filter(purpose="sweep_remove")
    case.refresh_from_db()
    assert (kick.state, case.state, case.why) == (DeliveryState.CANCELLED, CaseState.SPARED, WORD)


def test_by_hand_it_counts_when_confirmed_and_can_be_taken_back() -> None:
    [case] = answered()
    by = operator()
    Binding.objects.all().delete()
    reviewing.approve(cases=[case], by=by, at=NOW + 8 * DAY)
    [kick] = Delivery.objects.filter(purpose="sweep_remove")
    case.refresh_from_db()
    assert (kick.state, case.state) == (DeliveryState.WAITING_PERSON, CaseState.REMOVING)
    messaging.decide(delivery=kick, decision=Decision.SENT, by=by, at=NOW + 9 * DAY)
    case.refresh_from_db()
    case.membership.refresh_from_db()
    assert (case.state, case.membership.left_at, case.membership.left_how) == (CaseState.REMOVED, NOW + 9 * DAY, "kicked")
    messaging.undo(delivery=kick, by=by, at=NOW + 9 * DAY)
    case.refresh_from_db()
    case.membership.refresh_from_db()
    assert (case.state, case.membership.left_at) == (CaseState.REMOVING, None)


def test_invited_back_and_there_again() -> None:
    case = SweepCaseFactory(state=CaseState.REMOVED)
    Membership.objects.filter(pk=case.membership_id).update(left_at=NOW, left_how="kicked")
    by = operator()
    assert reviewing.want_back(cases=[case], by=by, at=NOW).done
    assert list(queries.wanted_back(by)) == [case]
    sweeping.advance(at=NOW + DAY)
    case.refresh_from_db()
    assert case.state == CaseState.REMOVED
    Membership.objects.filter(pk=case.membership_id).update(left_at=None, left_how="", joined_at=NOW + DAY)
    sweeping.advance(at=NOW + 2 * DAY)
    case.refresh_from_db()
    assert (case.state, list(queries.wanted_back(by))) == (CaseState.RESTORED, [])
    assert reviewing.not_back(cases=[case], by=by, at=NOW + 2 * DAY).done
    assert list(queries.wanted_back(by)) == [case]
    assert reviewing.restored(cases=[case], by=by, at=NOW + 3 * DAY).done
    assert not reviewing.restored(cases=[case], by=by, at=NOW + 3 * DAY).done


def test_a_pause_of_enforcing_holds_the_removal_but_not_the_question() -> None:
    [case] = answered()
    Pause.objects.create(sort="enforcing", group=case.run.group, by=operator(), at=NOW)
    reviewing.approve(cases=[case], by=operator(), at=NOW + 8 * DAY)
    running.run(now=lambda: NOW + 8 * DAY)
    [kick] = Delivery.objects.filter(purpose="sweep_remove")
    assert kick.state == DeliveryState.DUE


def test_by_hand_a_look_is_made_anew_until_somebody_was_asked() -> None:
    group = ruled(heard(BindingFactory().group), mode="ask")
    silent(group)
    by = operator()
    first = sweeping.start(group=group, by=by, at=NOW)
    silent(group)
    again = sweeping.start(group=group, by=by, at=NOW)
    assert (first.silent, again.silent, SweepRun.objects.count()) == (1, 2, 1)
    assert sweeping.ask(run=again, by=by, at=NOW, address=HERE) == 2
    with pytest.raises(sweeping.NotNow):
        sweeping.start(group=group, by=by, at=NOW)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("state", "values"),
    [
        (CaseState.CANDIDATE, {"state": "nonsense"}),
        (CaseState.CANDIDATE, {"exempt": "newcomer"}),
        (CaseState.EXEMPT, {"exempt": ""}),
        (CaseState.IN_REVIEW, {"asked_at": None}),
        (CaseState.REMOVING, {"approved_by": None}),
        (CaseState.APPROVED, {"state": "removing"}),
        (CaseState.REMOVED, {"removed_at": None}),
    ],
)
def test_the_database_keeps_the_promises(state: CaseState, values: dict[str, object]) -> None:
    case = SweepCaseFactory(state=state)
    with pytest.raises(IntegrityError), transaction.atomic():
        SweepCase.objects.filter(pk=case.pk).update(**values)


@pytest.mark.both_databases
def test_one_run_a_week_one_case_at_work_one_leave_and_another_second() -> None:
    case = SweepCaseFactory(state=CaseState.APPROVED)
    with pytest.raises(IntegrityError), transaction.atomic():
        SweepCaseFactory(run__group=case.run.group, membership=case.membership, state=CaseState.ASKED)
    with pytest.raises(IntegrityError), transaction.atomic():
        SweepCase.objects.filter(pk=case.pk).update(second_by=case.approved_by)
    with pytest.raises(IntegrityError), transaction.atomic():
        SweepRun.objects.create(group=case.run.group, week=case.run.week, mode="ask", at=NOW, silent_before=NOW - DAY, newcomers_after=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        SweepRun.objects.filter(pk=case.run_id).update(blocked="gap", silent=1)
    Leave.objects.create(membership=case.membership, since=NOW, until=NOW + DAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Leave.objects.create(membership=case.membership, since=NOW, until=NOW + DAY)
