"""The step of the questions: what is asked, by what it is answered, in whatever batches and order the messages come."""

import random
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from groupops.groups.models import Policy
from groupops.groups.policy import Scope
from groupops.inbound import queries as inbound
from groupops.inbound.models import StoredEvent
from groupops.messaging.adapter import Event
from groupops.messaging.models import Binding
from members.asking import How, QuestionState
from members.models import Membership, Question
from tests.factories.inbound import NOW, chatter, happened, hear, understand
from tests.factories.messaging import BindingFactory, ConnectionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
ASK = "请问导出的报表打不开怎么办？"


@pytest.fixture
def room() -> Binding:
    """A group bound to a room."""
    binding: Binding = BindingFactory()
    return binding


def says(room: Binding, user: str, text: str, minute: float = 0, **values: Any) -> Event:
    """A message some minutes after noon."""
    return happened(room.remote_id, user, text, occurred_at=NOW + timedelta(minutes=minute), **values)


def only() -> Question:
    """The one question there is."""
    return Question.objects.select_related("membership__person", "answered_by__person", "event", "answer").get()


def traces(user: str) -> str:
    """What all steps noted about the messages of somebody."""
    events = StoredEvent.objects.filter(remote_user=user).order_by("pk")
    return " | ".join(line.did for event in events for line in inbound.trace_of(event))


def test_a_question_waits_for_its_goal_in_waking_time(room: Binding) -> None:
    hear(room, says(room, "alice", ASK))
    found = only()
    assert (found.state, found.how, found.times, found.asked_at) == (QuestionState.OPEN, "", 1, NOW)
    assert found.membership.person.remote_id == "alice"
    assert getattr(found.event, "text", "") == ASK, "its words stay where they were said"
    assert found.due_at == NOW + timedelta(minutes=60)
    assert "11-22 13:00" in traces("alice")


def test_at_night_the_goal_begins_in_the_morning(room: Binding) -> None:
    night = (23 - 12) * 60
    hear(room, says(room, "alice", ASK, night), at=NOW + timedelta(minutes=night))
    assert only().due_at == NOW + timedelta(hours=21), "09:00 on the next day"


def test_a_statement_asks_nothing_and_costs_one_query(room: Binding, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)  # noqa: FBT003  (a prepared query names no table)
    hear(room, *chatter(room, 3))
    with CaptureQueriesContext(connection) as without:
        hear(room, *chatter(room, 40))
    assert not Question.objects.exists()
    assert len([query for query in without if "members_question" in query["sql"]]) == 1


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("「Alice：请问导出的报表打不开怎么办？」\n- - - - - - - - - -\n换成新版", How.REPLY),
        ("@Alice 换成新版", How.MENTION),
        ("Alice: use the new version", How.MENTION),
        ("换成新版本就可以打开了", How.FOLLOWED),
    ],
)
def test_what_answers(room: Binding, text: str, how: How) -> None:
    hear(room, says(room, "alice", ASK), says(room, "bob", text, 5))
    found = only()
    assert (found.state, found.how, found.answered_at, found.waited) == (QuestionState.ANSWERED, how, NOW + timedelta(minutes=5), 300)
    assert str(found.answered_by.person if found.answered_by else "") == "Bob"
    assert getattr(found.answer, "text", "") == text
    assert "Alice" in traces("bob")


@pytest.mark.parametrize(
    ("user", "text", "minute"),
    [
        ("alice", "我用的是最新的版本，系统也更新过了", 1),  # herself
        ("bob", "同问", 1),
        ("bob", "[图片]", 1),
        ("bob", "@Carol 晚上一起去打球吧，我订了场地", 1),
        ("bob", "有没有人知道今晚几点直播？", 1),  # a question of his own
        ("bob", "换成新版本就可以打开了", 11),  # too late to be taken for an answer by itself
    ],
)
def test_what_does_not(room: Binding, user: str, text: str, minute: int) -> None:
    hear(room, says(room, "alice", ASK), says(room, user, text, minute))
    assert Question.objects.get(membership__person__remote_id="alice", asked_at=NOW).state == QuestionState.OPEN


