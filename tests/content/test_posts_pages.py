"""The pages of the posts: write for many, review, hold and undo, one day of a series, a test, a key moment's drafts."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from content import services as content
from content.models import Post
from content.policy import PostKind, PostState, SlotState, Why
from groupops.accounts.models import User
from groupops.groups.models import Group, KeyMoment
from groupops.groups.policy import Post as StaffPost
from groupops.messaging.models import Delivery
from groupops.shared import clock
from tests.content.conftest import made
from tests.factories.accounts import founder, viewer, volunteer
from tests.factories.content import PostFactory, SlotFactory, bound, delivery_of
from tests.factories.groups import NOW, StaffPostFactory

pytestmark = pytest.mark.django_db
FORM = {"title": "直播预告", "kind": "message", "body": "今晚八点，{{weekday}}见", "day": "2026-11-23", "at_time": "20:00"}


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is NOW for every door."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def boss(client: Client) -> Client:
    """A founder's browser."""
    client.force_login(founder())
    return client


def helper(group: Group) -> Client:
    """A volunteer of the group: writes drafts."""
    user, browser = volunteer(), Client()
    StaffPostFactory.create(group=group, user=user, post=StaffPost.VOLUNTEER)
    browser.force_login(user)
    return browser


def page(client: Client, name: str, *args: object, query: str = "") -> str:
    """The page's text."""
    response = client.get(reverse(name, args=args) + query)
    assert response.status_code == 200, response.content.decode()[:2000]
    return response.content.decode()


def act(client: Client, post: Post, name: str, **values: Any) -> Post:
    """A button of the post's page."""
    response = client.post(reverse("content:post-act", args=[post.pk, name]), values)
    assert response.status_code == 302, response.content.decode()[-800:]
    post.refresh_from_db()
    return post


def test_written_for_two_groups_submitted_approved_held_and_released(boss: Client, group: Group) -> None:
    """From a volunteer's draft to the plan: one form, a bundle, one act for both."""
    other, writer = bound(name="产品交流群"), helper(group)
    user = User.objects.get(role="volunteer")
    StaffPostFactory.create(group=other, user=user, post=StaffPost.VOLUNTEER)
    answer = writer.post(reverse("content:write"), FORM | {"groups": [group.pk, other.pk], "draft": "1"})
    first, second = Post.objects.order_by("pk")
    assert answer["Location"] == reverse("content:post", args=[first.pk])
    assert first.bundle == second.bundle
    text = page(writer, "content:post", first.pk)
    assert reverse("content:post-act", args=[first.pk, "submit"]) in text
    assert reverse("content:post-act", args=[first.pk, "approve"]) not in text
    act(writer, first, "submit", scope="all")
    text = page(boss, "content:review")
    assert "今晚八点，星期一见" in text
    assert f"{second.pk}:{second.version + 1}" in text
    seen = re.findall(r'name="seen" value="(\d+:\d+)"', text)
    act(boss, first, "approve", scope="all", seen=seen)
    assert set(Post.objects.values_list("state", flat=True)) == {PostState.SCHEDULED}
    act(boss, first, "hold", scope="one")
    assert sorted(Post.objects.values_list("state", flat=True)) == [PostState.APPROVED, PostState.SCHEDULED]
    assert reverse("content:post-act", args=[first.pk, "unhold"]) in page(boss, "content:post", first.pk)
    act(boss, first, "unhold")
    content.release(at=first.due_at)
    assert Delivery.objects.count() == 2
    delivery = Delivery.objects.get(subject_id=first.pk)
    assert reverse("messaging:delivery", args=[delivery.pk]) in page(boss, "content:post", first.pk)


def test_what_was_changed_after_it_was_shown_is_not_approved(boss: Client, group: Group) -> None:
    """409, in words that name who did what."""
    post = PostFactory.create(group=group, state=PostState.REVIEW, due_at=NOW + timedelta(hours=5))
    Post.objects.update(version=2)
    answer = boss.post(reverse("content:post-act", args=[post.pk, "approve"]), {"seen": f"{post.pk}:1"})
    assert answer.status_code == 409
    assert Post.objects.get().state == PostState.REVIEW


