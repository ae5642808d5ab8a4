"""立即学习: somebody does not wait for enough new verdicts; a worker learns, the page and the API say what came of it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoCaptureOnCommitCallbacks

from groupops.record.models import AuditEntry
from groupops.shared import clock
from groupops.shared.errors import Forbidden
from moderation.detection.training import Example
from moderation.learning import asking, services, tasks
from moderation.learning.asking import CannotLearn
from moderation.models import LearnedModel, Learning
from moderation.models.rehearsals import RunState
from moderation.policy.learning import ModelState
from tests.factories.accounts import operator, viewer
from tests.factories.groups import NOW, GroupFactory
from tests.factories.moderation import LearnedModelFactory, LearningFactory
from tests.moderation.detection.test_model import EXAMPLES
from tests.moderation.learning.conftest import Judge

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


def test_it_is_learned_by_a_worker_from_few_new_verdicts_but_not_from_none(judge: Judge) -> None:
    group, me = GroupFactory(), operator()
    with pytest.raises(Forbidden):
        asking.ask(group=group, by=viewer(), at=NOW)
    with translation.override("en"), pytest.raises(CannotLearn, match="newest version"):
        asking.ask(group=group, by=me, at=NOW)
    judge(group, EXAMPLES[:4])
    with pytest.raises(CannotLearn, match="10"):
        asking.ask(group=group, by=me, at=NOW)
    judge(group, EXAMPLES[4:])
    assert services.learn_next(at=NOW) is not None
    judge(group, [Example("低价出二手显卡需要的加我4421", offence=True)], at=LATER)
    assert services.learn_next(at=LATER) is None, "one verdict is not enough by itself"
    row = asking.ask(group=group, by=me, at=LATER)
    with translation.override("en"), pytest.raises(CannotLearn, match="already"):
        asking.ask(group=group, by=me, at=LATER)
    assert asking.run(pk=row.pk, now=lambda: LATER)
    assert not asking.run(pk=row.pk, now=lambda: LATER)
    row.refresh_from_db()
    assert (row.state, row.model.version, row.why) == (RunState.DONE, 2, "")
    assert AuditEntry.objects.filter(verb="model.learn").count() == 1


def test_a_worker_that_died_is_taken_over_and_what_fails_says_so(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    group = GroupFactory()
    row = LearningFactory(group=group, state=RunState.RUNNING, lease_until=NOW, why="")
    assert not asking.run(pk=row.pk, now=lambda: NOW - timedelta(seconds=1))
    tasks.learn()
    row.refresh_from_db()
    assert (row.state, row.model, row.why) == (RunState.DONE, None, asking.NONE)

    def broken(**_values: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(services, "learn", broken)
    other = LearningFactory(group=group, state=RunState.WAITING, why="")
    with pytest.raises(ZeroDivisionError):
        tasks.learn_now(other.pk)
    other.refresh_from_db()
    assert (other.state, other.why) == (RunState.FAILED, asking.BROKEN)


def test_the_page_and_the_api(judge: Judge, client: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> None:
    group = GroupFactory()
    client.force_login(operator())
    url, learn = (reverse(f"moderation:{name}", args=[group.pk]) for name in ("model", "model-learn"))
    assert learn not in client.get(url).content.decode()
    judge(group, EXAMPLES)
    assert learn in client.get(url).content.decode()
    with django_capture_on_commit_callbacks() as rung:
        assert client.post(learn).status_code == 302
    row = Learning.objects.get()
    page = client.get(url).content.decode()
    assert (len(rung) >= 1, "poll=1" in page, learn in page) == (True, True, False)
    assert client.get(url, {"poll": 1}).status_code == 200
    asking.run(pk=row.pk, now=clock.now)
    assert client.get(url, {"poll": 1}).headers["HX-Refresh"] == "true"
    assert LearnedModel.objects.get().state == ModelState.CURRENT
    told = client.get(f"/api/v1/detector-learnings/{row.pk}/").json()
    assert (told["state"], told["model"]) == ("done", LearnedModel.objects.get().pk)
    again = client.post("/api/v1/detector-learnings/", {"group": group.pk}, content_type="application/json")
    assert again.status_code == 409, "nothing new was judged"
    assert client.post("/api/v1/detector-learnings/", {"group": 999_999}, content_type="application/json").status_code == 404
    LearnedModel.objects.all()
    version = LearnedModelFactory(group=group, version=2, state="refused", why="poor", weights=None)
    LearningFactory(group=group, model=version, why="")
    assert version.get_why_display() in client.get(url).content.decode()


@pytest.mark.both_databases
def test_what_the_database_refuses() -> None:
    row = LearningFactory(state=RunState.WAITING, why="")
    refused = ({"group": row.group, "state": "running", "why": ""}, {"state": "lost"}, {"state": "waiting", "why": "so"})
    for values in refused:
        with pytest.raises(IntegrityError), transaction.atomic():
            LearningFactory(**values)