def test_a_reply_counts_for_three_days(room: Binding) -> None:
    hear(room, says(room, "alice", ASK))
    hear(room, says(room, "bob", "@Alice 换成新版", 2 * 24 * 60), at=NOW + timedelta(days=2))
    assert only().how == How.MENTION
    assert only().waited == (10 + 14 + 4) * 3600, "the nights do not count"
    later = NOW + timedelta(days=9)
    hear(room, says(room, "alice", ASK, 3000), says(room, "bob", "@Alice 换成新版", 3000 + 4 * 24 * 60), at=later)
    assert Question.objects.filter(state=QuestionState.OPEN).count() == 1


def test_an_id_of_the_replied_message(room: Binding) -> None:
    matrix = BindingFactory(connection=ConnectionFactory(adapter="matrix"))
    reply = {"content": {"body": "换成新版", "m.relates_to": {"m.in_reply_to": {"event_id": "$one"}}}}
    hear(
        matrix,
        says(matrix, "@alice:hs", ASK, message="$one"),
        says(matrix, "@carol:hs", "请问群文件在哪里？", 1, message="$two"),
        says(matrix, "@bob:hs", "换成新版", 2, message="$three", raw=reply),
    )
    assert Question.objects.get(how=How.REPLY).membership.person.remote_id == "@alice:hs"
    assert Question.objects.get(state=QuestionState.OPEN).membership.person.remote_id == "@carol:hs"


@pytest.mark.parametrize("segments", [[{"type": "reply", "data": {"id": "7"}}, {"type": "text", "data": {"text": "换成新版"}}]])
def test_an_id_in_the_segments_of_onebot(segments: Any) -> None:
    qq = BindingFactory(connection=ConnectionFactory(adapter="onebot11"))
    hear(qq, says(qq, "10001", ASK, message="7"), says(qq, "10002", "换成新版", 30, raw={"message": segments}))
    assert only().how == How.REPLY


def test_asking_again_within_the_hour_is_the_same_question(room: Binding) -> None:
    hear(room, says(room, "alice", ASK), says(room, "alice", "有人知道怎么办吗？", 40))
    hear(room, says(room, "alice", "真的没有人知道吗？", 90))
    assert (only().times, only().asked_at, only().last_asked_at) == (3, NOW, NOW + timedelta(minutes=90))
    assert "11-22 12:00" in traces("alice")
    hear(room, says(room, "alice", ASK, 200))
    assert Question.objects.count() == 2


def test_the_next_message_after_asking_again_is_the_answer(room: Binding) -> None:
    hear(room, says(room, "alice", ASK), says(room, "alice", "有人知道怎么办吗？", 40), says(room, "bob", "换成新版本就行了", 45))
    assert (only().how, only().waited) == (How.FOLLOWED, 45 * 60)


def test_after_the_answer_another_question_is_another(room: Binding) -> None:
    hear(room, says(room, "alice", ASK), says(room, "bob", "换成新版本就行了", 2), says(room, "alice", "新版本在哪里下载？", 3))
    assert list(Question.objects.order_by("pk").values_list("state", flat=True)) == ["answered", "open"]


def test_who_is_meant_when_two_have_asked(room: Binding) -> None:
    hear(
        room,
        says(room, "alice", ASK),
        says(room, "carol", "请问今晚的直播几点开始？", 1),
        says(room, "bob", "晚上八点准时开始", 2),
        says(room, "bob", "@Alice 换成新版", 3),
    )
    found = dict(Question.objects.values_list("membership__person__remote_id", "how"))
    assert found == {"carol": How.FOLLOWED, "alice": How.MENTION}


