"""今日待办 in a real browser: everything done by keyboard alone, focus and ticks through refreshes, polling, every screen."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect
from pytest_django import Settings

from groupops.accounts.models import User
from groupops.dashboard.models import TaskMark
from groupops.groups.models import Group, KeyMoment
from groupops.messaging.models import Delivery
from groupops.messaging.policy import DeliveryState, text_key
from groupops.record import services as record
from groupops.shared import clock
from tests.browser import looks
from tests.dashboard import seeded
from tests.factories import accounts
from tests.factories.content import ScheduleFactory, SlotFactory
from tests.factories.groups import GroupFactory, fortnight
from tests.factories.messaging import BindingFactory, ConnectionFactory, DeliveryFactory
from tests.messaging import purpose

pytestmark = pytest.mark.django_db(transaction=True)
S = DeliveryState
SHOTS = os.environ.get("GROUPOPS_SHOTS")  # a folder for screenshots, for people


@pytest.fixture
def by(settings: Settings, log_in: Callable[[User], None]) -> User:
    """An operator, logged in; the real sources, without those whose things take longer to make."""
    settings.DELIVERY_KINDS = settings.DELIVERY_KINDS | purpose.KINDS
    settings.TODAY_SOURCES = ["groupops.dashboard.today.source", "groupops.messaging.today.source", "groupops.groups.today.source"]
    user = accounts.operator(name="林晓")
    log_in(user)
    return user


def owned(name: str) -> Group:
    """A group of which nobody has to say whose it is or where."""
    group: Group = GroupFactory(name=name, owner=accounts.founder())
    BindingFactory(group=group)
    return group


def busy() -> None:
    """A send for two groups, a failure, a missed one, two key moments and an alarm."""
    wechat, at = ConnectionFactory(adapter="assisted", name="工作微信"), clock.now()
    for name in ("产品交流一群", "产品交流二群"):
        DeliveryFactory(group=owned(name), connection=wechat, state=S.WAITING_PERSON, text="早安", text_key=text_key("早安"))
    for n, state in enumerate((S.FAILED, S.MISSED)):
        DeliveryFactory(
            group=owned(f"技术交流{n}群"), connection=wechat, state=state, text="没发出的话", due_at=at - timedelta(hours=2 + n)
        )
    for title in ("新版本发布", "用户突破一千"):
        KeyMoment.objects.create(sort="campaign", title=title, on=at.date(), created_at=at)
    record.raise_alarm(key="x", severity="critical", text="渠道掉线了", at=at)


def rows(page: Page) -> Locator:
    """What stands on the list."""
    return page.locator(".task")


def refresh(page: Page) -> None:
    """What the stream or the clock makes the page do."""
    with page.expect_response(lambda answer: answer.request.headers.get("hx-request") == "true"):
        page.evaluate("htmx.trigger(document.body, 'today:refresh')")


def pick(page: Page, text: str) -> None:
    """Walk down to the row with this text, by J alone."""
    for _step in range(rows(page).count()):
        page.keyboard.press("k")
    for _step in range(rows(page).count()):
        if text in page.locator(".task.is-current").inner_text():
            return
        page.keyboard.press("j")
    raise AssertionError(f"no row says {text}")


def test_everything_is_finished_by_keyboard_alone(by: User, visit: Callable[[str], Page]) -> None:
    """Done, undone and done again; given away; put off; several at once; then there is nothing left."""
    busy()
    page = visit("/")
    expect(rows(page)).to_have_count(6)
    pick(page, "早安")
    page.keyboard.press("d")
    expect(rows(page)).to_have_count(5)
    assert set(Delivery.objects.filter(text="早安").values_list("state", flat=True)) == {S.SENT}
    page.keyboard.press("z")
    expect(rows(page)).to_have_count(6)
    pick(page, "早安")
    page.keyboard.press("d")
    expect(rows(page)).to_have_count(5)

    pick(page, "没发出的话")
    page.keyboard.press("a")
    expect(page.locator("#today-assign")).to_be_visible()
    page.keyboard.press("Enter")  # the first choice: me
    expect(page.locator(".task-who", has_text="我")).to_have_count(1)
    expect(page.locator("#today-assign")).to_be_hidden()
    for left in (4, 3):
        pick(page, "没发出的话")
        page.keyboard.press("d")
        expect(rows(page)).to_have_count(left)

    pick(page, "渠道掉线了")
    page.keyboard.press("s")
    expect(page.locator("#today-snooze")).to_be_visible()
    page.keyboard.press("2")
    expect(rows(page)).to_have_count(2)
    assert TaskMark.objects.filter(snoozed_until__gt=clock.now()).count() == 1

    page.keyboard.press("k")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator(".bulk-bar")).to_be_visible()
    page.keyboard.press("d")
    expect(rows(page)).to_have_count(0)
    expect(page.locator(".empty-state", has_text="现在没有需要你处理的事")).to_be_visible()
    assert KeyMoment.objects.filter(dismissed=True).count() == 2
    page.keyboard.press("z")
    expect(rows(page)).to_have_count(2)
    page.keyboard.press("?")
    expect(page.locator("#keys dd", has_text="W")).to_be_visible()


def test_enter_opens_and_what_was_put_off_is_brought_back(by: User, visit: Callable[[str], Page]) -> None:
    """Enter follows the row; the pill of what sleeps lists it, W wakes it."""
    busy()
    page = visit("/")
    pick(page, "渠道掉线了")
    page.keyboard.press("s")
    page.keyboard.press("1")
    expect(rows(page)).to_have_count(5)
    page = visit("/?who=snoozed")
    expect(rows(page)).to_have_count(1)
    page.keyboard.press("w")
    expect(rows(page)).to_have_count(0)
    page = visit("/?kind=moment")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{reverse('groups:moments')}**")


def test_a_refresh_keeps_focus_ticks_and_the_current_row(by: User, visit: Callable[[str], Page], settings: Settings) -> None:
    """A colleague works on the same list meanwhile; nothing that changed nothing is drawn anew."""
    settings.TODAY_SOURCES = seeded.SOURCES
    groups = [owned(f"{n}群") for n in range(6)]
    page = visit("/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    button = page.locator(".task.is-current [data-key=a]")
    button.focus()
    name = page.locator(".task.is-current").get_attribute("id")
    page.evaluate("document.querySelector('#today-list').dataset.same = 'yes'")
    refresh(page)
    expect(page.locator("#today-list")).to_have_attribute("data-same", "yes")
    first = page.locator(".task input[name=key]").first.input_value()
    TaskMark.objects.create(key=first, snoozed_until=clock.now() + timedelta(hours=1), by=accounts.operator(), at=clock.now())
    refresh(page)
    expect(rows(page)).to_have_count(len(groups) - 1)
    expect(page.locator(".task.is-current")).to_have_id(str(name))
    expect(page.locator(f"#{name} [data-key=a]")).to_be_focused()
    expect(page.locator(f"#{name} input[name=key]")).to_be_checked()
    expect(page.locator(".bulk-bar")).to_be_visible()


def test_a_refusal_is_said_and_the_list_looks_again(by: User, visit: Callable[[str], Page], complaints: list[str]) -> None:
    """Somebody else was faster: the row goes, with a sentence."""
    moment = KeyMoment.objects.create(sort="campaign", title="新版本发布", on=clock.now().date(), created_at=clock.now())
    page = visit("/")
    expect(rows(page)).to_have_count(1)
    KeyMoment.objects.filter(pk=moment.pk).update(dismissed=True)
    page.keyboard.press("d")
    expect(page.locator(".toast-item", has_text="不在列表里")).to_be_visible()
    expect(rows(page)).to_have_count(0)
    assert any("409" in line for line in complaints)
    complaints[:] = [line for line in complaints if "409" not in line]


def test_without_a_stream_the_page_asks_every_ten_seconds(by: User, page: Page, visit: Callable[[str], Page]) -> None:
    """The pages' process streams nothing: the script polls the same list, and what came in is there."""
    page.clock.install()
    visit("/")
    expect(rows(page)).to_have_count(0)
    KeyMoment.objects.create(sort="campaign", title="新版本发布", on=clock.now().date(), created_at=clock.now())
    page.clock.run_for(13_000)
    expect(rows(page)).to_have_count(1)


