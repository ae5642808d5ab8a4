"""The question desk over the API: the desk's rules over JSON, several in one request."""

import json
from typing import Any

import pytest
from django.test import Client

from groupops.accounts import services as accounts
from groupops.accounts.models import User
from groupops.accounts.policy import Scope
from groupops.groups.policy import Post
from groupops.messaging.models import Delivery
from groupops.record.models import AuditEntry
from groupops.shared import clock
from members.asking import How, QuestionState
from members.models import Question
from tests.factories.accounts import operator, viewer, volunteer
from tests.factories.groups import StaffPostFactory
from tests.factories.members import MembershipFactory, QuestionFactory

pytestmark = pytest.mark.django_db
WHERE = "/api/v1/questions/"


def call(user: User, what: str, **body: Any) -> tuple[int, Any]:
    """POST to an action as somebody."""
    client = Client()
    client.force_login(user)
    answer = client.post(f"{WHERE}{what}/", json.dumps(body), content_type="application/json")
    return answer.status_code, answer.json()


def listed(user: User, query: str = "") -> list[dict[str, Any]]:
    """What somebody reads."""
    client = Client()
    client.force_login(user)
    rows: list[dict[str, Any]] = client.get(f"{WHERE}{query}").json()["results"]
    return rows


def test_listed_for_those_who_see_the_group_and_by_the_filters_of_the_desk() -> None:
    mine = QuestionFactory(text="第一个问题怎么办")
    QuestionFactory(text="别处的问题怎么办")
    helper = volunteer()
    StaffPostFactory(group=mine.group, user=helper, post=Post.VOLUNTEER)
    [row] = listed(helper)
    assert (row["id"], row["text"], row["state"], row["name"]) == (mine.pk, "第一个问题怎么办", "open", mine.membership.person.name)
    assert len(listed(operator())) == 2
    assert [row["id"] for row in listed(operator(), f"?group={mine.group_id}&state=open")] == [mine.pk]
    assert listed(operator(), "?state=answered") == []


def test_answered_dismissed_and_taken_back() -> None:
    """Done and skipped with the reason; what one does not see looks absent; each on record."""
    first, second = QuestionFactory(), QuestionFactory()
    by = operator()
    status, told = call(by, "answered", ids=[first.pk, 999_999])
    assert (status, told["done"]) == (200, [first.pk])
    assert [row["id"] for row in told["skipped"]] == [999_999]
    status, told = call(by, "dismiss", ids=[first.pk, second.pk])
    assert told["done"] == [second.pk]
    assert told["skipped"][0]["id"] == first.pk
    assert set(Question.objects.values_list("state", "how")) == {
        (QuestionState.ANSWERED, How.STAFF),
        (QuestionState.CLOSED, How.MISJUDGED),
    }
    assert call(by, "reopen", ids=[first.pk, second.pk])[1]["done"] == [first.pk, second.pk]
    assert call(by, "take", ids=[first.pk])[1]["done"] == [first.pk]
    assert call(by, "put-back", ids=[first.pk, second.pk])[1]["done"] == [first.pk]
    assert AuditEntry.objects.filter(by=by, verb__startswith="question.").count() == 6


def test_one_text_answers_several_once_a_group() -> None:
    member = MembershipFactory()
    rows = [QuestionFactory(membership=member) for _ in range(2)]
    status, told = call(operator(), "answer", ids=[row.pk for row in rows], text="请看置顶的说明")
    assert (status, sorted(told["done"])) == (200, sorted(row.pk for row in rows))
    assert "请看置顶的说明" in Delivery.objects.get().text
    assert listed(operator())[0]["reply"]
    assert call(operator(), "answer", ids=[row.pk for row in rows], text="再说一次")[0] == 409
    assert call(operator(), "answer", ids=[rows[0].pk], text="  ")[0] == 422


def test_a_viewer_reads_and_a_reading_token_writes_nothing() -> None:
    row = QuestionFactory()
    assert call(viewer(), "answered", ids=[row.pk])[1]["skipped"][0]["id"] == row.pk
    _token, text = accounts.create_token(user=operator(), name="t", scope=Scope.READ, expires_at=None, at=clock.now())
    headers = {"Authorization": f"Bearer {text}"}
    client = Client()
    assert client.get(WHERE, headers=headers).status_code == 200
    body = json.dumps({"ids": [row.pk]})
    assert client.post(f"{WHERE}answered/", body, content_type="application/json", headers=headers).status_code == 403
    assert Question.objects.get().state == QuestionState.OPEN


@pytest.mark.parametrize("body", [{}, {"ids": []}, {"ids": ["x"]}, {"ids": [0]}, {"ids": [1], "more": 1}, {"ids": list(range(1, 300))}])
def test_a_bad_body_is_422(body: dict[str, Any]) -> None:
    assert call(operator(), "answered", **body)[0] == 422
