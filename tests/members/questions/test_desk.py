"""The question desk: its states and filters, what is done there and taken back, and what lapses."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from groupops.accounts.models import User
from groupops.groups.policy import Post
from groupops.inbound.models import StoredEvent
from groupops.record.models import AuditEntry
from groupops.shared import clock
from members.asking import How, QuestionState
from members.models import Question
from members.questions import queries, services
from tests.factories.accounts import operator, viewer, volunteer
from tests.factories.groups import NOW, GroupFactory, StaffPostFactory
from tests.factories.inbound import happened, hear
from tests.factories.members import WORDS, MembershipFactory, QuestionFactory
from tests.factories.messaging import BindingFactory

pytestmark = pytest.mark.django_db
DESK = "/members/questions/"


def logged_in(user: User) -> Client:
    """A browser with a login."""
    client = Client()
    client.force_login(user)
    return client


def do(client: Client, what: str, *rows: Question) -> str:
    """Press a button of the desk; the page that follows."""
    return client.post(reverse("members:questions-act"), {"do": what, "pk": [row.pk for row in rows]}, follow=True).content.decode()


def fresh(row: Question) -> Question:
    """As it is kept now."""
    return Question.objects.get(pk=row.pk)


def test_the_longest_waiting_stands_first_and_settled_ones_stand_elsewhere() -> None:
    member = MembershipFactory()
    for hours, text in ((1, "第一个问题怎么办"), (5, "第二个问题怎么办")):
        QuestionFactory(membership=member, asked_at=NOW - timedelta(hours=hours), text=text)
    QuestionFactory(membership=member, state="answered", how="staff", answered_at=NOW, waited=60, text="第三个问题怎么办")
    client = logged_in(operator())
    text = client.get(DESK).content.decode()
    assert text.index("第二个问题") < text.index("第一个问题")
    assert "第三个问题" not in text
    assert "第三个问题" in client.get(DESK, {"state": "answered"}).content.decode()
    assert "第一个问题" not in client.get(DESK, {"q": "第二个"}).content.decode()
    assert client.get(DESK, {"state": "nonsense"}).status_code == 404


def test_a_desk_shows_the_groups_of_its_reader() -> None:
    row = QuestionFactory()
    assert WORDS in logged_in(viewer()).get(DESK).content.decode()
    stranger = volunteer()
    assert WORDS not in logged_in(stranger).get(DESK).content.decode()
    assert logged_in(stranger).post(reverse("members:question-settle", args=[row.pk, "answered"])).status_code == 404
    StaffPostFactory(group=row.group, user=stranger, post=Post.VOLUNTEER)
    assert logged_in(stranger).post(reverse("members:question-settle", args=[row.pk, "answered"])).status_code == 302
    assert fresh(row).state == QuestionState.ANSWERED


def test_a_viewer_sees_and_does_nothing() -> None:
    row, client = QuestionFactory(), logged_in(viewer())
    assert "answered:" not in client.get(DESK).content.decode()
    do(client, "answered", row)
    assert fresh(row).state == QuestionState.OPEN
    assert client.post(reverse("members:question-settle", args=[row.pk, "answered"])).status_code == 403


@pytest.mark.parametrize(
    ("what", "state", "how", "verb"),
    [
        ("answered", QuestionState.ANSWERED, How.STAFF, "question.answered"),
        ("not_question", QuestionState.CLOSED, How.MISJUDGED, "question.dismiss"),
    ],
)
def test_decisions_are_on_record_and_taken_back(what: str, state: str, how: str, verb: str) -> None:
    rows, by = [QuestionFactory(), QuestionFactory()], operator()
    client = logged_in(by)
    page = do(client, what, *rows)
    for row in rows:
        assert (fresh(row).state, fresh(row).how, fresh(row).settled_by) == (state, how, by)
    assert AuditEntry.objects.filter(verb=verb, by=by).count() == 2
    undo = re.search(r'"(/members/questions/undo/[^"]+)"', page)
    assert undo
    client.post(undo[1])
    for row in rows:
        assert (fresh(row).state, fresh(row).how, fresh(row).settled_by, fresh(row).answered_at) == (QuestionState.OPEN, "", None, None)
    assert AuditEntry.objects.filter(verb="question.reopen").count() == 2


def test_an_undo_leaves_what_somebody_decided_otherwise_since() -> None:
    row, by = QuestionFactory(), operator()
    services.settle(questions=[row], how=How.STAFF, by=by, at=NOW)
    services.reopen(questions=[row], by=by, at=NOW)
    services.settle(questions=[row], how=How.MISJUDGED, by=by, at=NOW)
    result = services.reopen(questions=[row], by=by, at=NOW, was={row.pk: How.STAFF})
    assert (len(result.done), len(result.skipped)) == (0, 1)
    assert fresh(row).how == How.MISJUDGED


def test_what_is_settled_is_skipped_with_the_reason() -> None:
    row, other, by = QuestionFactory(), QuestionFactory(), operator()
    services.settle(questions=[row], how=How.STAFF, by=by, at=NOW)
    result = services.settle(questions=[row, other], how=How.MISJUDGED, by=by, at=NOW)
    assert ([done.pk for done in result.done], len(result.skipped)) == ([other.pk], 1)


def test_answered_elsewhere_counts_its_waking_time() -> None:
    row = QuestionFactory(asked_at=NOW)  # noon
    services.settle(questions=[row], how=How.STAFF, by=operator(), at=NOW + timedelta(hours=21))  # 09:00
    assert fresh(row).waited == 11 * 3600


def test_taking_on_taking_over_and_putting_back() -> None:
    row, one, two = QuestionFactory(), operator(), operator()
    do(logged_in(one), f"take:{row.pk}")
    assert fresh(row).taken_by == one
    page = logged_in(two).get(DESK).content.decode()
    assert str(one) in page
    do(logged_in(two), f"take:{row.pk}")
    assert fresh(row).taken_by == two
    assert WORDS in logged_in(two).get(DESK, {"mine": "yes"}).content.decode()
    assert WORDS not in logged_in(one).get(DESK, {"mine": "yes"}).content.decode()
    do(logged_in(two), f"put_back:{row.pk}")
    assert (fresh(row).taken_by, fresh(row).taken_at) == (None, None)
    assert sorted(AuditEntry.objects.filter(verb__startswith="question.").values_list("verb", flat=True)) == [
        "question.put_back",
        "question.take",
        "question.take",
    ]


def test_a_wrongly_heard_answer_is_reopened() -> None:
    row = QuestionFactory(state="answered", how="followed", answered_at=NOW, waited=0)
    do(logged_in(operator()), f"reopen:{row.pk}")
    assert (fresh(row).state, fresh(row).how, fresh(row).waited) == (QuestionState.OPEN, "", None)


def test_words_that_are_no_longer_kept_are_said_to_be_so() -> None:
    row = QuestionFactory()
    event = row.event
    Question.objects.update(event=None)
    event.delete()
    assert WORDS not in logged_in(operator()).get(DESK).content.decode()


def test_nothing_chosen_and_nonsense() -> None:
    client = logged_in(operator())
    assert client.post(reverse("members:questions-act"), {"do": "answered"}).status_code == 302
    assert client.post(reverse("members:questions-act"), {"do": "delete:1"}).status_code == 404
    assert client.post(reverse("members:questions-act"), {"do": "answered:x"}).status_code == 302
    assert client.post(reverse("members:questions-act"), {"do": "answered"}, headers={"HX-Request": "true"}).status_code == 409


def test_medians_by_group_the_slowest_first() -> None:
    fast, slow = MembershipFactory(), MembershipFactory()
    for member, minutes in ((fast, 1), (fast, 3), (fast, 50), (slow, 90)):
        QuestionFactory(membership=member, state="answered", how="reply", answered_at=NOW, waited=minutes * 60)
    found = queries.speeds(operator(), NOW)
    assert [(speed.group, speed.minutes, speed.answers) for speed in found] == [(slow.group.name, 90, 1), (fast.group.name, 3, 3)]
    assert queries.speeds(volunteer(), NOW) == []
    assert slow.group.name in logged_in(operator()).get(DESK).content.decode() or clock.now() > NOW + timedelta(days=29)


def test_medians_by_the_tier_of_who_asked_and_the_badge_on_the_row() -> None:
    """Unknown is no tier; of a human with two stays the one that counts has it."""
    core, unknown = MembershipFactory(tier="core", tier_since=NOW.date()), MembershipFactory()
    back = MembershipFactory(group=core.group, same_as=core)
    for member, minutes in ((core, 4), (back, 6), (unknown, 90)):
        QuestionFactory(membership=member, state="answered", how="reply", answered_at=NOW, waited=minutes * 60)
    [found] = queries.speeds_by_tier(operator(), NOW)
    assert (found.tier, found.minutes, found.answers) == ("core", 4, 2)
    QuestionFactory(membership=back)
    assert "badge bg-green" in logged_in(operator()).get(DESK).content.decode()


def test_what_nobody_answers_lapses_by_the_group_s_policy() -> None:
    old, young = QuestionFactory(asked_at=NOW - timedelta(days=7)), QuestionFactory(asked_at=NOW - timedelta(days=6))
    assert services.lapse(at=NOW) == 1
    assert (fresh(old).state, fresh(old).how) == (QuestionState.CLOSED, How.LAPSED)
    assert fresh(young).state == QuestionState.OPEN
    assert services.lapse(at=NOW) == 0


def test_the_group_filter_lists_only_visible_groups() -> None:
    GroupFactory(name="看不见的群")
    assert "看不见的群" not in logged_in(volunteer()).get(DESK).content.decode()


def test_a_person_says_that_a_message_is_a_question() -> None:
    """It waits from when it was said; pressed again it is refused, taken back it is none; a colleague who only looks may not."""
    room = BindingFactory()
    hear(room, happened(room.remote_id, "alice", "报表打不开了"))
    event, client = StoredEvent.objects.get(), logged_in(operator())
    url = reverse("members:question-mark", args=[event.pk])
    assert logged_in(viewer()).post(url).status_code == 403
    assert url in client.get(reverse("inbound:message", args=[event.pk])).content.decode()
    assert client.post(url).status_code == 302
    row = Question.objects.get()
    assert (row.cue, row.asked_at, row.state, row.membership.person.remote_id) == ("hand", event.occurred_at, "open", "alice")
    assert client.post(url).status_code == 409
    client.post(reverse("members:question-settle", args=[row.pk, "not_question"]))
    assert fresh(row).how == How.MISJUDGED
    assert client.post("/api/v1/questions/mark/", {"event": event.pk}, content_type="application/json").status_code == 409
