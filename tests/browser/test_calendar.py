"""The calendar in a real browser: drag, clash, one of a series, leave out, approve, hold, test-send; by keyboard; on a phone."""

import os
import re
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from content.models import Post, Slot
from content.policy import PostKind, PostState, SlotState
from groupops.accounts.models import User
from groupops.groups.models import Group
from groupops.messaging.models import Delivery
from groupops.shared import clock
from tests.browser import looks
from tests.content.conftest import made
from tests.factories import accounts
from tests.factories.content import PostFactory, bound
from tests.factories.groups import NOW

pytestmark = pytest.mark.django_db(transaction=True)
SHOTS = os.environ.get("GROUPOPS_SHOTS")  # a folder for screenshots, for people
TUESDAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch, page: Page) -> None:
    """Sunday noon in Shanghai, for the server and for the browser."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    page.clock.set_fixed_time(NOW)


@pytest.fixture
def by(log_in: Callable[[User], None]) -> User:
    """An operator, logged in."""
    user = accounts.operator(name="林晓")
    log_in(user)
    return user


@pytest.fixture
def group(by: User) -> Group:
    """An active group with a room."""
    return bound(name="技术交流一群")


def on(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment on the wall clock of Shanghai."""
    return datetime.fromisoformat(f"{day}T{hour:02}:{minute:02}:00+08:00")


def calendar(visit: Callable[[str], Page], view: str = "month", day: date = TUESDAY) -> Page:
    """The page, drawn."""
    page = visit(f"{reverse('content:calendar')}?view={view}&date={day}")
    page.set_viewport_size({"width": 1440, "height": 1300})  # a mouse reaches no further than the screen
    expect(page.locator("#calendar[data-drawn]")).to_be_visible()
    return page


def event(page: Page, title: str, day: date = TUESDAY) -> Locator:
    """An entry on the grid."""
    return page.locator(f"[data-date='{day}'] .cal-event", has_text=title)


def drag(page: Page, thing: Locator, day: date) -> None:
    """With the mouse, onto another day of the month, as a hand does it: in steps."""
    thing.scroll_into_view_if_needed()
    target = page.locator(f".cal-grid [role=gridcell][data-date='{day}']")
    start, end = thing.bounding_box(), target.bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 20, start["y"] + 6)
    page.mouse.down()
    page.mouse.move(start["x"] + 30, start["y"] + 12, steps=3)
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] * 0.7, steps=8)
    page.mouse.up()


def planned(group: Group, title: str, due_at: datetime, **values: object) -> Post:
    """A post that has not left."""
    return PostFactory(group=group, title=title, due_at=due_at, **({"state": PostState.SCHEDULED, "released_at": None} | values))


def toast(page: Page) -> Locator:
    """The newest message."""
    return page.locator(".toast-item").last


def shoot(page: Page, name: str) -> None:
    """Keep a picture, where somebody wants one."""
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def refused(complaints: list[str], status: int) -> None:
    """A refusal is an error's status, which the browser's console notes: take it out."""
    assert any(str(status) in line for line in complaints)
    complaints[:] = [line for line in complaints if str(status) not in line]


def test_drag_a_post_and_undo(group: Group, visit: Callable[[str], Page]) -> None:
    post = planned(group, "版本更新", on(TUESDAY, 15))
    page = calendar(visit)
    shoot(page, "month")
    drag(page, event(page, "版本更新"), date(2026, 11, 26))
    expect(toast(page)).to_contain_text("11-26 15:00")
    expect(event(page, "版本更新", date(2026, 11, 26))).to_be_visible()
    post.refresh_from_db()
    assert post.due_at == on(date(2026, 11, 26), 15)
    page.keyboard.press("z")
    expect(event(page, "版本更新")).to_be_visible()
    post.refresh_from_db()
    assert post.due_at == on(TUESDAY, 15)


def test_the_same_minute_is_refused_and_it_snaps_back(group: Group, visit: Callable[[str], Page], complaints: list[str]) -> None:
    post = planned(group, "版本更新", on(TUESDAY, 15))
    planned(group, "线下聚会", on(date(2026, 11, 26), 15))
    page = calendar(visit)
    drag(page, event(page, "版本更新"), date(2026, 11, 26))
    expect(toast(page)).to_contain_text("线下聚会")
    expect(event(page, "版本更新")).to_be_visible()
    expect(event(page, "版本更新", date(2026, 11, 26))).to_have_count(0)
    post.refresh_from_db()
    assert post.due_at == on(TUESDAY, 15)
    refused(complaints, 409)


def test_a_near_one_is_asked_and_may_be_kept(group: Group, visit: Callable[[str], Page], complaints: list[str]) -> None:
    post = planned(group, "版本更新", on(TUESDAY, 15))
    planned(group, "线下聚会", on(date(2026, 11, 26), 15, 20))
    page = calendar(visit)
    drag(page, event(page, "版本更新"), date(2026, 11, 26))
    asking = page.locator("#entry .note-warning")
    expect(asking).to_contain_text("线下聚会")
    shoot(page, "asking")
    expect(event(page, "版本更新")).to_have_count(1)
    page.keyboard.press("k")
    expect(toast(page)).to_contain_text("11-26 15:00")
    post.refresh_from_db()
    assert post.due_at == on(date(2026, 11, 26), 15)
    refused(complaints, 422)


