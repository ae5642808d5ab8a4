"""One answer for several questions: once a group, counted when it was said, taken back when it was not."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from groupops.groups.policy import Post
from groupops.messaging import tasks
from groupops.messaging.models import Delivery
from groupops.shared import clock
from groupops.shared.errors import Conflict, Invalid
from members.asking import How, QuestionState
from members.models import Question, Reply
from members.questions import answering
from members.questions import services as questions
from members.questions.similar import clusters, likeness, shape
from tests.factories.accounts import operator, volunteer
from tests.factories.groups import NOW, StaffPostFactory
from tests.factories.members import MembershipFactory, QuestionFactory
from tests.factories.messaging import ConnectionFactory, bound, platform

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def asked(**values: object) -> Question:
    """An open question of a room on the fake platform."""
    made: Question = QuestionFactory(asked_at=clock.now() - timedelta(minutes=5), **values)
    return made


def test_alike_questions_stand_together() -> None:
    texts = ["请问导出的报表打不开怎么办？", "今晚几点开始", "导出的报表打不开啊", "导出报表打不开了，怎么办呢", "谁有发票模板"]
    assert clusters(texts) == [[0, 2, 3]]
    assert clusters([]) == clusters(["？", "吗"]) == []


@given(st.lists(st.text(max_size=12), max_size=12))
def test_clusters_share_nothing_and_likeness_is_symmetric(texts: list[str]) -> None:
    found = [at for cluster in clusters(texts) for at in cluster]
    assert len(found) == len(set(found))
    for one in texts:
        for other in texts:
            assert likeness(shape(one), shape(other)) == likeness(shape(other), shape(one)) <= 1


def test_said_once_a_group_and_settled_by_the_receipt() -> None:
    fake, connection, by = platform(), ConnectionFactory(), operator()
    rooms = [bound(fake, connection=connection) for _n in range(2)]
    rows = [asked(membership=MembershipFactory(group=room.group)) for room in (rooms[0], rooms[0], rooms[1])]
    result = answering.answer(questions=rows, text="请升级到 2.1", by=by, at=clock.now())
    assert (len(result.done), Reply.objects.count(), Delivery.objects.filter(purpose="answer").count()) == (3, 2, 2)
    assert {row.state for row in Question.objects.all()} == {QuestionState.OPEN}, "not before it was said"
    with pytest.raises(Conflict):
        answering.answer(questions=rows, text="再说一遍", by=by, at=clock.now())
    tasks.deliver()
    texts = [message["text"] for message in fake.rooms[rooms[0].remote_id].messages]
    assert len(texts) == 1
    assert all(row.membership.person.name in texts[0] for row in rows[:2])
    assert "请升级到 2.1" in texts[0]
    assert {(row.state, row.how, row.settled_by) for row in Question.objects.all()} == {(QuestionState.ANSWERED, How.STAFF, by)}


def test_settled_meanwhile_nothing_is_said_and_a_cancelled_one_lets_them_wait_again() -> None:
    fake, by = platform(), operator()
    room = bound(fake, connection=ConnectionFactory())
    row = asked(membership=MembershipFactory(group=room.group))
    answering.answer(questions=[row], text="好的", by=by, at=clock.now())
    questions.settle(questions=[row], how=How.MISJUDGED, by=by, at=clock.now())
    tasks.deliver()
    assert fake.rooms[room.remote_id].messages == []
    assert Delivery.objects.get().state == "cancelled"
    questions.reopen(questions=[row], by=by, at=clock.now())
    row.refresh_from_db()
    assert (row.state, row.reply) == (QuestionState.OPEN, None)


def test_only_where_one_may_care_and_never_empty() -> None:
    mine, other, helper = QuestionFactory(), QuestionFactory(), volunteer()
    StaffPostFactory(group=mine.group, user=helper, post=Post.VOLUNTEER)
    result = answering.answer(questions=[mine, other], text="好", by=helper, at=NOW)
    assert ([row.pk for row in result.done], [row.pk for row, _why in result.skipped]) == ([mine.pk], [other.pk])
    with pytest.raises(Invalid):
        answering.answer(questions=[other], text=" ", by=helper, at=NOW)


def test_from_the_desk() -> None:
    client, rows = Client(), [QuestionFactory(), QuestionFactory()]
    client.force_login(operator())
    assert reverse("members:questions-answer") in client.get(reverse("members:questions")).content.decode()
    form = client.post(reverse("members:questions-act"), {"do": "at_once", "pk": [row.pk for row in rows]})
    page = client.get(form["Location"])
    assert page.content.decode().count('name="pk"') == 2
    data = {"pk": [row.pk for row in rows]}
    assert client.post(reverse("members:questions-answer"), data | {"text": ""}).status_code == 422
    client.post(reverse("members:questions-answer"), data | {"text": "看置顶"})
    assert Reply.objects.count() == 2
    assert client.get(reverse("members:questions-answer")).status_code == 404