def test_the_home_page_keeps_the_floors(by: User, visit: Callable[[str], Page], settings: Settings) -> None:
    """Empty, full, with a dialog open, filtered: on a phone and a desk, light and dark."""
    looks.check(visit("/"))
    busy()
    day = clock.local(clock.now(), by.zone).date()
    for n, (hour, state) in enumerate(((9, "missed"), (12, "released"), (18, "planned"), (21, "planned"))):
        for group in Group.objects.all()[: 2 + n]:
            schedule = ScheduleFactory(group=group, title=("早安问候", "技术资讯", "下班话题", "深度讨论")[n], at=f"{hour:02}:00")
            schedule.refresh_from_db()
            SlotFactory(schedule=schedule, day=day, state=state)
    for group in Group.objects.all():
        fortnight(group, day)
    settings.TODAY_SOURCES = [*settings.TODAY_SOURCES, seeded.SOURCES[0]]
    for name, address in {"today": "/", "today-filtered": "/?kind=send&who=unassigned"}.items():
        page = visit(address)
        for size, scheme in ((looks.DESK, "light"), (looks.DESK, "dark"), (looks.PHONE, "light"), (looks.PHONE, "dark")):
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            looks.check(page)
            if SHOTS:
                page.screenshot(path=str(Path(SHOTS) / f"{name}-{size['width']}-{scheme}.png"), full_page=True)
    for key in ("a", "s"):
        page.keyboard.press(key)
        looks.check(page)
        if SHOTS:
            page.screenshot(path=str(Path(SHOTS) / f"today-dialog-{key}.png"))
        page.keyboard.press("Escape")
