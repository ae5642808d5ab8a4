"""What the posts put on Today: one item for the queue, one for a bundle, each settled by one key; nothing for those it is no task of."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from content import services as content
from content import today_posts
from content.models import Post
from content.policy import PostKind, PostState, Why
from groupops.groups.models import Group
from groupops.groups.policy import Post as StaffPost
from tests.content.conftest import made
from tests.factories.accounts import founder, viewer, volunteer
from tests.factories.content import PostFactory, bound
from tests.factories.groups import NOW, StaffPostFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def kinds(user: object, at: object = NOW) -> list[tuple[str, str]]:
    """What there is: kind and group."""
    return [(item.kind, item.group) for item in today_posts.source(user, at)]  # type: ignore[arg-type]


def test_the_queue_is_one_item(group: Group) -> None:
    """Twenty posts of three groups: one line, for those who may approve one of them."""
    for other in (group, bound(), bound()):
        for _n in range(7):
            PostFactory.create(group=other, state=PostState.REVIEW, due_at=NOW + HOUR)
    assert [kind for kind, _group in kinds(founder())] == ["review"]
    assert kinds(viewer()) == []
    [item] = today_posts.source(founder(), NOW)
    assert "21" in str(item.text)
    assert len(item.group_ids) == 3


def test_an_announcement_is_for_whoever_announces(group: Group) -> None:
    """A group admin approves announcements, and nothing else."""
    admin = volunteer()
    StaffPostFactory.create(group=group, user=admin, post=StaffPost.ADMIN)
    PostFactory.create(group=group, state=PostState.REVIEW, kind=PostKind.TOPIC, due_at=NOW + HOUR)
    assert kinds(admin) == []
    post = PostFactory.create(group=group, state=PostState.REVIEW, kind=PostKind.ANNOUNCEMENT, due_at=NOW + HOUR)
    assert kinds(admin) == [("review", group.name)]
    assert content.approve_post(post=post, by=admin, at=NOW).approved_by == admin


def test_a_draft_that_came_back_is_its_writers(group: Group) -> None:
    """With the reviewer's word; of a bundle one line, cancelled by one key."""
    writer, boss = volunteer(), founder()
    groups = [group, bound(), bound()]
    for one in groups:
        StaffPostFactory.create(group=one, user=writer, post=StaffPost.VOLUNTEER)
    written = content.create_posts(
        groups=groups, title="活动", kind=PostKind.TOPIC, body="周五见", due_at=NOW + HOUR, by=writer, at=NOW
    )  # fmt: skip
    for post in written:
        content.send_back_post(post=post, note="请写清时间", by=boss, at=NOW)
    [item] = today_posts.source(writer, NOW)
    assert (item.kind, item.detail) == ("draft", "请写清时间")
    assert today_posts.source(boss, NOW) == []
    client = Client()
    client.force_login(writer)
    fields: dict[str, list[str]] = {}
    for name, value in item.done_fields:
        fields.setdefault(name, []).append(value)
    assert client.post(item.done_url, fields).status_code == 302
    assert set(Post.objects.values_list("state", flat=True)) == {PostState.CANCELLED}
    assert today_posts.source(writer, NOW) == []


def test_a_time_that_passed_without_its_text(group: Group) -> None:
    """A draft with a time, a held post, and a day of a series; for three days, until somebody decides. A draft without a time waits."""
    boss = founder()
    given = {"group": group, "kind": PostKind.TOPIC, "title": "t", "body": "b", "by": boss, "at": NOW}
    content.create_post(**given, due_at=NOW + HOUR, draft=True)  # type: ignore[arg-type]
    content.create_post(**given, due_at=None, draft=True)  # type: ignore[arg-type]
    content.hold_post(post=content.create_post(**given, due_at=NOW + HOUR), by=boss, at=NOW)  # type: ignore[arg-type]
    slot = made(group).slots.order_by("day")[0]
    content.write_ahead(slot=slot, title="t", body="b", by=boss, at=NOW, draft=True)
    assert kinds(boss) == [("held", group.name)] * 2  # told before their time: the held one, and the day's draft
    later = slot.due_at + HOUR
    content.release(at=slot.due_at)
    assert sorted(kind for kind, _group in kinds(boss, later)) == ["missed", "overdue", "overdue"]
    assert kinds(boss, later + timedelta(days=4)) == []
    slot.refresh_from_db()
    assert slot.why == Why.UNAPPROVED
    content.leave_slot(slot=slot, by=boss, at=later)
    assert sorted(kind for kind, _group in kinds(boss, later)) == ["overdue", "overdue"]


def test_constant_queries(group: Group) -> None:
    """One of each or forty: the same questions."""
    boss = founder()

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            today_posts.source(boss, NOW)
        return len(queries)

    def some(n: int) -> None:
        for _n in range(n):
            for state in (PostState.REVIEW, PostState.DRAFT, PostState.APPROVED):
                PostFactory.create(group=bound(), state=state, due_at=NOW - HOUR, created_at=NOW - 2 * HOUR, note="!", created_by=boss)

    some(1)
    before = count()
    some(13)
    assert count() == before
