"""The send desk by keyboard in a real browser: copy, confirm, skip, expiry, undo, one card for five groups, two people on one card."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Locator, Page, expect
from pytest_django import Settings

from groupops.accounts.models import User
from groupops.messaging import services as messaging
from groupops.messaging.adapter import Operation
from groupops.messaging.models import Connection, Delivery
from groupops.messaging.policy import Decision, DeliveryState, text_key
from groupops.shared import clock
from tests.browser import looks
from tests.factories import accounts
from tests.factories.groups import GroupFactory
from tests.factories.messaging import BindingFactory, ConnectionFactory, DeliveryFactory
from tests.messaging import purpose

pytestmark = pytest.mark.django_db(transaction=True)
S = DeliveryState
SHOTS = os.environ.get("GROUPOPS_SHOTS")  # a folder for screenshots, for people
MORNING = "早上好！☀️ 今天的安排：\n12:00 技术资讯\n18:00 下班话题\n21:00 深度讨论"


@pytest.fixture
def by(settings: Settings, log_in: Callable[[User], None], context: BrowserContext) -> User:
    """An operator, logged in, whose browser lets pages read the clipboard."""
    settings.DELIVERY_KINDS = settings.DELIVERY_KINDS | purpose.KINDS
    user = accounts.operator(name="林晓")
    log_in(user)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    return user


@pytest.fixture
def wechat(by: User) -> Connection:
    """A phone."""
    return ConnectionFactory(name="林晓的工作微信", adapter="assisted", account="林晓", credentials={"account": "林晓", "longest": "200"})


def task(wechat: Connection, name: str, text: str = MORNING, **values: Any) -> Delivery:
    """Something that waits for hands in a group of that name."""
    group = GroupFactory(name=name)
    BindingFactory(group=group, connection=wechat, remote_id=name, remote_name=name, remote_size=None)
    known = {"state": S.WAITING_PERSON, "text": text, "text_key": text_key(text), "attempts": 1}
    return DeliveryFactory(group=group, connection=wechat, **(known | values))


def morning(wechat: Connection) -> list[Delivery]:
    """The same text for five groups."""
    due, end = clock.now() - timedelta(minutes=1), clock.now() + timedelta(minutes=50)
    return [task(wechat, f"产品交流{n}群", due_at=due, expires_at=end) for n in "一二三四五"]


def desk(visit: Callable[[str], Page], query: str = "") -> Page:
    """The page."""
    return visit(reverse("messaging:deliveries") + query)


def cards(page: Page) -> Locator:
    """What stands on it."""
    return page.locator(".desk-card")


def states(rows: list[Delivery]) -> list[str]:
    """Now."""
    return [Delivery.objects.get(pk=row.pk).state for row in rows]


def refused(complaints: list[str]) -> None:
    """A refusal is a 409, which the browser's console notes: at the end of a test take it out."""
    assert any("409" in line for line in complaints)
    complaints[:] = [line for line in complaints if "409" not in line]


def refresh(page: Page) -> None:
    """What the page does every twelve seconds."""
    with page.expect_response(lambda answer: "part=cards" in answer.url):
        page.evaluate("htmx.trigger(document.body, 'desk:refresh')")


