"""A group's model sees what comes in: people are asked with the fragments that made it, it acts alone only above its threshold."""

import pytest

from groupops.shared.errors import Invalid
from moderation.detection.evaluation import NEVER
from moderation.detection.model import Model
from moderation.models import Case
from moderation.policy import CaseState, Held, Offence, Source
from moderation.services.ruling import save_rule
from moderation.views.common import told
from tests.factories.accounts import founder
from tests.factories.groups import NOW
from tests.factories.inbound import happened, hear
from tests.factories.messaging import BindingFactory
from tests.factories.moderation import LearnedModelFactory, RuleFactory

pytestmark = pytest.mark.django_db
OFFER, TALK = "低价出游戏装备需要的加我571", "这个报错怎么解决"


def test_without_a_model_its_rule_sees_nothing() -> None:
    room = BindingFactory()
    RuleFactory(sort="model", settings={"from": "queue"})
    hear(room, happened(room.remote_id, "alice", OFFER))
    assert not Case.objects.exists()


def test_people_are_asked_and_shown_why(bold: Model) -> None:
    room = BindingFactory()
    RuleFactory(sort="model", settings={"from": "queue"}, certain=True)
    LearnedModelFactory(group=room.group, weights=bold.asking(NEVER).save(), automatic=NEVER)
    hear(room, happened(room.remote_id, "alice", OFFER), happened(room.remote_id, "bob", TALK))
    case = Case.objects.get()
    assert (case.source, case.state, case.held) == (Source.MODEL, CaseState.OPEN, Held.QUEUE)
    shown = told(case.evidence.get())
    assert any(found for _text, found in shown["parts"])
    assert "%" in shown["why"]


def test_it_acts_alone_above_its_threshold_where_a_rule_says_so(bold: Model) -> None:
    there, here = BindingFactory(), BindingFactory()
    RuleFactory(sort="model", settings={"from": "queue"}, certain=True)
    LearnedModelFactory(group=here.group, weights=bold.save(), automatic=bold.automatic)
    LearnedModelFactory(group=None, weights=bold.save(), automatic=bold.automatic)
    hear(here, happened(here.remote_id, "alice", OFFER))
    hear(there, happened(there.remote_id, "bob", OFFER))
    states = {case.group_id: case.state for case in Case.objects.all()}
    assert states == {here.group_id: CaseState.PUNISHED, there.group_id: CaseState.OPEN}  # a base only asks


@pytest.mark.parametrize("offence", [Offence.ATTACK, Offence.POLITICS, Offence.QUARREL])
def test_abuse_politics_and_quarrels_are_not_for_a_model(offence: Offence, bold: Model) -> None:
    values = {"name": "模型", "sort": "model", "offence": offence, "settings": {}, "certain": True}
    with pytest.raises(Invalid) as refused:
        save_rule(rule=None, values=values, by=founder(), at=NOW)
    assert refused.value.field == "offence"
    room = BindingFactory()  # one that was made otherwise
    RuleFactory(sort="model", settings={"from": "automatic"}, certain=True, removes_alone=True, offence=offence)
    LearnedModelFactory(group=room.group, weights=bold.save(), automatic=bold.automatic)
    hear(room, happened(room.remote_id, "alice", OFFER))
    assert (Case.objects.get().state, Case.objects.get().held) == (CaseState.OPEN, Held.OFFENCE)


def test_a_damaged_model_stops_nothing() -> None:
    room = BindingFactory()
    RuleFactory(sort="model", settings={"from": "queue"})
    LearnedModelFactory(group=room.group)
    hear(room, happened(room.remote_id, "alice", OFFER))
    assert not Case.objects.exists()