def test_into_the_past_is_refused(group: Group, visit: Callable[[str], Page], complaints: list[str]) -> None:
    planned(group, "版本更新", on(TUESDAY, 15))
    page = calendar(visit)
    drag(page, event(page, "版本更新"), date(2026, 11, 18))
    expect(toast(page)).to_have_attribute("data-kind", "danger")
    expect(event(page, "版本更新")).to_be_visible()
    refused(complaints, 422)


def test_a_drag_in_the_week_moves_this_one_alone(group: Group, visit: Callable[[str], Page]) -> None:
    """By an hour downwards; the series stays where it is."""
    schedule = made(group)
    made(group, title="下午茶", body="歇一会儿", at_time=time(15))
    page = calendar(visit, "week")
    box, later = (page.locator(".cal-grid .cal-event", has_text=title).nth(1).bounding_box() for title in ("早安", "下午茶"))
    assert box
    assert later
    hour = (later["y"] - box["y"]) / 6
    page.mouse.move(box["x"] + 20, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] + 20, steps=3)
    page.mouse.move(box["x"] + 20, box["y"] + 8 + 2 * hour, steps=10)
    page.mouse.up()
    expect(toast(page)).to_contain_text(re.compile("11-24 1[01]:"))  # a quarter more or less is the hand's
    slots = {slot.day: slot for slot in Slot.objects.filter(schedule=schedule)}
    assert slots[TUESDAY].placed
    assert on(TUESDAY, 10, 30) <= slots[TUESDAY].due_at <= on(TUESDAY, 11, 30)
    assert slots[date(2026, 11, 25)].due_at == on(date(2026, 11, 25), 9)
    page.keyboard.press("z")
    expect(toast(page)).to_contain_text("11-24 09:00")
    assert not Slot.objects.get(pk=slots[TUESDAY].pk).placed


def test_edit_one_of_a_series(group: Group, visit: Callable[[str], Page]) -> None:
    schedule = made(group)
    page = calendar(visit)
    event(page, "早安").click()
    panel = page.locator("#entry")
    expect(panel.locator(".bubble")).to_contain_text("早上好，技术交流一群")
    expect(panel.locator(".entry-next li")).to_have_count(5)
    shoot(page, "panel")
    looks.check(page, ignore=".cal-grid")
    page.keyboard.press("e")
    page.wait_for_url(re.compile(r"/slots/\d+/ahead/"))
    page.locator("textarea[name=body]").fill("今天只说这一句")
    page.locator("main form button.btn-primary").first.click()
    page.wait_for_url(re.compile(r"/posts/\d+/"))
    post = Post.objects.get()
    assert (post.body, post.slot and post.slot.day) == ("今天只说这一句", TUESDAY)
    schedule.refresh_from_db()
    assert schedule.body == "早上好，{{group}}"


def test_leave_one_out_and_take_it_back(group: Group, visit: Callable[[str], Page]) -> None:
    schedule = made(group)
    page = calendar(visit)
    event(page, "早安").click()
    button = page.locator("#entry [data-key=x]")
    for state in (SlotState.SKIPPED, SlotState.PLANNED):
        button.press("x")
        expect(page.locator(f"#entry .entry-state .state-{'gray' if state == SlotState.SKIPPED else 'blue'}")).to_be_visible()
        assert Slot.objects.get(schedule=schedule, day=TUESDAY).state == state
    page.keyboard.press("Escape")
    expect(page.locator("#entry")).to_be_hidden()
    expect(event(page, "早安")).to_have_class(re.compile("is-planned"))


def test_leave_out_far_ahead_and_move_what_is_no_row_yet(group: Group, visit: Callable[[str], Page]) -> None:
    schedule = made(group, weekdays=0b0000001)
    far = date(2026, 12, 14)
    page = calendar(visit, day=far)
    drag(page, event(page, "早安", far), date(2026, 12, 16))
    expect(toast(page)).to_contain_text("12-16 09:00")
    slot = Slot.objects.get(schedule=schedule, day=far)
    assert (slot.due_at, slot.placed) == (on(date(2026, 12, 16), 9), True)
    event(page, "早安", date(2026, 12, 21)).click()
    page.locator("#entry [data-key=x]").press("x")
    expect(event(page, "早安", date(2026, 12, 21))).to_have_class(re.compile("is-skipped"))
    schedule.refresh_from_db()
    assert schedule.skip == ["2026-12-21"]


