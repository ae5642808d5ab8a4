"""The table of a post's life: every act in every state does what the table says, and nothing else; the docs show the same table."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from content import services as content
from content.models import Post
from content.policy import PostKind, PostState
from content.services.posts import OwnText, TooLate
from content.workflow import MOVES, Act, Labels, Review, acts, after_edit, allowed, in_plan, opening, table
from groupops.groups import services as groups
from groupops.groups.models import Group
from groupops.groups.policy import Scope
from groupops.groups.policy.values import ValueRefused
from groupops.record.models import AuditEntry
from tests.factories.accounts import founder, operator
from tests.factories.content import PostFactory
from tests.factories.groups import NOW

DUE = NOW + timedelta(hours=5)
DOCS = Path(__file__).resolve().parents[2] / "docs" / "reference" / "posts.md"


def do(act: Act, post: Post, at: datetime = NOW) -> Post:
    """The service behind an act."""
    given = {"post": post, "by": None, "at": at}
    match act:
        case Act.EDIT:
            return content.edit_post(version=post.version, title="新", kind=PostKind.TOPIC, body="新", due_at=post.due_at, **given)  # type: ignore[arg-type]
        case Act.MOVE:
            return content.move_post(version=post.version, due_at=DUE + timedelta(hours=1), **given)  # type: ignore[arg-type]
        case _:
            return content.act_on(posts=[post], act=act, by=None, at=at).done[0]


@pytest.mark.django_db
@pytest.mark.parametrize("state", PostState)
@pytest.mark.parametrize("act", Act)
def test_every_act_in_every_state(group: Group, act: Act, state: PostState) -> None:
    """Allowed: it goes where the table says, one version on, with a line in the trail. Else: refused, and nothing has changed."""
    sent_at = NOW if state == PostState.SENT else None
    was = PostState.DRAFT if state == PostState.CANCELLED else ""
    post = PostFactory.create(group=group, state=state, released_at=None, due_at=DUE, created_at=NOW, sent_at=sent_at, was=was)
    if allowed(act, state):
        do(act, post)
        post.refresh_from_db()
        assert PostState(post.state) in MOVES[act][state]
        assert post.version == 2
        assert AuditEntry.objects.count() == 1
    else:
        with pytest.raises(TooLate):
            do(act, post)
        post.refresh_from_db()
        assert (post.state, post.version) == (state, 1)
        assert not AuditEntry.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("act", Act)
def test_what_was_handed_over_is_only_cancelled(group: Group, act: Act) -> None:
    """Its delivery moves it now."""
    post = PostFactory.create(group=group, due_at=DUE)
    if act == Act.CANCEL:
        assert do(act, post).was == ""
        with pytest.raises(TooLate):
            do(Act.RESTORE, Post.objects.get())
    else:
        with pytest.raises(TooLate):
            do(act, post)


def test_the_table_is_whole_and_the_page_shows_it() -> None:
    """Every act is there, no move leads to a state that only a delivery gives; docs/reference/posts.md holds this very table."""
    assert set(MOVES) == set(Act)
    reached = {to for moves in MOVES.values() for ways in moves.values() for to in ways}
    assert not reached & {PostState.SENT, PostState.FAILED, PostState.MISSED}
    assert acts(PostState.SENT) == []
    assert table() in DOCS.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", PostKind)
def test_what_wants_a_reviewer(kind: PostKind) -> None:
    """By default promotions and announcements; all of them, or none; people who may not publish always ask."""
    loud = kind in (PostKind.PROMOTION, PostKind.ANNOUNCEMENT)
    for review, wants in ((Review(), loud), (Review(required=True), True), (Review(promotions_and_announcements=False), False)):
        assert review.wants(kind) == wants
        assert opening(review, kind, may_publish=True, draft=False) == (PostState.REVIEW if wants else PostState.SCHEDULED)
        assert opening(review, kind, may_publish=False, draft=False) == PostState.REVIEW
        assert opening(review, kind, may_publish=True, draft=True) == PostState.DRAFT


def test_an_edit_keeps_the_approval_only_by_who_may_give_it_alone() -> None:
    """Scheduled and held fall back to a draft otherwise; drafts and reviews stay what they are."""
    alone, two = Review(), Review(required=True, other_person=True)
    for state in (PostState.SCHEDULED, PostState.APPROVED):
        assert after_edit(alone, state, "topic", may_publish=True) == state
        assert after_edit(alone, state, "topic", may_publish=False) == PostState.DRAFT
        assert after_edit(two, state, "topic", may_publish=True) == PostState.DRAFT
    for state in (PostState.DRAFT, PostState.REVIEW):
        assert after_edit(two, state, "topic", may_publish=False) == state


def test_what_is_approved_too_late_is_held() -> None:
    """Within the lapse of its kind it leaves."""
    assert in_plan("topic", NOW, NOW + timedelta(hours=1)) == PostState.SCHEDULED
    assert in_plan("topic", NOW, NOW + timedelta(hours=1, seconds=1)) == PostState.APPROVED
    assert in_plan("greeting", NOW, NOW + timedelta(minutes=11)) == PostState.APPROVED


def test_labels() -> None:
    """Put on once, only on promotions; a label is short."""
    assert Labels().on("promotion", "课程") == "【推广】课程"
    assert Labels().on("promotion", "【推广】课程") == "【推广】课程"
    assert Labels().on("topic", "课程") == Labels(promotion="").on("promotion", "课程") == "课程"
    with pytest.raises(ValueRefused):
        Labels(promotion="长" * 21)


@pytest.mark.django_db
def test_somebody_else_approves(group: Group) -> None:
    """Where the policy wants it: not the writer of the present text, whoever began it."""
    value = {"required": True, "other_person": True, "promotions_and_announcements": True}
    groups.set_policy(name="content.review", scope=Scope.SITE, value=value, by=None, at=NOW)
    writer, other = founder(), operator()
    post = content.create_post(group=group, title="t", kind=PostKind.TOPIC, body="b", due_at=DUE, by=writer, at=NOW)
    assert post.state == PostState.REVIEW
    with pytest.raises(OwnText):
        content.approve_post(post=post, by=writer, at=NOW)
    content.edit_post(post=post, version=1, title="t", kind=PostKind.TOPIC, body="改", due_at=DUE, by=other, at=NOW)
    with pytest.raises(OwnText):
        content.approve_post(post=post, by=other, at=NOW)
    assert content.approve_post(post=post, by=writer, at=NOW).state == PostState.SCHEDULED
