"""Messages come in: punished ones go no further, doubtful ones reach the queue, rehearsed rules only count."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from groupops.groups.policy import Scope
from groupops.messaging.adapter import EventKind
from groupops.messaging.models import Delivery
from groupops.shared import clock
from members.models import DailyActivity, Membership
from moderation import services as moderation
from moderation.models import Case, Report, RuleDay, Strike
from moderation.policy import CaseState, RuleState, Source, Verdict
from tests.factories.accounts import operator
from tests.factories.groups import NOW
from tests.factories.inbound import happened, hear
from tests.factories.messaging import BindingFactory
from tests.factories.moderation import ADVERT, RuleFactory, WordListFactory

pytestmark = pytest.mark.django_db


def test_a_certain_rule_acts_at_once_and_the_message_goes_no_further() -> None:
    room = BindingFactory()
    RuleFactory()
    hear(room, happened(room.remote_id, "alice", "早", message="m0"))
    hear(room, happened(room.remote_id, "alice", ADVERT, message="m1"), happened(room.remote_id, "bob", "早上好", message="m2"))
    case = Case.objects.get()
    assert (case.state, case.membership.person.remote_id) == (CaseState.PUNISHED, "alice")
    assert Delivery.objects.filter(operation="delete_message", message="m1").exists()
    member = Membership.objects.get(person__remote_id="alice")
    assert member.last_spoke_at == NOW
    assert DailyActivity.objects.get(membership=member).messages == 1
    assert DailyActivity.objects.filter(membership__person__remote_id="bob").exists()
    strike = Strike.objects.get()
    appeal = moderation.appeal(strike=strike, text="是误会", at=NOW)
    moderation.answer(appeal=appeal, upheld=True, by=operator(), at=NOW)
    assert DailyActivity.objects.get(membership=member).messages == 2


def test_an_uncertain_rule_asks_people_and_rehearsal_only_counts() -> None:
    room = BindingFactory()
    RuleFactory(certain=False)
    RuleFactory(state=RuleState.REHEARSAL, settings={"words": ["早上"]})
    RuleFactory(state=RuleState.DRAFT, settings={"words": ["晚上"]})
    hear(
        room,
        happened(room.remote_id, "alice", ADVERT),
        happened(room.remote_id, "bob", "早上好"),
        happened(room.remote_id, "cat", "晚上好"),
    )
    case = Case.objects.get()
    assert case.state == CaseState.OPEN
    assert case.evidence.get().spans
    assert sorted(RuleDay.objects.values_list("hits", "rehearsed")) == [(1, 0), (1, 1)]
    assert DailyActivity.objects.count() == 3
    moderation.decide(case=case, verdict=Verdict.PUNISH, by=operator(), at=NOW)
    assert DailyActivity.objects.get(membership=case.membership).messages == 0


def test_a_rule_looks_where_and_when_it_is_meant_to() -> None:
    here, there = BindingFactory(), BindingFactory()
    RuleFactory(scope=Scope.GROUP, group=here.group, certain=False, exempt_labels="[推广]")
    RuleFactory(scope=Scope.KIND, kind=there.group.kind, certain=False, from_hour=22, until_hour=7, settings={"words": ["你好"]})
    hear(
        here, happened(here.remote_id, "a", f"[推广]{ADVERT}"), happened(here.remote_id, "b", ADVERT), happened(here.remote_id, "b", "你好")
    )
    hear(there, happened(there.remote_id, "c", "你好"), happened(there.remote_id, "c", ADVERT))
    assert [case.group for case in Case.objects.order_by("pk")] == [here.group]
    hear(there, happened(there.remote_id, "c", "你好", occurred_at=NOW + timedelta(hours=11)))
    assert Case.objects.filter(group=there.group).count() == 1


def test_a_word_list_counts_with_its_newest_words() -> None:
    room, words = BindingFactory(), WordListFactory()
    rule = RuleFactory(certain=False, settings={"words": ["占位"]})
    rule.lists.add(words)
    hear(room, happened(room.remote_id, "alice", "内推名额"))
    words.words, words.version = "内推", words.version + 1
    words.save()
    hear(room, happened(room.remote_id, "alice", "内推名额"))
    assert Case.objects.count() == 1


def test_a_reply_that_reports_opens_a_case_and_a_recall_in_time_closes_it() -> None:
    room = BindingFactory()
    hear(room, happened(room.remote_id, "alice", "吵什么吵", message="m1"))
    for who in ("bob", "cat", "alice"):
        hear(room, happened(room.remote_id, who, "举报", message=f"r-{who}", reply_to="m1", raw={"reply_to": "m1"}))
    case = Case.objects.get()
    assert (case.source, case.state, Report.objects.count()) == (Source.REPORT, CaseState.OPEN, 2)
    gone = happened(room.remote_id, "alice", "", kind=EventKind.MESSAGE_DELETED, message="m1", occurred_at=NOW + timedelta(minutes=1))
    hear(room, gone)
    case.refresh_from_db()
    assert case.state == CaseState.WITHDRAWN


def test_without_rules_the_step_costs_one_query(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    from groupops.inbound.turn import Batch, Turn
    from moderation.inbound import screen

    turn = Turn(1, EventKind.MESSAGE, 1, "Asia/Shanghai", "a", "A", "你好", "", clock.now(), membership_id=1)
    with django_assert_max_num_queries(1):
        screen(Batch(1, "memory", [turn], clock.now()))
