"""The people of a sandbox do not exist: nothing about them is anybody's work, whoever looks; what is done on its own pages still is."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.module_loading import import_string

from content.models import Slot
from content.policy import PostState, SlotState, Why
from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.groups.policy import Post as StaffPost
from groupops.inbound.models import EventState
from groupops.messaging.policy import DeliveryState
from groupops.shared import clock
from members.caring import CareSort, CareState
from members.models import Intake
from members.sweeping import CaseState
from tests.factories import accounts
from tests.factories.content import PostFactory, SlotFactory, bound
from tests.factories.groups import StaffPostFactory
from tests.factories.inbound import StoredEventFactory
from tests.factories.members import CareTaskFactory, MembershipFactory, NewcomerFactory, QuestionFactory
from tests.factories.messaging import DeliveryFactory
from tests.factories.sweep import SweepCaseFactory

pytestmark = pytest.mark.django_db


def busy() -> Group:
    """A group in which a person has something to do of almost every sort."""
    group, at = bound(), clock.now()
    hour = timedelta(hours=1)
    member = MembershipFactory(group=group)
    QuestionFactory(membership=member, asked_at=at - 3 * hour, due_at=at - 2 * hour)
    CareTaskFactory(membership=member, due_at=at)
    new = MembershipFactory(group=group, joined_at=at - hour)
    NewcomerFactory(membership=new, first_spoke_at=at - hour, answer_due_at=at - hour / 2)
    CareTaskFactory(membership=new, sort=CareSort.NEW_BACKGROUND, due_at=at)
    Intake.objects.create(group=group, week=at.date(), due_at=at, created_at=at)
    SweepCaseFactory(run__group=group, membership=member, state=CaseState.IN_REVIEW)
    PostFactory(group=group, state=PostState.REVIEW, due_at=at + hour)
    PostFactory(group=group, state=PostState.APPROVED, due_at=at - hour, created_at=at - 5 * hour)
    for why in (Why.ASK, Why.HELD):
        SlotFactory(schedule__group=group, state=SlotState.MISSED, why=why, due_at=at - hour)
    DeliveryFactory(group=group, state=DeliveryState.WAITING_PERSON, due_at=at)
    StoredEventFactory(group=group, state=EventState.PARKED)
    return group


def work(user: User) -> set[str]:
    """The kinds of what waits for somebody, as every source tells it."""
    found: list[Any] = [item for path in settings.TODAY_SOURCES for item in import_string(path)(user, clock.now())]
    return {item.kind for item in found}


@pytest.mark.parametrize("who", ["operator", "owner"])
def test_a_sandbox_is_nobodys_work(who: str) -> None:
    """Whoever operates everything, and whoever owns the group: all that waited is gone from every list but the group itself."""
    group = busy()
    user = accounts.operator() if who == "operator" else accounts.volunteer()
    StaffPostFactory(group=group, user=user, post=StaffPost.OWNER)
    wanted = {"question", "care", "newcomer", "sweep", "review", "overdue", "missed", "waiting_person", "parked"}
    assert wanted <= work(user)
    Group.objects.update(sandbox=True)
    assert not work(user)
    assert not access.groups_with(user, GroupRight.CARE)
    assert group in access.groups_with(user, GroupRight.CARE, sandboxes=True)


def test_what_stands_on_the_pages_of_a_sandbox_can_be_done_there() -> None:
    """A care task of an invented person is settled from the profile."""
    user, task = accounts.operator(), CareTaskFactory(due_at=clock.now())
    Group.objects.filter(pk=task.group_id).update(sandbox=True)
    browser = Client()
    browser.force_login(user)
    assert browser.post(reverse("members:care-settle", args=[task.pk, "done"])).status_code == 302
    task.refresh_from_db()
    assert task.state == CareState.DONE


@pytest.mark.parametrize("right", GroupRight)
def test_among_and_groups_with_are_one_answer(right: GroupRight) -> None:
    """Whichever way a query asks, for a role that has every group and for one that has its own."""
    groups = [bound(name=name) for name in "甲乙丙"]
    Group.objects.filter(pk=groups[0].pk).update(sandbox=True)
    for user in (accounts.founder(), accounts.operator(), accounts.volunteer(), accounts.viewer(), accounts.operator(is_active=False)):
        for group in groups[:2]:
            StaffPostFactory(group=group, user=user, post=StaffPost.DEPUTY)
        for group in groups:
            SlotFactory(schedule__group=group)
        rows = set(Slot.objects.filter(access.among(user, right, "schedule__group")).values_list("schedule__group", flat=True))
        assert rows == set(access.groups_with(user, right).values_list("pk", flat=True))
        assert groups[0].pk not in rows
