"""A post's life in a real browser: a volunteer writes and submits it, a founder approves, holds and releases it by keyboard, it is sent."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from content import services as content
from content.models import Post
from content.policy import PostState
from groupops.accounts.models import User
from groupops.groups.policy import Post as StaffPost
from groupops.shared import clock
from tests.browser import looks
from tests.factories import accounts
from tests.factories.groups import GroupFactory, StaffPostFactory

pytestmark = pytest.mark.django_db(transaction=True)
LogIn = Callable[[User], None]


def state() -> set[str]:
    """Of every post there is."""
    return set(Post.objects.values_list("state", flat=True))


def test_from_the_draft_to_the_receipt(page: Page, live_server: LiveServer, log_in: LogIn) -> None:
    """Write for two groups, submit, approve by A, hold and release by H, leave, confirm on the desk by S."""
    writer, boss = accounts.volunteer(name="小溪"), accounts.founder(name="林晓")
    for name in ("产品交流一群", "产品交流二群", "技术交流群"):
        group = GroupFactory(name=name)
        StaffPostFactory(group=group, user=writer, post=StaffPost.VOLUNTEER)
    log_in(writer)
    page.goto(f"{live_server.url}{reverse('content:write')}?kind=topic")
    page.locator(".picker input[type=search]").fill("产品")
    expect(page.get_by_text("技术交流群")).to_be_hidden()
    page.locator("[data-action='picker#all']").click()
    page.locator("#id_title").fill("今晚聊选型")
    page.locator("#id_body").fill("{{weekday}}好，{{group}}！今晚八点见。")
    due = clock.local(clock.now() + timedelta(hours=3), "Asia/Shanghai")
    page.locator("#id_day").fill(due.date().isoformat())
    page.locator("#id_at_time").fill(due.strftime("%H:%M"))
    expect(page.locator("#preview")).to_contain_text("好，产品交流一群！今晚八点见。")
    expect(page.locator("#preview")).to_contain_text("好，产品交流二群！今晚八点见。")
    looks.check(page)
    page.locator("button[name=draft]").click()
    page.wait_for_url("**/content/posts/*/")
    assert state() == {PostState.DRAFT}
    page.keyboard.press("s")
    expect(page.locator(".state-yellow").first).to_be_visible()
    page.wait_for_load_state()
    assert state() == {PostState.REVIEW}

    log_in(boss)
    page.goto(f"{live_server.url}{reverse('content:review')}")
    expect(page.locator("[data-triage-target=row]")).to_have_count(1)
    looks.check(page)
    page.keyboard.press("b")
    expect(page.locator("details[open] input[name=note]")).to_be_visible()
    page.keyboard.press("b")
    page.keyboard.press("a")
    expect(page.locator("[data-triage-target=row]")).to_have_count(0)
    assert state() == {PostState.SCHEDULED}

    post = Post.objects.order_by("pk")[0]
    page.goto(f"{live_server.url}{reverse('content:post', args=[post.pk])}")
    looks.check_everywhere(page)
    page.keyboard.press("h")
    expect(page.locator("button[formaction$='/unhold/']")).to_be_visible()
    assert state() == {PostState.APPROVED}
    assert content.release(at=post.due_at).settled == 0
    page.keyboard.press("h")
    expect(page.locator("button[formaction$='/hold/']")).to_be_visible()
    assert state() == {PostState.SCHEDULED}
    content.release(at=post.due_at)

    page.goto(f"{live_server.url}{reverse('messaging:deliveries')}")
    expect(page.locator("[data-desk-target~=row]")).to_have_count(2)
    for left in (1, 0):
        page.keyboard.press("s")
        expect(page.locator("[data-desk-target~=row]")).to_have_count(left)
    assert state() == {PostState.SENT}
    page.goto(f"{live_server.url}{reverse('content:all-posts')}?state=sent")
    expect(page.locator("tbody tr")).to_have_count(2)
    looks.check(page)
