"""The send desk and the channels in a real browser: no axe violation, no CSP violation, nothing wider than a phone."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django import Settings

from groupops.accounts.models import User
from groupops.messaging import services as messaging
from groupops.messaging.fake_platform.platform import Platform
from groupops.messaging.models import Attempt, Connection, Delivery
from groupops.messaging.policy import DeliveryState
from groupops.shared import clock
from tests.browser import looks
from tests.factories import accounts
from tests.factories import messaging as factories
from tests.factories.groups import GroupFactory
from tests.messaging import purpose

pytestmark = pytest.mark.django_db(transaction=True)
S = DeliveryState
SHOTS = os.environ.get("GROUPOPS_SHOTS")  # a folder for screenshots, for people


@pytest.fixture
def by(settings: Settings, log_in: Callable[[User], None]) -> User:
    """An operator, logged in; a fake platform is offered."""
    settings.FAKE_PLATFORM_URL = "http://127.0.0.1:9"
    settings.DELIVERY_KINDS = settings.DELIVERY_KINDS | purpose.KINDS
    user = accounts.operator(name="林晓")
    log_in(user)
    return user


@pytest.fixture
def running() -> Platform:
    """A fresh in-process platform."""
    return factories.platform()


def world(running: Platform) -> Delivery:
    """Something in every state, and channels in every health."""
    binding = factories.bound(running, group=GroupFactory(name="产品交流一群"))
    for state in S:
        if state != S.CLAIMED:
            factories.DeliveryFactory(
                group=binding.group, connection=binding.connection, state=state, text=f"早上好！今天的安排（{state.label}）"
            )
    for health in ("needs_login", "down", "new"):
        factories.ConnectionFactory(health=health, paused=health == "needs_login", health_line="The platform cannot be reached.")
    row = Delivery.objects.get(state=S.UNKNOWN)
    Delivery.objects.filter(pk=row.pk).update(why="The platform did not answer in time.", attempts=1)
    Attempt.objects.create(
        delivery=row,
        number=1,
        fence="0" * 32,
        started_at=clock.now(),
        ended_at=clock.now(),
        result="OutcomeUnknown",
        line="The platform did not answer in time.",
    )
    return row


def shot(page: Page, name: str) -> None:
    """For people to look at, where a folder was named."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def test_every_page_keeps_the_floors(by: User, running: Platform, visit: Callable[[str], Page]) -> None:
    """Send desk, one delivery, channels, one channel, connecting, renewing, choosing a room; empty ones too."""
    for name in ("deliveries", "connections"):
        page = visit(reverse(f"messaging:{name}"))
        looks.check(page)
        shot(page, f"{name}-empty")
    row = world(running)
    addresses = {
        "deliveries": reverse("messaging:deliveries"),
        "delivery": reverse("messaging:delivery", args=[row.pk]),
        "connections": reverse("messaging:connections"),
        "connection": reverse("messaging:connection", args=[row.connection_id]),
        "connect": reverse("messaging:connect"),
        "connect-to": reverse("messaging:connect-to", args=["matrix"]),
        "rotate": reverse("messaging:rotate", args=[row.connection_id]),
        "bind": reverse("messaging:bind", args=[row.group_id]) + f"?connection={row.connection_id}",
    }
    for name, address in addresses.items():
        page = visit(address)
        looks.check_everywhere(page)
        shot(page, name)


def test_filters_and_decisions_work_by_hand(by: User, running: Platform, visit: Callable[[str], Page]) -> None:
    """A pill filters; a decision is one click, and one click takes it back."""
    row = world(running)
    page = visit(reverse("messaging:deliveries") + "?state=all")
    page.get_by_role("navigation", name="常用视图").get_by_role("link", name="结果未知").click()
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("link", name="早上好").click()
    page.locator("main").get_by_role("button", name="已发送").click()
    expect(page.locator("main .state", has_text="已发送")).to_be_visible()
    assert Delivery.objects.get(pk=row.pk).state == S.SENT
    page.locator("main .actions").get_by_role("button", name="撤销").click()
    expect(page.locator("main .state", has_text="结果未知")).to_be_visible()
    assert Delivery.objects.get(pk=row.pk).state == S.UNKNOWN


def test_a_channel_is_connected_and_a_room_bound_by_hand(by: User, running: Platform, visit: Callable[[str], Page]) -> None:
    """From nothing to a bound group, with a refusal on the way."""
    group = GroupFactory(name="二群")
    running.open_room("frei", "技术交流群", {"bot": "GroupOps", "a": "甲"})
    page = visit(reverse("messaging:connect"))
    page.get_by_role("link", name="模拟平台").click()
    page.locator("#id_name").fill("演示")
    page.locator("#id_account").fill("bot")
    page.locator("#id_url").fill("memory://test")
    page.get_by_role("button", name="验证并保存").click()
    expect(page.get_by_role("heading", name="演示")).to_be_visible()
    page = visit(reverse("messaging:bind", args=[group.pk]))
    page.locator("main").get_by_role("button", name="绑定", exact=True).click()
    page.wait_for_url(f"**{reverse('groups:detail', args=[group.pk])}")
    assert Connection.objects.get().bindings.get().remote_name == "技术交流群"
    messaging.unbind(group=group, by=by, at=clock.now())
