"""Care tasks: made once, on Today for those who may care, settled with an audit line, reopened."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from groupops.record.models import AuditEntry
from members.care import services as care
from members.caring import CareSort, CareState, Wanted
from members.models import CareTask
from members.today import source
from tests.factories.accounts import operator, viewer, volunteer
from tests.factories.groups import NOW
from tests.factories.members import CareTaskFactory, MembershipFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_a_proposal_is_made_once_and_stays_settled() -> None:
    member, by = MembershipFactory(), operator()
    wanted = [Wanted(member.pk, CareSort.CUSTOM, NOW, "2026-11", "聊聊"), Wanted(0, CareSort.CUSTOM, NOW)]
    assert care.propose(wanted=wanted, by=None, at=NOW) == 1
    task = CareTask.objects.get()
    care.settle(pks=[task.pk], to=CareState.DONE, by=by, at=NOW)
    care.propose(wanted=wanted, by=None, at=NOW + timedelta(days=1))
    task = CareTask.objects.get()
    assert (task.state, task.settled_by, task.group) == (CareState.DONE, by, member.group)
    assert AuditEntry.objects.filter(verb="care.done").count() == 1


def test_the_database_keeps_it_once_and_settled_with_a_time() -> None:
    task = CareTaskFactory()
    for values in ({"occasion": task.occasion, "membership": task.membership}, {"state": "done"}, {"state": "odd"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CareTaskFactory(**values)


def test_one_key_on_today_and_its_undo() -> None:
    task, by, client = CareTaskFactory(), operator(), Client()
    client.force_login(by)
    [item] = [item for item in source(by, NOW) if item.kind == "care"]
    assert task.note in str(item.text)
    client.post(item.done_url)
    assert [item for item in source(by, NOW) if item.kind == "care"] == []
    client.post(reverse("members:care-settle", args=[task.pk, "open"]))
    task.refresh_from_db()
    assert (task.state, task.settled_at, task.settled_by) == (CareState.OPEN, None, None)


def test_not_of_those_who_left_nor_for_those_who_may_not_care() -> None:
    CareTaskFactory(membership__left_at=NOW)
    task = CareTaskFactory()
    assert source(viewer(), NOW) == source(volunteer(), NOW) == []
    assert care.settle(pks=[task.pk], to=CareState.DONE, by=viewer(), at=NOW) == []
    client = Client()
    client.force_login(viewer())
    assert client.post(reverse("members:care-settle", args=[task.pk, "done"])).status_code == 404
