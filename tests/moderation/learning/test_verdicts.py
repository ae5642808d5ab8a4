"""Which messages teach a group's model."""

from datetime import timedelta

import pytest

from groupops.groups.models import Group
from groupops.inbound.models import StoredEvent
from moderation.learning import verdicts
from moderation.models import Evidence
from moderation.policy import CaseState, Offence
from tests.factories.groups import NOW
from tests.factories.inbound import StoredEventFactory
from tests.factories.members import MembershipFactory
from tests.factories.messaging import BindingFactory
from tests.factories.moderation import AppealFactory, CaseFactory, DecisionFactory, EvidenceFactory, LearnedModelFactory, RuleFactory
from tests.factories.moderation import StrikeFactory as Struck

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def case(group: Group, text: str, state: CaseState = CaseState.PUNISHED, by: bool = True, **values: object) -> Evidence:
    """A judged message."""
    made = CaseFactory(membership=MembershipFactory(group=group), state=state, said=text, **values)
    DecisionFactory(case=made, **({} if by else {"by": None}))
    found: Evidence = made.evidence.get()
    return found


def test_people_teach_and_only_with_texts_that_are_kept() -> None:
    group = BindingFactory().group
    case(group, "出会员账号", state_at=NOW + timedelta(hours=2))
    case(group, "谢谢老师", CaseState.MISTAKEN, state_at=NOW + timedelta(hours=1))
    case(group, "你是傻子", offence=Offence.ATTACK)
    case(group, "无关的话", offence=Offence.OFF_TOPIC)
    case(group, "还没有判", CaseState.OPEN)
    case(group, "机器判的", by=False)
    case(group, "刷屏刷屏")
    Evidence.objects.filter(text="刷屏刷屏").update(rule=RuleFactory(sort="flood"))
    empty = case(group, "已经清空")
    Evidence.objects.filter(pk=empty.pk).update(text="", emptied_at=NOW)
    case(BindingFactory().group, "别的群")
    found = [(one.text, one.offence) for one in verdicts.judged(group)]
    assert found == [("你是傻子", False), ("谢谢老师", False), ("出会员账号", True)]
    assert verdicts.counted([group.pk])[group.pk] == verdicts.Counts(offences=1, harmless=2, new=3)
    LearnedModelFactory(group=group, at=NOW + timedelta(minutes=90))
    assert verdicts.counted([group.pk])[group.pk].new == 1
    assert verdicts.new_by_group(1) == [group.pk] + [pk for pk in verdicts.new_by_group(1) if pk != group.pk]


def test_the_machines_own_decision_teaches_after_an_appeal() -> None:
    struck = Struck(decision__by=None, decision__case__membership=MembershipFactory(group=BindingFactory().group))
    assert verdicts.judged(struck.group) == []
    AppealFactory(strike=struck, state="rejected", decided_by=DecisionFactory().by, decided_at=NOW)
    assert [one.offence for one in verdicts.judged(struck.group)] == [True]


def test_ordinary_messages_are_those_nobody_objected_to() -> None:
    binding = BindingFactory()
    old = NOW - timedelta(days=2)
    for text, at in (("早上好", old), ("加微信", old), ("刚刚说的", NOW)):
        StoredEventFactory(binding=binding, text=text, occurred_at=at, person_id=1)
    EvidenceFactory(event_id=StoredEvent.objects.get(text="加微信").pk, case__said=False)
    assert verdicts.ordinary(binding.group, NOW) == ["早上好"]
