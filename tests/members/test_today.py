"""What the members' part of Today says: questions beyond the goal, newcomers to greet, and that one click settles either."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groupops.accounts.models import User
from groupops.groups.policy import Lifecycle, Post
from groupops.record.models import AuditEntry
from groupops.shared import clock
from groupops.shared.today import LIMIT, TodayItem
from members.models import Greeting, Membership
from members.newcomers import services as newcomers
from members.today import source
from tests.factories.accounts import operator, viewer, volunteer
from tests.factories.groups import NOW, GroupFactory, StaffPostFactory
from tests.factories.inbound import hear, joined, left
from tests.factories.members import WORDS, MembershipFactory, QuestionFactory
from tests.factories.messaging import BindingFactory

pytestmark = pytest.mark.django_db


def items(user: User, kind: str, at: object = NOW) -> list[TodayItem]:
    """The reader's things to do of one kind."""
    return [item for item in source(user, at) if item.kind == kind]  # type: ignore[arg-type]


def newcomer(**values: object) -> Membership:
    """Somebody who came an hour ago."""
    row: Membership = MembershipFactory(**{"joined_at": NOW - timedelta(hours=1)} | values)
    return row


def test_a_question_beyond_its_goal_is_a_thing_to_do() -> None:
    late = QuestionFactory(asked_at=NOW - timedelta(hours=2))
    QuestionFactory(asked_at=NOW - timedelta(minutes=30))
    [item] = items(operator(), "question")
    assert (item.key, item.at, item.group, item.urgent) == (f"question:{late.pk}", late.due_at, late.group.name, False)
    assert WORDS[:10] in str(item.text)
    assert item.url.endswith(f"#question-{late.pk}")
    client = Client()
    client.force_login(operator())
    client.post(item.done_url)
    assert items(operator(), "question") == []


def test_only_for_those_who_may_care() -> None:
    row = QuestionFactory(asked_at=NOW - timedelta(hours=2))
    newcomer(group=row.group)
    helper = volunteer()
    assert source(viewer(), NOW) == source(helper, NOW) == []
    StaffPostFactory(group=row.group, user=helper, post=Post.VOLUNTEER)
    assert [item.kind for item in source(helper, NOW)] == ["question", "newcomer"]


def test_a_list_is_bounded_and_costs_three_queries() -> None:
    user = operator()
    member = MembershipFactory()
    for n in range(LIMIT + 5):
        QuestionFactory(membership=member, asked_at=NOW - timedelta(hours=2, minutes=n))
    with CaptureQueriesContext(connection) as queries:
        found = items(user, "question")
    assert len(found) == LIMIT
    assert found[0].at < found[-1].at, "the longest waiting first"
    assert len(queries) == 3


def test_newcomers_are_one_thing_a_group_with_their_names() -> None:
    group = GroupFactory()
    rows = [newcomer(group=group, joined_at=NOW - timedelta(hours=5 - n)) for n in range(4)]
    newcomer()
    first, second = items(operator(), "newcomer")
    assert (first.group, first.key, first.at) == (group.name, f"newcomers:{group.pk}:{rows[0].pk}", rows[0].joined_at)
    assert all(row.person.name in str(first.text) for row in rows[:3])
    assert rows[3].person.name not in str(first.text)
    assert "4" in str(first.text)
    assert "1" in str(second.text)


@pytest.mark.parametrize(
    "values", [{"joined_at": NOW - timedelta(hours=49)}, {"join_seen": False}, {"rejoins": 1}, {"left_at": NOW, "left_how": "left"}]
)
def test_who_is_no_newcomer(values: dict[str, object]) -> None:
    newcomer(**values)
    assert items(operator(), "newcomer") == []


def test_a_paused_group_greets_nobody() -> None:
    newcomer(group=GroupFactory(lifecycle=Lifecycle.PAUSED))
    assert items(operator(), "newcomer") == []


def test_greeting_ticks_off_those_who_were_seen_and_can_be_taken_back() -> None:
    at = clock.now()
    seen = newcomer(joined_at=at - timedelta(hours=2))
    [item] = items(operator(), "newcomer", at)
    later = newcomer(group=seen.group, joined_at=at - timedelta(hours=1))
    by, client = operator(), Client()
    client.force_login(by)
    page = client.post(item.done_url, follow=True).content.decode()
    assert list(Greeting.objects.values_list("membership", "by")) == [(seen.pk, by.pk)]
    [left_over] = items(operator(), "newcomer", at)
    assert later.person.name in str(left_over.text)
    undo = next(part for part in page.split('"') if "/members/newcomers/" in part and "/undo/" in part)
    client.post(undo)
    assert not Greeting.objects.exists()
    assert sorted(AuditEntry.objects.filter(verb__startswith="newcomer").values_list("verb", flat=True)) == [
        "newcomer.greet",
        "newcomer.greet_undo",
    ]


def test_nobody_is_greeted_twice() -> None:
    row = newcomer()
    assert newcomers.greet(group=row.group, until=NOW, by=operator(), at=NOW) == [row.pk]
    assert newcomers.greet(group=row.group, until=NOW, by=operator(), at=NOW) == []
    with pytest.raises(IntegrityError), transaction.atomic():
        Greeting.objects.create(membership=row, by=operator(), at=NOW)


def test_only_one_s_own_greeting_is_taken_back() -> None:
    row, by = newcomer(), operator()
    newcomers.greet(group=row.group, until=NOW, by=by, at=NOW)
    assert newcomers.ungreet(group=row.group, memberships=[row.pk], by=operator(), at=NOW) == 0
    assert newcomers.ungreet(group=row.group, memberships=[row.pk], by=by, at=NOW) == 1


def test_a_join_that_was_heard_is_a_newcomer_until_they_leave() -> None:
    room = BindingFactory()
    hear(room, joined(room.remote_id, "alice"))
    assert len(items(operator(), "newcomer")) == 1
    hear(room, left(room.remote_id, "alice", occurred_at=NOW + timedelta(minutes=1)))
    assert items(operator(), "newcomer") == []


def test_an_address_with_nonsense_greets_those_who_are_there() -> None:
    row = newcomer(joined_at=clock.now() - timedelta(hours=1))
    client = Client()
    client.force_login(operator())
    assert client.post(reverse("members:greet", args=[row.group_id]) + "?until=2026-99-99T00:00:00Z").status_code == 302
    assert Greeting.objects.count() == 1
