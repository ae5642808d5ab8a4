"""The frame of every page: menu, palette, keys, theme, language, messages, login."""

import re
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import BrowserContext, Page, Response, expect
from pytest_django.live_server_helper import LiveServer

from groupops.accounts.models import User
from tests.browser.looks import PHONE, check, check_everywhere
from tests.factories import accounts

pytestmark = pytest.mark.django_db(transaction=True)
Visit = Callable[[str], Page]
LogIn = Callable[[User], None]
LIST_BUDGET = 150 * 1024  # bytes on the wire at the first load of a list (design: interface, budgets)


def translated(text: str) -> str:
    """What a message of ours is in Chinese."""
    with translation.override("zh-hans"):
        return gettext(text)


def test_login_by_keyboard(visit: Visit) -> None:
    """From the door to the home page without a mouse; the first visit is Chinese."""
    user = accounts.operator()
    page = visit("/")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    check_everywhere(page)
    page.locator("[name=login]").fill(user.username)
    page.locator("[name=password]").fill(accounts.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/$"))
    expect(page.locator("#menu nav")).to_be_visible()


def test_a_wrong_password_says_so(visit: Visit, complaints: list[str]) -> None:
    """The summary is announced; nothing of the password comes back."""
    page = visit(reverse("account_login"))
    page.locator("[name=login]").fill("nobody")
    page.locator("[name=password]").fill("wrong password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("[name=password]")).to_have_value("")
    check(page)
    complaints.clear()  # a rejected form is 422, which Chromium reports as a failed load


def test_the_palette_finds_and_goes(visit: Visit, log_in: LogIn) -> None:
    """⌘K, arrows, enter; esc gives the focus back."""
    log_in(accounts.founder())
    page = visit(reverse("components"))
    page.keyboard.press("Control+k")
    palette = page.locator("#palette")
    expect(palette.get_by_role("option").first).to_be_visible()
    check(page)
    page.keyboard.press("Escape")
    expect(palette).not_to_be_visible()
    page.locator("[data-palette-open]").click()
    first = palette.get_by_role("option").first
    expect(first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    second = palette.get_by_role("option").nth(1)
    expect(second).to_have_attribute("aria-selected", "true")
    wanted = second.get_attribute("href") or ""
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(re.escape(wanted) + "$"))


def test_keys_leave_fields_alone(visit: Visit, log_in: LogIn) -> None:
    """`?` lists the keys, but is only a letter where one writes."""
    log_in(accounts.founder())
    page = visit(reverse("components"))
    page.locator("#demo-title").focus()
    page.keyboard.press("?")
    expect(page.locator("#keys")).not_to_be_visible()
    expect(page.locator("#demo-title")).to_have_value(re.compile(r"\?"))
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    check(page)


def test_theme_takes_effect_and_stays(visit: Visit, log_in: LogIn) -> None:
    """At once, without a reload, and again after one."""
    user = accounts.founder()
    log_in(user)
    page = visit(reverse("components"))
    page.locator("[popovertarget=theme-menu]").click()
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.locator("button[value=dark]").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    user.refresh_from_db()
    assert user.theme == "dark"


def test_language_switches_and_comes_back(visit: Visit, log_in: LogIn) -> None:
    """One click to English, one back, on the same page."""
    log_in(accounts.founder())
    page = visit(reverse("components"))
    page.locator("button[value=en]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Components")
    check(page)
    page.locator("button[value=zh-hans]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(translated("Components"))
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")


def test_the_menu_on_a_phone(visit: Visit, page: Page, log_in: LogIn) -> None:
    """Folded away at 390 px, opened by its button, closed by esc."""
    log_in(accounts.founder())
    page.set_viewport_size(PHONE)
    visit(reverse("components"))
    menu = page.locator("#menu")
    expect(menu).not_to_be_visible()
    page.locator(".topbar-menu-button").click()
    expect(menu).to_be_visible()
    check(page)
    page.keyboard.press("Escape")
    expect(menu).not_to_be_visible()


def test_without_script_the_shell_still_works(browser_context_args: dict[str, object], browser, live_server: LiveServer) -> None:  # type: ignore[no-untyped-def]
    """Menu, language and login need no JavaScript."""
    context: BrowserContext = browser.new_context(**{**browser_context_args, "java_script_enabled": False, "viewport": PHONE})
    user = accounts.founder()
    page = context.new_page()
    page.goto(live_server.url + reverse("components"))
    page.locator("[name=login]").fill(user.username)
    page.locator("[name=password]").fill(accounts.PASSWORD)
    page.locator("form button[type=submit].btn-primary").click()
    page.locator(".topbar-menu-button").click()
    expect(page.locator("#menu")).to_be_visible()
    page.locator(".close-menu").click()
    page.locator("button[value=en]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Components")
    context.close()


def test_toasts_undo_and_refusals(visit: Visit, log_in: LogIn, complaints: list[str]) -> None:
    """An event becomes a toast with undo; a refusal becomes a sentence; both can be dismissed."""
    log_in(accounts.founder())
    page = visit(reverse("components"))
    page.evaluate("document.body.dispatchEvent(new CustomEvent('toast', {bubbles: true, detail: {text: '已移出', undo: '/nowhere/'}}))")
    toast = page.locator(".toast-item").filter(has_text="已移出")
    expect(toast.locator("[data-undo]")).to_be_visible()
    check(page)
    page.locator("h1").click()
    with page.expect_request(lambda request: request.method == "POST" and request.url.endswith("/nowhere/")):
        page.keyboard.press("z")
    refusal = page.locator(".toast-item[data-kind=danger]")
    expect(refusal).to_contain_text(translated("The address may be old, or it belongs to a group you do not look after."))
    refusal.locator(".close").click()
    expect(refusal).not_to_be_visible()
    assert all("404" in complaint for complaint in complaints)
    complaints.clear()


def test_first_load_within_budget(context: BrowserContext, visit: Visit, log_in: LogIn) -> None:
    """Everything a page loads, as Brotli sends it."""
    log_in(accounts.founder())
    loaded: list[Response] = []
    context.on("response", lambda response: loaded.append(response))
    visit(reverse("components"))
    sizes = {Path(response.url).name: len(brotli.compress(response.body())) for response in loaded if response.status == 200}
    assert sum(sizes.values()) <= LIST_BUDGET, sizes