def test_approve_hold_and_release(group: Group, visit: Callable[[str], Page]) -> None:
    post = planned(group, "新品内测", on(TUESDAY, 15), state=PostState.REVIEW, kind=PostKind.PROMOTION)
    page = calendar(visit)
    expect(event(page, "新品内测")).to_have_class(re.compile("is-review"))
    event(page, "新品内测").click()
    expect(page.locator("#entry .bubble")).to_contain_text("【推广】")
    for key, state in (("p", PostState.SCHEDULED), ("h", PostState.APPROVED), ("h", PostState.SCHEDULED)):
        page.locator(f"#entry [data-key={key}]").press(key)
        expect(page.locator(f".cal-grid .cal-event.is-{state}")).to_be_attached()
        post.refresh_from_db()
        assert post.state == state


def test_a_test_goes_to_the_room_that_was_chosen(group: Group, visit: Callable[[str], Page]) -> None:
    room = bound(name="内部测试群")
    made(group)
    page = calendar(visit)
    event(page, "早安").click()
    page.locator("#entry select[name=room]").select_option(label=room.name)
    page.locator("#entry form[action*=try] button").click()
    expect(toast(page)).to_contain_text("内部测试群")
    sent = Delivery.objects.get()
    assert sent.group == room
    assert "早上好，技术交流一群" in sent.text
    assert sent.text.startswith("【测试")


def test_fifteen_minutes_and_a_typed_time_without_a_mouse(group: Group, visit: Callable[[str], Page]) -> None:
    post = planned(group, "版本更新", on(TUESDAY, 15))
    page = calendar(visit)
    event(page, "版本更新").focus()
    page.keyboard.press("Enter")
    page.locator("#entry [data-key=']']").press("]")
    expect(toast(page)).to_contain_text("11-24 15:15")
    page.locator("#entry input[name=at_time]").fill("19:30")
    page.locator("#entry input[name=at_time]").press("Enter")
    expect(toast(page)).to_contain_text("11-24 19:30")
    post.refresh_from_db()
    assert post.due_at == on(TUESDAY, 19, 30)


def test_the_end_of_a_series(group: Group, visit: Callable[[str], Page]) -> None:
    schedule = made(group)
    page = calendar(visit)
    event(page, "早安").click()
    page.locator("#entry summary").click()
    page.locator("#entry input[name=end]").fill("2026-11-27")
    page.locator("#entry input[name=end]").press("Enter")
    expect(toast(page)).to_contain_text("2026-11-27")
    expect(event(page, "早安", date(2026, 11, 28))).to_have_count(0)
    schedule.refresh_from_db()
    assert schedule.end == date(2026, 11, 27)


def test_many_groups_are_one_event_that_opens_their_list(group: Group, visit: Callable[[str], Page]) -> None:
    for name in ("产品交流群", "北京同城群"):
        made(bound(name=name))
    made(group)
    page = calendar(visit)
    expect(event(page, "早安")).to_contain_text("×3")
    event(page, "早安").click()
    expect(page.locator("#entry .cal-row")).to_have_count(3)
    looks.check(page, ignore=".cal-grid")
    page.locator("#entry .cal-row", has_text="北京同城群").click()
    expect(page.locator("#entry .bubble")).to_have_count(1)
    expect(page.locator("#entry .bubble")).to_contain_text("早上好，北京同城群")


def test_keys_turn_the_pages(group: Group, visit: Callable[[str], Page]) -> None:
    made(group)
    page = calendar(visit)
    for key, address in (
        ("ArrowRight", "date=2026-12-01"),
        ("w", "view=week"),
        ("t", "date=2026-11-22"),
        ("a", "view=agenda"),
        ("m", "view=month"),
    ):
        page.keyboard.press(key)
        page.wait_for_url(re.compile(address))
        expect(page.locator("#calendar")).to_have_attribute("data-view", re.compile("month|week|agenda"))
        page.wait_for_load_state("networkidle")
    page.go_back()
    page.wait_for_url(re.compile("view=agenda"))
    expect(page.locator("#calendar[data-view=agenda]")).to_be_visible()  # the address goes back before the page does
    expect(page.locator("[data-calendar-new]")).to_be_visible()  # and the whole of it comes
    page.keyboard.press("n")
    page.wait_for_url(re.compile("/posts/new/"))


def test_an_empty_moment_begins_a_post(group: Group, visit: Callable[[str], Page]) -> None:
    page = visit(f"{reverse('content:calendar')}?view=month&date={TUESDAY}&group={group.pk}")
    expect(page.locator("#calendar[data-drawn]")).to_be_visible()
    page.locator(".cal-grid [role=gridcell][data-date='2026-11-27']").click()
    page.wait_for_url(re.compile("day=2026-11-27"))
    expect(page.locator("input[name=day]")).to_have_value("2026-11-27")


def test_on_a_phone_it_is_a_list_and_the_grid_is_never_loaded(group: Group, page: Page, visit: Callable[[str], Page]) -> None:
    made(group)
    page.set_viewport_size(looks.PHONE)
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    visit(reverse("content:calendar"))
    expect(page.locator(".cal-agenda")).to_be_visible()
    expect(page.locator(".cal-grid")).to_be_hidden()
    assert not [url for url in loaded if "calendar-grid" in url]
    looks.check(page)
    page.locator(".cal-row").first.click()
    expect(page.locator("#entry .bubble")).to_be_visible()
    looks.check(page)
    shoot(page, "phone")
