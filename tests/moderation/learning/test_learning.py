"""A group's model is learned from verdicts, replaced when the next is no worse, and gone back to."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from groupops.record.models import AuditEntry
from groupops.shared import clock
from groupops.shared.errors import Forbidden
from moderation.detection.model import Model
from moderation.detection.training import Example
from moderation.learning import measuring, queries, services
from moderation.learning.services import CannotGoBack
from moderation.learning.verdicts import Judged
from moderation.models import LearnedModel
from moderation.policy.learning import KEPT, ModelState, NotReplaced
from tests.factories.accounts import operator, viewer
from tests.factories.groups import NOW, GroupFactory
from tests.factories.moderation import LearnedModelFactory
from tests.moderation.detection.test_model import EXAMPLES
from tests.moderation.learning.conftest import Judge

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


def test_it_is_learned_measured_and_not_again_before_new_verdicts(judge: Judge) -> None:
    group = GroupFactory()
    judge(group, EXAMPLES[:20])
    assert services.learn_next(at=NOW) is None  # two harmless ones are too few
    judge(group, EXAMPLES[20:])
    row = services.learn_next(at=NOW)
    assert row is not None
    assert (row.group, row.version, row.state, row.verdicts, row.offences) == (group, 1, ModelState.CURRENT, 36, 18)
    assert (row.precision, row.recall, row.acts_alone, row.wrong_before) == (1.0, 1.0, False, None)
    assert all(each.text.encode() not in bytes(row.weights) for each in EXAMPLES)
    assert services.learn_next(at=LATER) is None
    advert, question = Model.load(bytes(row.weights)).score(["低价出二手显卡需要的加我4421", "这个接口怎么用"])
    assert question < 0.5 < advert


def test_a_worse_one_is_not_used_and_says_why(judge: Judge) -> None:
    group = GroupFactory()
    judge(group, EXAMPLES)
    first = services.learn(group=group, at=NOW)
    turned = [Example(each.text, offence=False) for each in EXAMPLES[:18]] * 3  # people changed their minds
    judge(group, turned, at=LATER)
    second = services.learn(group=group, at=LATER)
    assert first is not None
    assert second is not None
    assert (second.state, second.why, second.weights) == (ModelState.REFUSED, NotReplaced.POOR, None)
    assert queries.in_use([group.pk]) == {group.pk: first.pk}


def test_the_next_is_compared_on_verdicts_that_neither_had_seen(judge: Judge) -> None:
    group = GroupFactory()
    judge(group, EXAMPLES)
    services.learn(group=group, at=NOW)
    other = [Example(f"招代理日结{n}元名额有限私聊领取资料{n}", offence=True) for n in (31, 58, 77)]
    other += [Example(f"{talk}大家帮我看看", offence=False) for talk in ("编译不过", "会议改期了", "端口被占用")]
    judge(group, other * 4, at=LATER)
    row = services.learn(group=group, at=LATER)
    assert row is not None
    assert (row.version, row.state, row.compared) == (2, ModelState.CURRENT, 24)
    assert row.wrong_before is not None
    assert row.wrong <= row.wrong_before
    assert LearnedModel.objects.get(group=group, version=1).state == ModelState.FORMER


def test_a_verdict_is_extended_to_what_is_nearly_the_same_and_nobody_objected_to() -> None:
    known = [Judged("", offence, NOW) for offence in (True, False, True, True, False)]
    assert measuring._spread([1, 2, 3, 4, 4, 1, 2, 4, 9], known) == [True, False, False, False]


def test_only_the_last_versions_keep_their_weights() -> None:
    group = GroupFactory()
    for n in range(KEPT + 2):
        LearnedModelFactory(group=group, version=n + 1, state=ModelState.CURRENT if n > KEPT else ModelState.FORMER)
    services._forget(group)
    assert list(LearnedModel.objects.filter(weights=None).values_list("version", flat=True)) == [1, 2]


def test_going_back() -> None:
    group, me = GroupFactory(), operator()
    old = LearnedModelFactory(group=group, state=ModelState.FORMER)
    new = LearnedModelFactory(group=group, version=2)
    with pytest.raises(Forbidden):
        services.go_back(model=old, by=viewer(), at=NOW)
    with pytest.raises(CannotGoBack):
        services.go_back(model=new, by=me, at=NOW)
    services.go_back(model=old, by=me, at=NOW)
    assert queries.in_use([group.pk]) == {group.pk: old.pk}
    assert AuditEntry.objects.get(verb="model.go_back").detail.after == {"version": 1}
    LearnedModel.objects.filter(pk=new.pk).update(weights=None)
    with pytest.raises(CannotGoBack):
        services.go_back(model=new, by=me, at=NOW)


def test_the_pages_and_the_api(judge: Judge) -> None:
    group = GroupFactory()
    judge(group, EXAMPLES)
    old = LearnedModelFactory(group=group, state=ModelState.FORMER)
    LearnedModelFactory(group=group, version=2, automatic_precision=0.993, automatic_recall=0.4)
    LearnedModelFactory(group=group, version=3, state="refused", why="worse", weights=None, compared=9, wrong=4, wrong_before=2)
    client = Client()
    client.force_login(operator())
    page = client.get(reverse("moderation:models")).content.decode()
    assert (group.name in page, "90.0 %" in page) == (True, True)
    page = client.get(reverse("moderation:model", args=[group.pk])).content.decode()
    assert ("99.3 %" in page, "120" in page, str(NotReplaced.WORSE.label) in page) == (True, True, True)
    told = client.get(reverse("api-detector-models-list"), {"group": group.pk}).json()["results"]
    assert [(row["version"], row["why"], "weights" in row) for row in told] == [(3, "worse", False), (2, "", False), (1, "", False)]
    answer = client.post(reverse("moderation:model-back", args=[group.pk, 1]), follow=True)
    assert answer.status_code == 200
    old.refresh_from_db()
    assert old.state == ModelState.CURRENT


@pytest.mark.both_databases
def test_what_the_database_refuses() -> None:
    row = LearnedModelFactory()
    refused = (
        {"group": row.group, "version": 2},  # two in use
        {"group": row.group, "state": "former"},  # the version twice
        {"state": "refused"},  # without a reason
        {"why": "poor"},  # in use, with one
        {"weights": None},
        {"recall": 1.2},
        {"state": "lost"},
    )
    for values in refused:
        with pytest.raises(IntegrityError), transaction.atomic():
            LearnedModelFactory(**values)
    LearnedModelFactory(group=None)
    for values in ({"version": 2}, {"state": "former"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            LearnedModelFactory(group=None, **values)


def test_a_newer_base_takes_the_place_of_the_old(bold: Model) -> None:
    figures = {"precision": 0.9, "recall": 0.8, "verdicts": 36, "offences": 18}
    for n in (1, 2):
        assert services.install_base(model=bold, at=clock.now(), **figures).version == n
    found = queries.base()
    assert found is not None
    assert (found[0].version, found[0].acts_alone) == (2, False)