def test_a_rejected_form_keeps_what_was_written(boss: Client, group: Group) -> None:
    """422 with the message on its field; without a group, with a bad placeholder, a past time, half a time."""
    url = reverse("content:write")
    for values, said in (
        ({"groups": []}, "groups"),
        ({"body": "{{name}}"}, "body"),
        ({"day": "2026-11-21"}, "at_time"),
        ({"at_time": ""}, "at_time"),
    ):
        answer = boss.post(url, FORM | {"groups": [group.pk]} | values)
        assert answer.status_code == 422
        assert said in answer.context["form"].errors
    assert not Post.objects.exists()
    assert "直播预告" in answer.content.decode()


def test_the_preview_says_where_it_goes(boss: Client, group: Group) -> None:
    """The words of each group, and that an announcement waits for approval; nothing is written."""
    answer = boss.post(reverse("content:post-preview"), FORM | {"groups": [group.pk], "kind": "announcement"})
    assert "今晚八点，星期一见" in answer.content.decode()
    assert "审核" in answer.content.decode() or "approval" in answer.content.decode()
    assert not Post.objects.exists()


def test_editing_revokes_or_renews_the_approval(boss: Client, group: Group) -> None:
    """A planner's edit is approved by it; a volunteer's own post falls back to a draft."""
    post = PostFactory.create(group=group, state=PostState.SCHEDULED, released_at=None, due_at=NOW + timedelta(days=1))
    edit = reverse("content:edit-post", args=[post.pk])
    values = FORM | {"version": "1", "kind": "message"}
    assert boss.get(edit).status_code == 200
    assert boss.post(edit, values).status_code == 302
    post.refresh_from_db()
    assert (post.state, post.title, post.version) == (PostState.SCHEDULED, "直播预告", 2)
    assert boss.post(edit, values).status_code == 422  # version 1 is gone
    browser = helper(group)
    Post.objects.update(created_by=User.objects.get(role="volunteer"))
    assert browser.post(edit, values | {"version": "2", "body": "改了"}).status_code == 302
    post.refresh_from_db()
    assert (post.state, post.approved_by) == (PostState.DRAFT, None)


def test_the_buttons_undo(boss: Client, group: Group) -> None:
    """Cancelled and brought back as it was; a hold too."""
    post = PostFactory.create(group=group, state=PostState.SCHEDULED, released_at=None, due_at=NOW + timedelta(days=1))
    assert act(boss, post, "cancel").state == PostState.CANCELLED
    text = page(boss, "content:post", post.pk)
    assert reverse("content:post-act", args=[post.pk, "restore"]) in text
    assert act(boss, post, "restore").state == PostState.SCHEDULED
    assert boss.get(reverse("content:post-act", args=[post.pk, "hold"])).status_code == 405
    assert boss.post(f"/content/posts/{post.pk}/explode/").status_code == 404


def test_bulk_approval(boss: Client, group: Group) -> None:
    """The ticked cards; what is not ticked waits on."""
    first, second = (PostFactory.create(group=group, state=PostState.REVIEW, due_at=NOW + timedelta(hours=n)) for n in (5, 6))
    boss.post(reverse("content:review-many"), {"pk": [f"{first.pk}:1 "]})
    assert Post.objects.get(pk=first.pk).state == PostState.SCHEDULED
    assert Post.objects.get(pk=second.pk).state == PostState.REVIEW


