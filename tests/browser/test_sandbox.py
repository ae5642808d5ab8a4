"""The sandbox in a real browser: speak and see the trace, move the clock and see the greeting arrive, reset; by keyboard, on a phone."""

import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from groupops.accounts.models import User
from groupops.inbound.models import StoredEvent
from groupops.messaging import services as messaging
from groupops.messaging.adapter import EventKind
from groupops.messaging.outbox import Wish
from groupops.shared import clock
from groupops.simulator.models import Sandbox
from tests.browser import looks
from tests.factories import accounts
from tests.factories.groups import KindFactory

pytestmark = pytest.mark.django_db(transaction=True)
expect.set_options(timeout=60_000)


@pytest.fixture
def by(log_in: Callable[[User], None]) -> User:
    """An operator, logged in, who reads English."""
    user = accounts.operator(name="林晓", language="en")
    log_in(user)
    KindFactory(slug="tech", name="技术群")
    return user


@pytest.fixture
def stage(by: User, visit: Callable[[str], Page]) -> Page:
    """A sandbox that was opened by the form."""
    page = visit(reverse("sandbox:create"))
    page.set_default_timeout(60_000)  # a day of the plan is released, sent and heard in one answer
    page.get_by_label("Kind").select_option("tech")
    page.get_by_role("button", name="Open the sandbox").click()
    expect(page.locator("#sandbox")).to_be_visible()
    return page


def bubbles(page: Page) -> list[str]:
    """What stands in the chat."""
    return page.locator(".phone-log .bubble").all_inner_texts()


def test_speak_see_why_move_the_clock_see_the_greeting_and_begin_anew(stage: Page) -> None:
    """The whole round, in one page that is never loaded anew but for the reset."""
    page = stage
    page.get_by_label("周明远").check()
    page.locator("#id_text").fill("大家早上好！")
    page.locator("#id_text").press("Enter")
    mine = page.locator(".chat-line.is-mine .bubble")
    expect(mine).to_have_text("大家早上好！")
    trace = page.locator("#trace")
    expect(trace).to_contain_text("周明远")
    expect(trace.locator(".sandbox-steps > li")).not_to_have_count(0)
    expect(trace).to_contain_text("1 message counted on this day")
    expect(page.locator("#id_text")).to_be_focused()  # one goes on typing
    expect(page).to_have_url(re.compile(r"who=zhou&event=\d+"))

    journal = page.locator(".sandbox-journal")
    for _day in range(2):  # a Saturday evening has nothing more, a Sunday nothing before nine: from nine to nine something is said
        page.get_by_role("button", name="Tomorrow 09:00").click()
        expect(page.locator(".sandbox-now")).to_contain_text("09:00")
    expect(journal.locator(".state-green").last).to_have_text("Sent")
    expect(page.locator(".phone-log .bubble").last).to_be_in_viewport()  # the greeting arrived, and the chat shows it
    assert len(bubbles(page)) == 1 + StoredEvent.objects.filter(own=True, kind=EventKind.MESSAGE).count() > 1

    mine.click()
    expect(mine).to_have_attribute("aria-current", "true")
    expect(trace).to_contain_text("大家早上好！")

    page.get_by_role("link", name="Reset…").click()
    page.get_by_role("button", name="Reset now").click()
    expect(page.locator(".phone-log")).to_contain_text("Nobody has said anything yet")
    assert Sandbox.objects.get().group.name.endswith(" · 2")


def test_a_scene_a_reply_and_a_recall(stage: Page) -> None:
    """Played, answered, taken back."""
    page = stage
    page.get_by_role("button", name=re.compile("^Check-in")).click()
    expect(page.locator(".phone-log .bubble").nth(4)).to_be_visible()  # five, and the plan's own where its hour strikes meanwhile
    first = page.locator(".phone-log .bubble", has_text="今日打卡").first
    first.click()
    expect(first).to_have_attribute("aria-current", "true")
    page.locator("#trace").get_by_role("link", name="Reply").click()
    expect(page.locator(".phone-quote")).to_contain_text("今日打卡")
    page.locator("#id_text").fill("厉害")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".phone-log .bubble").last).to_contain_text("厉害")
    page.locator("#trace").get_by_role("button", name="Recall").click()
    expect(page.locator(".phone-log")).to_contain_text("recalled a message")


def test_what_is_refused_stands_beside_the_composer(stage: Page, complaints: list[str]) -> None:
    """Somebody who is not in the group; what was typed stays."""
    page = stage
    page.get_by_label("宋书豪").check()
    page.locator("#id_text").fill("我还没进群")
    page.locator("#id_text").press("Enter")
    expect(page.locator(".phone-error")).to_contain_text("not in the group")
    expect(page.locator("#id_text")).to_have_value("我还没进群")
    complaints[:] = [line for line in complaints if "422" not in line]  # the browser's own note of the answer


def test_what_happens_elsewhere_appears_by_itself(stage: Page) -> None:
    """A message that a person has sent from the group's own pages."""
    page, sandbox = stage, Sandbox.objects.get()
    page.get_by_label("马志强").check()
    page.locator("#id_text").fill("写到一半")
    messaging.order(group=sandbox.group, wish=Wish(text="群主来了"), by=sandbox.by, at=clock.now())
    expect(page.locator(".phone-log .bubble").last).to_have_text("群主来了")
    expect(page.locator("#id_text")).to_have_value("写到一半")  # what somebody is writing meanwhile stays, and who they are
    expect(page.locator("#id_text")).to_be_focused()
    expect(page.get_by_label("马志强")).to_be_checked()


def test_it_is_sound_on_every_screen(stage: Page) -> None:
    """axe, width, icons: the room after a scene with its journal, the reset, the list."""
    page = stage
    page.get_by_role("button", name=re.compile("^An advertisement")).click()
    expect(page.locator(".sandbox-journal")).to_be_visible()
    looks.check_everywhere(page)
    sandbox = Sandbox.objects.get()
    for address in (reverse("sandbox:reset", args=[sandbox.pk]), reverse("sandbox:list") + "?all=1", reverse("sandbox:create")):
        page.goto(page.url.split("/sandbox")[0] + address)
        looks.check_everywhere(page)
