"""The machine notices, people judge: each act exactly once, nobody exempt, everything can be explained and taken back."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from groupops.groups.models import Policy
from groupops.groups.policy import Scope
from groupops.messaging import kinds
from groupops.messaging import services as messaging
from groupops.messaging.adapter import Operation
from groupops.messaging.delivery import run
from groupops.messaging.models import Delivery
from groupops.messaging.moves import move
from groupops.messaging.policy import Decision as Choice
from groupops.messaging.policy import DeliveryState
from groupops.record.models import Alarm, AuditEntry
from groupops.shared import clock
from groupops.shared.errors import Forbidden, Invalid
from members.models import Colleague, DailyActivity
from moderation import services as moderation
from moderation.delivery import GONE, PARDONED, UNDONE
from moderation.models import Appeal, Case, Decision, Evidence, Measure, Strike
from moderation.policy import Act, AppealState, CaseState, Held, Offence, Verdict
from moderation.queries import dealt_with
from moderation.services import AlreadyDecided, AppealRefused, ItIsYou, TakenByOther
from moderation.services.deciding import TooLate
from tests.factories.accounts import UserFactory, operator
from tests.factories.groups import NOW
from tests.factories.members import MembershipFactory
from tests.factories.messaging import BindingFactory, bound, platform
from tests.factories.moderation import AppealFactory, CaseFactory, DecisionFactory, RuleFactory, StrikeFactory, found, noticed

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def acts(case: Case) -> list[str]:
    """What leaves, in its order."""
    rows = Delivery.objects.filter(purpose="measure", subject_id__in=case.measures.values("pk")).order_by("due_at", "pk")
    return [row.operation for row in rows]


def sent(case: Case, at: datetime = NOW) -> None:
    """Everything of a case is done."""
    waiting = Delivery.objects.filter(purpose="measure", subject_id__in=case.measures.values("pk"), state__in=["due", "planned"])
    for row in waiting.order_by("pk"):
        Delivery.objects.filter(pk=row.pk).update(state=DeliveryState.CLAIMED, fence=uuid4(), lease_until=at)
        row.refresh_from_db()
        assert kinds.guard(row, at=at) == ""
        with transaction.atomic():
            move(row, DeliveryState.SENT, at=at)


def test_an_advertiser_climbs_the_advertising_ladder_and_a_person_decides_the_removal() -> None:
    member, rule = MembershipFactory(), RuleFactory()
    first = found(member, rule=rule)
    assert first.state == CaseState.PUNISHED
    assert acts(first) == [Operation.DELETE_MESSAGE, Operation.SEND_DIRECT]
    sent(first)
    second = found(member, rule=rule, at=NOW + DAY)
    assert acts(second) == [Operation.DELETE_MESSAGE, Operation.MUTE, Operation.SEND_DIRECT]
    mute = Delivery.objects.get(operation=Operation.MUTE)
    assert mute.until == NOW + DAY + DAY
    third = found(member, rule=rule, at=NOW + 2 * DAY)
    assert (third.state, third.held) == (CaseState.OPEN, Held.REMOVAL)
    assert acts(third) == []
    moderation.decide(case=third, verdict=Verdict.PUNISH, by=operator(), at=NOW + 2 * DAY)
    assert acts(third) == [Operation.DELETE_MESSAGE, Operation.SEND_DIRECT, Operation.KICK]
    assert Strike.objects.filter(membership=member, overruled_at=None).count() == 3
    said = Delivery.objects.filter(operation=Operation.SEND_DIRECT).first().text
    assert "日赚" not in said
    assert "/p/appeal/" in said


def test_the_default_ladder_reminds_warns_and_asks_before_it_removes_unless_told_otherwise() -> None:
    member, rule = MembershipFactory(), RuleFactory(offence=Offence.NOISE, removes_alone=True)
    given = {"rule": rule, "offence": Offence.NOISE}
    steps = [acts(found(member, at=NOW + n * DAY, **given)) for n in range(3)]
    assert steps == [[Operation.SEND_GROUP], [Operation.SEND_DIRECT], [Operation.SEND_DIRECT, Operation.KICK]]
    reminder = Delivery.objects.get(operation=Operation.SEND_GROUP)
    assert member.person.name in reminder.text
    assert "日赚" not in reminder.text


def test_a_reminder_does_not_repeat_a_name_that_bears_what_was_found() -> None:
    member = MembershipFactory(person__name="日赚三千联系我")
    case = found(member, rule=RuleFactory(offence=Offence.NOISE), offence=Offence.NOISE, text="日赚三千", spans=((0, 2),))
    assert "日赚" not in Delivery.objects.get(subject_id=case.measures.get().pk).text


def test_offences_of_another_ladder_and_expired_or_overruled_strikes_do_not_count() -> None:
    member, rule = MembershipFactory(), RuleFactory()
    StrikeFactory(decision__case__membership=member, ladder="quarrel")
    StrikeFactory(decision__case__membership=member, at=NOW - 91 * DAY)
    StrikeFactory(decision__case__membership=member, overruled_at=NOW, overruled_by=UserFactory())
    assert Decision.objects.get(case=found(member, rule=rule, at=NOW + timedelta(hours=1))).step == 0


def test_a_strike_expires_when_it_was_said_to_even_if_the_policy_changes() -> None:
    strike = Strike.objects.get(case=found(MembershipFactory()))
    assert strike.expires_at == NOW + 90 * DAY
    Policy.objects.create(name="moderation.ladders", scope=Scope.SITE, version=1, value={"strike_days": 1}, at=NOW)
    strike.refresh_from_db()
    assert strike.expires_at == NOW + 90 * DAY


def test_several_messages_of_one_incident_are_one_case_and_one_strike() -> None:
    member = MembershipFactory()
    batch = [noticed(member) for _n in range(3)]
    cases = moderation.notice(noticed=batch, at=NOW)
    assert len({case.pk for case in cases.values()}) == 1
    again = found(member, at=NOW + timedelta(minutes=1))
    assert again.pk in {case.pk for case in cases.values()}
    assert Strike.objects.count() == 1
    assert acts(again).count(Operation.DELETE_MESSAGE) == 4
    assert moderation.notice(noticed=batch, at=NOW) == cases
    assert Evidence.objects.count() == 4


def test_abuse_posts_reports_and_uncertain_rules_go_to_people() -> None:
    assert found(MembershipFactory(), offence=Offence.ATTACK).held == Held.OFFENCE
    assert found(MembershipFactory(), certain=False).held == Held.QUEUE
    holder = MembershipFactory()
    Colleague.objects.create(person=holder.person, user=UserFactory(), by=UserFactory(), at=NOW)
    case = found(holder)
    assert (case.held, case.needs_second) == (Held.POST, True)
    assert Strike.objects.count() == 0


def test_the_cap_of_an_hour_holds_a_blast_back_with_an_alarm() -> None:
    group = MembershipFactory().group
    Policy.objects.create(name="moderation.ladders", scope=Scope.SITE, version=1, value={"per_hour": 2}, at=NOW)
    batch = [noticed(MembershipFactory(group=group)) for _n in range(4)]
    cases = moderation.notice(noticed=batch, at=NOW)
    assert Counter(case.state for case in cases.values()) == {"punished": 2, "open": 2}
    assert Alarm.objects.filter(key=f"moderation-cap:{group.pk}", closed_at=None).exists()


def test_further_messages_of_an_incident_count_for_the_cap_and_wait_for_a_person_above_it() -> None:
    room, by = BindingFactory(), operator()
    member, rule = MembershipFactory(group=room.group), RuleFactory()
    Policy.objects.create(name="moderation.ladders", scope=Scope.SITE, version=1, value={"per_hour": 3}, at=NOW)
    first = found(member, rule=rule)
    for n in range(1, 5):
        found(member, rule=rule, at=NOW + n * timedelta(seconds=20))
    recalls = Delivery.objects.filter(operation=Operation.DELETE_MESSAGE).order_by("pk")
    assert [row.state for row in recalls] == ["due"] * 3 + ["waiting_person"] * 2
    assert (Case.objects.count(), Strike.objects.count(), dealt_with([room.group_id], NOW + DAY / 24)[room.group_id]) == (1, 1, 2)
    assert Alarm.objects.get(key=f"moderation-cap:{room.group_id}", closed_at=None).url.endswith("state=waiting_person")
    other = found(MembershipFactory(group=room.group), rule=rule, at=NOW + timedelta(minutes=2))
    assert other.held == Held.CAP, "they count for everybody of the group"
    held = recalls.last()
    messaging.decide(delivery=held, decision=Choice.AGAIN, by=by, at=NOW + timedelta(minutes=3))
    held.refresh_from_db()
    assert (held.state, kinds.guard(held, at=NOW)) == ("due", "")
    moderation.answer(appeal=AppealFactory(strike=first.strikes.get(), judged_by=None), upheld=True, by=by, at=NOW + DAY / 24)
    assert recalls.filter(state="waiting_person").count() == 0


def test_further_messages_of_somebody_with_a_post_are_not_recalled_without_a_person() -> None:
    room, first, second = BindingFactory(), operator(), operator()
    member = MembershipFactory(group=room.group)
    Colleague.objects.create(person=member.person, user=UserFactory(), by=first, at=NOW)
    case = found(member)
    for judge in (first, second):
        moderation.decide(case=case, verdict=Verdict.PUNISH, by=judge, at=NOW)
    assert found(member, at=NOW + timedelta(minutes=1)) == case
    assert Delivery.objects.filter(operation=Operation.DELETE_MESSAGE, state="waiting_person").count() == 1


def test_people_with_a_post_are_judged_by_two() -> None:
    case, first, second = CaseFactory(needs_second=True), operator(), operator()
    moderation.decide(case=case, verdict=Verdict.PUNISH, by=first, at=NOW)
    case.refresh_from_db()
    assert (case.state, Strike.objects.count(), acts(case)) == (CaseState.SECOND, 0, [])
    with pytest.raises(AlreadyDecided):
        moderation.decide(case=case, verdict=Verdict.PUNISH, by=first, at=NOW)
    moderation.decide(case=case, verdict=Verdict.PUNISH, by=second, at=NOW)
    decision = Decision.objects.get()
    assert (decision.by, decision.second_by) == (first, second)
    assert Strike.objects.count() == 1


def test_the_second_reviewer_may_see_it_otherwise() -> None:
    case = CaseFactory(needs_second=True)
    moderation.decide(case=case, verdict=Verdict.PUNISH, by=operator(), at=NOW)
    moderation.decide(case=case, verdict=Verdict.MISTAKE, by=operator(), at=NOW)
    case.refresh_from_db()
    assert case.state == CaseState.MISTAKEN
    assert Decision.objects.filter(undone_at=None).get().verdict == Verdict.MISTAKE


def test_who_comes_second_is_told_who_decided_what() -> None:
    case, first = CaseFactory(), operator(name="小林")
    moderation.decide(case=case, verdict=Verdict.CLEAN, by=first, at=NOW)
    with pytest.raises(AlreadyDecided, match="小林"):
        moderation.decide(case=case, verdict=Verdict.PUNISH, by=operator(), at=NOW)
    stale = CaseFactory()
    with pytest.raises(AlreadyDecided):
        moderation.decide(case=stale, verdict=Verdict.CLEAN, version=stale.version - 1, by=first, at=NOW)


def test_a_claim_keeps_others_off_until_it_runs_out() -> None:
    case, first, other = CaseFactory(), operator(), operator()
    moderation.claim(case=case, by=first, at=NOW)
    for act in (moderation.claim, moderation.release):
        with pytest.raises(TakenByOther):
            act(case=case, by=other, at=NOW)
    with pytest.raises(TakenByOther):
        moderation.decide(case=case, verdict=Verdict.CLEAN, by=other, at=NOW)
    moderation.decide(case=case, verdict=Verdict.CLEAN, by=other, at=NOW + timedelta(minutes=11))


def test_nobody_judges_their_own_case_or_without_the_right() -> None:
    member, me = MembershipFactory(), operator()
    Colleague.objects.create(person=member.person, user=me, by=me, at=NOW)
    with pytest.raises(ItIsYou):
        moderation.decide(case=CaseFactory(membership=member), verdict=Verdict.CLEAN, by=me, at=NOW)
    with pytest.raises(Forbidden):
        moderation.decide(case=CaseFactory(), verdict=Verdict.CLEAN, by=UserFactory(role="viewer"), at=NOW)


def test_a_decision_is_taken_back_while_nothing_has_left() -> None:
    case, by = CaseFactory(), operator()
    DailyActivity.objects.create(membership=case.membership, day=NOW.date(), messages=3)
    moderation.decide(case=case, verdict=Verdict.PUNISH, by=by, at=NOW)
    assert DailyActivity.objects.get().messages == 2
    moderation.undo(case=case, by=by, at=NOW)
    case.refresh_from_db()
    assert case.state == CaseState.OPEN
    assert DailyActivity.objects.get().messages == 3
    assert set(Measure.objects.values_list("state", flat=True)) == {"cancelled"}
    assert Strike.objects.filter(overruled_at=None).count() == 0
    for delivery in Delivery.objects.order_by("pk"):
        assert kinds.guard(delivery, at=NOW)
    moderation.decide(case=case, verdict=Verdict.PUNISH, by=by, at=NOW)
    sent(case)
    with pytest.raises(TooLate):
        moderation.undo(case=case, by=by, at=NOW)


def test_the_guard_pardons_at_the_last_moment() -> None:
    case = found(MembershipFactory())
    delivery = Delivery.objects.filter(operation=Operation.SEND_DIRECT).get()
    Strike.objects.update(overruled_at=NOW, overruled_by=UserFactory())
    assert kinds.guard(delivery, at=NOW) == PARDONED
    Decision.objects.update(undone_at=NOW)
    assert kinds.guard(delivery, at=NOW) == UNDONE
    member = found(MembershipFactory(), offence=Offence.NOISE, rule=RuleFactory(offence=Offence.NOISE)).membership
    member.left_at = NOW
    member.save()
    assert kinds.guard(Delivery.objects.get(operation=Operation.SEND_GROUP), at=NOW) == GONE
    assert case.pk


def test_who_takes_the_message_back_in_time_is_not_punished() -> None:
    member = MembershipFactory()
    case = found(member, certain=False)
    one = case.evidence.get()
    for who, when in [("somebody else", NOW), (one.author, NOW + timedelta(hours=1))]:
        assert moderation.take_back(gone=[(one.message, who, when)], group_ids=[member.group_id], at=NOW) == 0
    assert moderation.take_back(gone=[(one.message, one.author, NOW + timedelta(minutes=2))], group_ids=[member.group_id], at=NOW) == 1
    case.refresh_from_db()
    assert case.state == CaseState.WITHDRAWN
    assert found(MembershipFactory(), taken_back=True).state == CaseState.WITHDRAWN


def test_an_upheld_appeal_restores_everything_at_once_and_apologises() -> None:
    member, judge, other = MembershipFactory(), operator(), operator()
    StrikeFactory(decision__case__membership=member, decision__case__state_at=NOW - DAY, at=NOW - DAY)
    case = found(member, certain=False)
    DailyActivity.objects.create(membership=member, day=NOW.date(), messages=5)
    moderation.decide(case=case, verdict=Verdict.PUNISH, by=judge, at=NOW)
    sent(case)
    strike = Strike.objects.get(case=case)
    appeal = moderation.appeal(strike=strike, text="是误会", at=NOW + DAY / 2)
    with pytest.raises(AppealRefused):
        moderation.appeal(strike=strike, text="再说一次", at=NOW + DAY / 2)
    with pytest.raises(AppealRefused):
        moderation.answer(appeal=appeal, upheld=True, by=judge, at=NOW + DAY / 2)
    moderation.answer(appeal=appeal, upheld=True, by=other, at=NOW + DAY / 2)
    case.refresh_from_db()
    strike.refresh_from_db()
    assert (case.state, strike.overruled_by) == (CaseState.OVERRULED, other)
    assert DailyActivity.objects.get().messages == 5
    assert acts(case)[-2:] == [Operation.UNMUTE, Operation.SEND_DIRECT]
    assert AuditEntry.objects.filter(verb="appeal.uphold").exists()
    with pytest.raises(AppealRefused, match=str(other)):
        moderation.answer(appeal=appeal, upheld=False, text="维持", by=other, at=NOW + DAY)


def test_an_apology_that_the_platform_does_not_deliver_becomes_a_card_for_a_person() -> None:
    room = bound(platform())
    member, judge, other, at = MembershipFactory(group=room.group, person__remote_id="song"), operator(), operator(), clock.now()
    case = found(member, certain=False, at=at)
    Policy.objects.create(name="moderation.ladders", scope=Scope.SITE, version=1, value={"advert": "移出群聊"}, at=at)
    moderation.decide(case=case, verdict=Verdict.PUNISH, by=judge, at=at)
    sent(case, at)
    appeal = moderation.appeal(strike=Strike.objects.get(), text="是误会", at=at)
    moderation.answer(appeal=appeal, upheld=True, by=other, at=at)
    run(now=lambda: at, seconds=5)
    apology = Measure.objects.get(act=Act.APOLOGY)
    failed, card = Delivery.objects.filter(purpose="measure", subject_id=apology.pk).order_by("pk")
    assert (failed.state, failed.tries.count(), card.state, card.step) == ("cancelled", 1, "waiting_person", "by_hand")
    assert (card.text, card.user, apology.state) == (failed.text, "song", "waiting")
    messaging.decide(delivery=card, decision=Choice.NOT_SENT, by=judge, at=at)
    apology.refresh_from_db()
    assert (apology.state, Delivery.objects.filter(subject_id=apology.pk, purpose="measure").count()) == ("failed", 2)
    messaging.undo(delivery=card, by=judge, at=at)
    messaging.decide(delivery=card, decision=Choice.SENT, by=judge, at=at)
    apology.refresh_from_db()
    assert apology.state == "done"


def test_a_rejected_appeal_is_answered_and_changes_nothing() -> None:
    appeal = AppealFactory()
    moderation.answer(appeal=appeal, upheld=False, text="确实是广告", by=operator(), at=NOW)
    appeal.refresh_from_db()
    assert appeal.state == AppealState.REJECTED
    assert "确实是广告" in Delivery.objects.get().text
    assert Strike.objects.get().overruled_at is None


def test_an_appeal_too_late_empty_or_too_long_is_refused() -> None:
    strike = StrikeFactory()
    with pytest.raises(AppealRefused):
        moderation.appeal(strike=strike, text="晚了", at=NOW + 21 * DAY)
    for text in ("  ", "长" * 2001):
        with pytest.raises(Invalid) as refused:
            moderation.appeal(strike=strike, text=text, at=NOW)
        assert refused.value.field == "text"


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("name", "build"),
    [
        ("case_one_open", lambda: CaseFactory(membership=CaseFactory().membership)),
        ("case_key_once", lambda: [CaseFactory(key="a"), CaseFactory(key="a")]),
        ("case_claim_whole", lambda: CaseFactory(claimed_until=NOW)),
        ("case_rank_bounds", lambda: CaseFactory(rank=10)),
        ("decision_once", lambda: DecisionFactory(case=DecisionFactory().case)),
        ("decision_second_is_another", lambda: DecisionFactory(by=(user := UserFactory()), second_by=user)),
        ("decision_punish_has_step", lambda: DecisionFactory(step=None)),
        ("strike_weight", lambda: StrikeFactory(weight=0)),
        ("strike_expires_later", lambda: StrikeFactory(expires_at=NOW)),
        ("strike_overruled_by", lambda: StrikeFactory(overruled_at=NOW)),
        (
            "appeal_decided_by_another",
            lambda: AppealFactory(judged_by=(user := UserFactory()), decided_by=user, decided_at=NOW, state="upheld"),
        ),
        ("appeal_decided_by", lambda: AppealFactory(state="upheld")),
        ("appeal_says_why", lambda: AppealFactory(text="")),
        ("appeal_not_too_long", lambda: AppealFactory(text="长" * 2001)),
        ("rule_scope_fits", lambda: RuleFactory(scope="group")),
        ("rule_removes_only_if_certain", lambda: RuleFactory(certain=False, removes_alone=True)),
        ("rule_hours_of_the_day", lambda: RuleFactory(from_hour=24)),
        ("rule_ends_later", lambda: RuleFactory(starts_at=NOW, ends_at=NOW)),
    ],
)
def test_the_database_keeps_the_promise(name: str, build: Callable[[], object]) -> None:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        build()
    assert name in str(refused.value) or "UNIQUE" in str(refused.value)


def test_a_strike_is_never_deleted() -> None:
    strike = StrikeFactory()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Strike.objects.filter(pk=strike.pk).delete()
    assert Appeal.objects.count() == 0


def test_a_removal_to_be_considered_is_a_removal_once_a_person_says_violation() -> None:
    member = MembershipFactory()
    for n in (3, 2):
        StrikeFactory(decision__case__membership=member, ladder="off_topic", at=NOW - n * DAY)
    case = found(member, offence=Offence.OFF_TOPIC)
    assert (case.state, case.held) == (CaseState.OPEN, Held.REMOVAL)
    moderation.decide(case=case, verdict=Verdict.PUNISH, by=operator(), at=NOW)
    assert acts(case)[-1] == Operation.KICK