def shot(page: Page, name: str) -> None:
    """For people to look at, where a folder was named."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def test_one_card_for_five_groups_by_keys_alone(wechat: Connection, by: User, visit: Callable[[str], Page], complaints: list[str]) -> None:
    """Copy takes it on; ticks; what is ticked is confirmed and the rest stays; undo brings it back; nothing is doubled."""
    rows = morning(wechat)
    page = desk(visit)
    expect(cards(page)).to_have_count(1)
    page.keyboard.press("c")
    expect(page.locator("[data-live=taker] [value=put_back]")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == MORNING
    assert {row.taken_by for row in Delivery.objects.select_related("taken_by")} == {by}
    page.keyboard.press("s")  # nothing ticked: nothing done
    expect(page.locator(".toast-item")).to_be_visible()
    assert states(rows) == [S.WAITING_PERSON] * 5
    page.keyboard.press("1")
    page.keyboard.press("3")
    page.keyboard.press("s")
    expect(cards(page).locator("[name=pk][type=checkbox]")).to_have_count(3)
    assert states(rows) == [S.SENT, S.WAITING_PERSON, S.SENT, S.WAITING_PERSON, S.WAITING_PERSON]
    page.keyboard.press("a")
    page.keyboard.press("s")
    expect(cards(page)).to_have_count(0)
    assert states(rows) == [S.SENT] * 5
    page.keyboard.press("u")  # the newest: the three
    expect(cards(page).locator("[name=pk][type=checkbox]")).to_have_count(3)
    assert states(rows) == [S.SENT, S.WAITING_PERSON, S.SENT, S.WAITING_PERSON, S.WAITING_PERSON]
    refused(complaints)


def test_cards_are_worked_off_in_time_order(wechat: Connection, visit: Callable[[str], Page]) -> None:
    """J and K move; each decision has its key; the next card takes the place."""
    now = clock.now()
    rows = [task(wechat, f"{n}群", f"第{n}条", due_at=now - timedelta(minutes=9 - n)) for n in range(4)]
    page = desk(visit)
    assert cards(page).evaluate_all("all => all.map((card) => card.dataset.pks)") == [str(row.pk) for row in rows]
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("x")
    expect(cards(page)).to_have_count(3)
    page.keyboard.press("n")
    expect(cards(page)).to_have_count(2)
    page.keyboard.press("j")
    page.keyboard.press("s")
    expect(cards(page)).to_have_count(1)
    assert states(rows) == [S.CANCELLED, S.FAILED, S.WAITING_PERSON, S.SENT]
    page.keyboard.press("?")
    expect(page.locator("#keys dd", has_text="U")).to_be_visible()


def test_a_long_text_is_copied_part_by_part(wechat: Connection, visit: Callable[[str], Page]) -> None:
    """The key goes on to the next part; together the parts are the text."""
    text = "\n\n".join("这一段正好有一些话要说。" * 9 for _ in range(4))
    task(wechat, "产品交流一群", text)
    page, copied = desk(visit), []
    for _part in range(page.locator("[data-part]").count()):
        page.keyboard.press("c")
        copied.append(page.evaluate("navigator.clipboard.readText()"))
    assert len(copied) > 2
    assert "".join("".join(part.partition("\n")[2] for part in copied).split()) == "".join(text.split())


def test_a_card_that_lapses_says_so_and_keeps_nobody_from_the_rest(wechat: Connection, visit: Callable[[str], Page]) -> None:
    """Whoever is at it is told not to send any more; ticks and focus of other cards stay."""
    lapsing = task(wechat, "早安群", "早安", due_at=clock.now() - timedelta(minutes=5), expires_at=clock.now() + timedelta(hours=1))
    morning(wechat)
    page = desk(visit)
    page.keyboard.press("j")
    page.keyboard.press("2")
    ticked = cards(page).nth(1).locator("[type=checkbox]").nth(1)
    expect(ticked).to_be_checked()
    page.locator(f"[data-pks='{lapsing.pk}'] .desk-copy").focus()
    Delivery.objects.filter(pk=lapsing.pk).update(expires_at=clock.now() - timedelta(seconds=1))
    refresh(page)
    note = page.locator(f"[data-pks='{lapsing.pk}'] .desk-gone")
    expect(note).to_be_visible()
    expect(page.locator(f"[data-pks='{lapsing.pk}'] [value=sent]")).to_be_disabled()
    expect(ticked).to_be_checked()
    page.keyboard.press("j")
    expect(cards(page)).to_have_count(1)
    expect(cards(page).first).to_be_focused()


def test_a_refresh_keeps_focus_and_a_half_made_choice(wechat: Connection, by: User, visit: Callable[[str], Page]) -> None:
    """Somebody else settles one of the five meanwhile, and a new card comes in above."""
    rows = morning(wechat)
    page = desk(visit)
    page.keyboard.press("4")
    box = cards(page).locator("[type=checkbox]").nth(4)
    box.focus()
    colleague = accounts.operator(name="王芳")
    messaging.decide(delivery=rows[0], decision=Decision.SENT, by=colleague, at=clock.now())
    task(wechat, "更早的群", "更早的话", due_at=clock.now() - timedelta(hours=1))
    refresh(page)
    expect(cards(page)).to_have_count(2)
    shared = cards(page).nth(1)
    expect(shared.locator("[type=checkbox]")).to_have_count(4)
    expect(shared.locator("[type=checkbox]").nth(2)).to_be_checked()
    expect(shared.locator("[type=checkbox]").nth(3)).to_be_focused()
    expect(shared).to_have_class("card desk-card is-current")


def test_the_second_person_on_a_card_is_told_and_nothing_is_doubled(
    wechat: Connection, visit: Callable[[str], Page], complaints: list[str]
) -> None:
    """By name; taking over is one key."""
    [row] = [task(wechat, "产品交流一群")]
    page = desk(visit)
    messaging.take(delivery=row, by=accounts.operator(name="王芳"), at=clock.now())
    page.keyboard.press("s")
    expect(page.locator(".toast-item", has_text="王芳")).to_be_visible()
    expect(page.locator("[value=take_over]")).to_be_visible()
    assert states([row]) == [S.WAITING_PERSON]
    page.keyboard.press("t")
    expect(page.locator("[value=put_back]")).to_be_visible()
    page.keyboard.press("s")
    expect(cards(page)).to_have_count(0)
    assert states([row]) == [S.SENT]
    refused(complaints)


def test_a_sanction_is_an_instruction_and_counts_when_confirmed(wechat: Connection, visit: Callable[[str], Page]) -> None:
    """The name is what is copied."""
    row = task(wechat, "产品交流一群", "广告刷屏，第 3 次", operation=Operation.KICK, user="wxid_wang", user_name="王芳")
    page = desk(visit)
    page.keyboard.press("c")
    expect(page.locator("[value=put_back]")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "王芳"
    assert states([row]) == [S.WAITING_PERSON]
    page.keyboard.press("s")
    expect(cards(page)).to_have_count(0)
    assert states([row]) == [S.SENT]


def test_the_failure_inbox_by_keys_and_in_bulk(wechat: Connection, visit: Callable[[str], Page]) -> None:
    """One by its key, the others by the bar; undo brings back."""
    rows = [task(wechat, f"{n}群", f"第{n}条", state=S.FAILED, due_at=clock.now() - timedelta(minutes=n)) for n in range(3)]
    page = desk(visit, "?state=inbox")
    page.keyboard.press("x")
    page.wait_for_load_state("networkidle")
    expect(page.locator("[data-triage-target=row]")).to_have_count(2)
    assert states(rows) == [S.CANCELLED, S.FAILED, S.FAILED]
    page.locator("[data-bulk-target=all]").check()
    page.locator(".bulk-bar [value=cancel]").click()
    expect(page.locator("[data-triage-target=row]")).to_have_count(0)
    page.keyboard.press("z")
    expect(page.locator("[data-triage-target=row]")).to_have_count(2)
    assert states(rows) == [S.CANCELLED, S.FAILED, S.FAILED]


def test_the_desk_keeps_the_floors(wechat: Connection, by: User, visit: Callable[[str], Page]) -> None:
    """On a phone and a desk, light and dark: empty, full, the inbox, one delivery."""
    page = desk(visit)
    looks.check(page)
    rows = morning(wechat)
    done = task(wechat, "技术交流群", "午休话题：你最近在读什么？")
    task(wechat, "技术交流二群", "广告刷屏，第 3 次", operation=Operation.KICK, user="wxid_wang", user_name="王芳")
    task(
        wechat,
        "创业交流群",
        "\n\n".join("这一段正好有一些话要说。" * 9 for _ in range(3)),
        why="The group is bound to no room: post it by hand, then confirm.",
    )
    task(wechat, "VIP 群", "深度讨论：增长", attempts=0, why="The group's room was changed meanwhile: post it by hand, then confirm.")
    messaging.decide(delivery=done, decision=Decision.SENT, by=by, at=clock.now())
    messaging.take(delivery=rows[0], by=accounts.operator(name="王芳"), at=clock.now())
    for state in (S.FAILED, S.UNKNOWN, S.MISSED):
        task(wechat, f"{state}群", f"没发出的话（{state.label}）", state=state, why="The platform did not answer in time.")
    for name, address in {
        "desk": reverse("messaging:deliveries"),
        "desk-inbox": reverse("messaging:deliveries") + "?state=inbox",
        "desk-all": reverse("messaging:deliveries") + "?state=all",
        "desk-delivery": reverse("messaging:delivery", args=[done.pk]),
    }.items():
        page = visit(address)
        for size, scheme in ((looks.DESK, "light"), (looks.DESK, "dark"), (looks.PHONE, "light"), (looks.PHONE, "dark")):
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            looks.check(page)
            shot(page, f"{name}-{size['width']}-{scheme}")