def test_another_text_for_one_day(boss: Client, group: Group) -> None:
    """Written ahead by its page, and taken back."""
    slot = made(group).slots.order_by("day")[1]
    url = reverse("content:slot-ahead", args=[slot.pk])
    assert "早上好" in boss.get(url).content.decode()
    assert boss.post(url, {"title": "特别的早安", "body": "今天是{{date}}"}).status_code == 302
    post = Post.objects.get()
    assert (post.slot, post.state, post.due_at) == (slot, PostState.SCHEDULED, slot.due_at)
    assert "特别的早安" in boss.get(url).content.decode()
    boss.post(reverse("content:slot-drop", args=[slot.pk]))
    post.refresh_from_db()
    assert (post.slot, post.state) == (None, PostState.CANCELLED)


def test_a_test_goes_to_a_room_of_ones_choice(boss: Client, group: Group) -> None:
    """Marked, filled, remembered; the post does not notice. Without rooms the text can be copied."""
    post = PostFactory.create(group=group, state=PostState.DRAFT, body="{{weekday}}见", due_at=NOW + timedelta(days=1))
    small = bound(name="自己人", member_count=3)
    Group.objects.filter(pk=group.pk).update(member_count=90)
    text = page(boss, "content:test-post", post.pk)
    assert text.index("自己人") < text.index(f">\n                  {group.name}") if f">\n                  {group.name}" in text else True
    assert boss.post(reverse("content:test-post", args=[post.pk]), {"room": small.pk}).status_code == 302
    sent = Delivery.objects.get()
    assert (sent.group, sent.purpose) == (small, "order")
    assert sent.text.endswith("星期一见")
    assert sent.text.startswith("【测试")
    assert boss.session["test_room"] == small.pk
    assert (Post.objects.get().state, Post.objects.get().version) == (PostState.DRAFT, 1)


def test_a_moment_proposes_drafts_once(boss: Client, group: Group) -> None:
    """An update gives an announcement and a topic in each group chosen; asked again it adds nothing."""
    moment = KeyMoment.objects.create(sort="release", title="3.0 发布", on=NOW.date() + timedelta(days=3), created_at=NOW)
    assert reverse("content:moment-posts", args=[moment.pk]) in page(boss, "groups:moments")
    url = reverse("content:moment-posts", args=[moment.pk])
    for _n in range(2):
        assert boss.post(url, {"groups": [group.pk]}).status_code == 302
    assert [(post.kind, post.state) for post in Post.objects.order_by("pk")] == [
        (PostKind.ANNOUNCEMENT, PostState.DRAFT),
        (PostKind.TOPIC, PostState.DRAFT),
    ]
    assert group.name in page(boss, "content:moment-posts", moment.pk)
    assert boss.post(url, {}).status_code == 422


def test_a_viewer_reads_and_changes_nothing(client: Client, group: Group) -> None:
    """The page shows no buttons; the addresses say no."""
    client.force_login(viewer())
    post = PostFactory.create(group=group, state=PostState.REVIEW)
    assert reverse("content:post-act", args=[post.pk, "approve"]) not in page(client, "content:post", post.pk)
    for url in (reverse("content:post-act", args=[post.pk, "approve"]), reverse("content:edit-post", args=[post.pk])):
        assert client.post(url).status_code == 403
    assert post.title not in page(client, "content:review")


def test_equal_query_counts(boss: Client, group: Group) -> None:
    """One post or thirty, of one bundle or of many: the same number of queries."""

    def count(url: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert boss.get(url).status_code == 200
        return len(queries)

    def some(n: int) -> None:
        for number in range(n):
            delivery_of(PostFactory.create(group=bound()))
            PostFactory.create(group=bound(), state=PostState.REVIEW, due_at=NOW + timedelta(hours=number))
            slot = SlotFactory.create(schedule=made(bound()), state=SlotState.MISSED, why=Why.UNAPPROVED)
            PostFactory.create(group=slot.schedule.group, slot=slot, state=PostState.DRAFT)

    some(1)
    urls = [reverse("content:all-posts"), reverse("content:review"), reverse("content:write")]
    boss.get(urls[0])
    before = [count(url) for url in urls]
    some(12)
    assert [count(url) for url in urls] == before