def test_a_policy_of_the_group_counts(room: Binding) -> None:
    value = {"goal_minutes": 15, "followed_minutes": 0, "merge_minutes": 0}
    Policy.objects.create(name="content.coverage", scope=Scope.GROUP, group=room.group, version=1, value=value, at=NOW)
    hear(room, says(room, "alice", ASK), says(room, "bob", "换成新版本就行了", 2), says(room, "alice", ASK, 3))
    assert Question.objects.filter(state=QuestionState.OPEN).count() == 2
    assert Question.objects.order_by("pk")[0].due_at == NOW + timedelta(minutes=15)


TALK = [
    ("alice", ASK, 0),
    ("dave", "[图片]", 0.5),
    ("alice", "有人知道怎么办吗？", 1),
    ("carol", "请问今晚的直播几点开始？", 15),
    ("bob", "@Alice 换成新版", 16),
    ("bob", "晚上八点准时开始", 17),
    ("erin", "如何修改群昵称？", 40),
    ("erin", "群昵称到底怎么改？", 45),
    ("carol", "在右上角的设置里面改", 50),
    ("frank", "有没有人用过新的导出功能？", 100),
    ("gina", "吃了吗", 101),
    ("frank", "求推荐一个截图的软件", 200),
]


def outcome() -> list[tuple[Any, ...]]:
    """Every question, without what differs between two runs of the same talk."""
    rows = Question.objects.order_by("asked_at")
    names = ("membership__person__remote_id", "asked_at", "state", "how", "answered_at", "answered_by__person__remote_id", "waited")
    return list(rows.values_list(*names))


def test_a_batch_ends_like_one_message_at_a_time(room: Binding) -> None:
    hear(room, *[says(room, *line) for line in TALK])
    at_once = outcome()
    assert len(at_once) == 5
    Question.objects.all().delete()
    other = BindingFactory(connection=room.connection)
    for line in TALK:
        hear(other, says(other, *line))
    assert outcome() == at_once


@pytest.mark.parametrize("seed", range(4))
def test_shuffled_batches_end_the_same(seed: int) -> None:
    """What arrives late finds its answer, and is found by it, as long as it is late by less than two hours."""
    one, other = BindingFactory(), BindingFactory(connection=ConnectionFactory())
    hear(one, *[says(one, *line) for line in TALK])
    expected = outcome()
    Question.objects.all().delete()
    lines = list(TALK)
    random.Random(seed).shuffle(lines)
    for start in range(0, len(lines), 5):
        hear(other, *[says(other, *line) for line in lines[start : start + 5]])
    assert [row[:3] for row in outcome()] == [row[:3] for row in expected]


def test_the_same_event_told_twice_is_one_question(room: Binding) -> None:
    told = says(room, "alice", ASK)
    assert hear(room, told) == 1
    assert hear(room, told) == 0
    StoredEvent.objects.update(state="pending")  # as if the worker had died after its commit was lost
    understand(room.connection)
    assert only().event is not None


def test_a_batch_costs_the_same_for_three_and_for_sixty() -> None:
    """People and days known, so that only the talk differs."""
    small, large = BindingFactory(), BindingFactory(connection=ConnectionFactory())

    def talk(room: Binding, n: int, since: float) -> list[Event]:
        asked = [says(room, f"u{k}", ASK, since + k) for k in range(n)]
        return asked + [says(room, f"u{n - 1 - k}", f"@U{k} 换成新版", since + 60 + k) for k in range(n) if k != n - 1 - k]

    costs = []
    for room, n in ((small, 4), (large, 60)):
        hear(room, *talk(room, n, 0))
        Question.objects.filter(group=room.group).delete()
        with CaptureQueriesContext(connection) as queries:
            hear(room, *talk(room, n, 1000))
        costs.append(len(queries))
        assert Question.objects.filter(group=room.group).count() >= n - 1
    assert costs[0] == costs[1]


def test_a_retained_event_may_go_and_the_question_stays(room: Binding) -> None:
    hear(room, says(room, "alice", ASK), says(room, "bob", "换成新版本就行了", 2))
    StoredEvent.objects.all().delete()
    assert (only().event, only().answer, only().how) == (None, None, How.FOLLOWED)
    assert Membership.objects.count() == 2
