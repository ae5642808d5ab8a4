"""Two stays of one human in a group: newcomers, questions, tags, tasks and notes know that it is one."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from groupops.accounts.models import User
from groupops.messaging.models import Binding
from members.arriving import WelcomeState
from members.identity import services as identity
from members.models import CareTask, DailyActivity, Membership, Newcomer, Note, Question, Welcome
from members.newcomers import funnel, queries
from members.newcomers import services as newcomers
from members.tags import queries as tags
from tests.factories import accounts
from tests.factories.groups import NOW
from tests.factories.inbound import happened, hear, joined
from tests.factories.members import CareTaskFactory, MembershipTagFactory, NewcomerFactory, NoteFactory
from tests.factories.messaging import BindingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
HOUR = timedelta(hours=1)


@pytest.fixture
def by() -> User:
    """Who says that they are one."""
    return accounts.operator()


@pytest.fixture
def room() -> Binding:
    """Alice is there for long; alice2 has just joined."""
    made: Binding = BindingFactory()
    hear(made, happened(made.remote_id, "alice", occurred_at=NOW - 300 * HOUR))
    hear(made, joined(made.remote_id, "alice2", occurred_at=NOW - HOUR))
    return made


def stay(name: str) -> Membership:
    """Of one identity."""
    return Membership.objects.get(person__remote_id=name)


def merged(by: User) -> tuple[Membership, Membership]:
    """The stay that counts, and the one that stands back."""
    identity.merge(person=stay("alice2").person, into=stay("alice").person, by=by, at=NOW)
    return stay("alice"), stay("alice2")


def test_another_identity_of_somebody_who_is_there_is_no_newcomer(room: Binding, by: User) -> None:
    assert Newcomer.objects.get().membership == stay("alice2")
    Welcome.objects.update_or_create(
        membership=stay("alice2"), defaults={"group": room.group, "joined_at": NOW - HOUR, "due_at": NOW - HOUR, "state": "waiting"}
    )
    merged(by)
    assert not queries.newcomers_for(by).exists()
    assert not funnel.newcomers(by, NOW, months=1).exists()
    assert newcomers.make_lists(at=NOW) == 0
    assert newcomers.say_welcomes(at=NOW) == 0
    assert Welcome.objects.get().state == WelcomeState.CANCELLED


def test_what_a_newcomer_said_under_the_other_identity_counts(room: Binding, by: User) -> None:
    """The newcomer is the stay that counts here."""
    counts, back = merged(by)
    NewcomerFactory(membership=counts, joined_at=NOW - 240 * HOUR)
    DailyActivity.objects.create(membership=back, day=(NOW - 48 * HOUR).date(), messages=4)
    [row] = funnel.newcomers(by, NOW, months=1)
    assert row.again, "in the second week"  # type: ignore[attr-defined]


def test_a_human_does_not_answer_their_own_question_by_another_name(room: Binding, by: User) -> None:
    hear(room, happened(room.remote_id, "alice2", "请问导出的报表打不开怎么办？", occurred_at=NOW))
    question = Question.objects.get()
    assert question.membership == stay("alice2")
    merged(by)
    hear(room, happened(room.remote_id, "alice", "应该是浏览器的问题，换一个试试就可以了", occurred_at=NOW + HOUR / 60))
    question.refresh_from_db()
    assert question.state == "open"
    hear(room, happened(room.remote_id, "bob", "换成 Chrome 打开就可以了，我也遇到过", occurred_at=NOW + HOUR / 30))
    question.refresh_from_db()
    assert question.state == "answered"
    assert question.answered_by == stay("bob")


def test_tags_tasks_and_notes_of_both_are_the_humans(room: Binding, by: User, client: Client) -> None:
    counts, back = merged(by)
    MembershipTagFactory(membership=back, tag__name="讲师")
    MembershipTagFactory(membership=counts, tag__name="老成员")
    task, note = CareTaskFactory(membership=back, note="问问近况"), NoteFactory(membership=back, by=by)
    tags.hang_on(rows := [counts])
    assert rows[0].tag_names == ["老成员", "讲师"]  # type: ignore[attr-defined]
    client.force_login(by)
    page = client.get(reverse("members:profile", args=[counts.person_id])).content.decode()
    assert all(words in page for words in ("讲师", "问问近况", note.text))
    assert client.post(reverse("members:note-to", args=[note.pk, "hidden"])).status_code == 302
    assert Note.objects.get().hidden_at is not None
    assert client.post(reverse("members:care-settle", args=[task.pk, "done"])).status_code == 302
    assert CareTask.objects.get().state == "done"
