"""The component page on every screen, and the habits that its parts carry."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from groupops.accounts.models import User
from tests.browser.looks import check, check_everywhere
from tests.factories import accounts

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shown(visit: Callable[[str], Page], log_in: Callable[[User], None]) -> Page:
    """The component page, as a founder sees it."""
    log_in(accounts.founder())
    return visit(reverse("components"))


def test_on_every_screen(shown: Page) -> None:
    """Desk and phone, light and dark: axe finds nothing, nothing scrolls sideways, no icon is missing."""
    check_everywhere(shown)


def test_bulk_bar(shown: Page) -> None:
    """The bar appears with the first tick, counts, takes a range by shift, and goes with the last."""
    bar, boxes = shown.locator(".bulk-bar"), shown.locator("[data-bulk-target=item]")
    expect(bar).not_to_be_visible()
    boxes.nth(0).check()
    expect(bar).to_contain_text("1")
    boxes.nth(2).click(modifiers=["Shift"])
    expect(bar).to_contain_text("3")
    expect(shown.locator("[data-bulk-target=all]")).to_be_checked()
    check(shown)
    bar.locator("[data-action='bulk#clear']").click()
    expect(bar).not_to_be_visible()


def test_triage_by_keys(shown: Page) -> None:
    """J and K move, a digit presses the current row's own button."""
    shown.evaluate(
        """() => document.addEventListener("click", ({target}) => {
            document.title = target.dataset.key + target.closest("li").innerText; })"""
    )
    shown.keyboard.press("j")
    shown.keyboard.press("3")
    assert "3" in shown.title()
    assert "刘一凡" in shown.title()
    shown.keyboard.press("k")
    shown.keyboard.press("x")
    assert "孙欣怡" in shown.title()


def test_dialog(shown: Page) -> None:
    """Opens by its button, keeps the focus inside, closes by esc and by its own buttons."""
    shown.locator("[commandfor=demo-modal]").click()
    dialog = shown.locator("#demo-modal")
    expect(dialog).to_be_visible()
    check(shown)
    shown.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    shown.locator("[commandfor=demo-modal]").click()
    dialog.locator(".dialog-foot button").first.click()
    expect(dialog).not_to_be_visible()


def test_menu(shown: Page) -> None:
    """A menu opens under its button, arrows walk it, esc closes it."""
    shown.locator("[popovertarget=list-menu]").click()
    menu = shown.locator("#list-menu")
    expect(menu).to_be_visible()
    expect(menu.get_by_role("link").nth(0)).to_be_focused()
    shown.keyboard.press("ArrowDown")
    expect(menu.get_by_role("link").nth(1)).to_be_focused()
    check(shown)
    shown.keyboard.press("Escape")
    expect(menu).not_to_be_visible()


def test_copy(shown: Page) -> None:
    """The clipboard holds the text, the button says so."""
    shown.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button = shown.locator(".copy")
    button.click()
    expect(button.get_by_role("status")).to_be_visible()
    assert shown.evaluate("navigator.clipboard.readText()") == "早安！今天是周一技术分享日"


def test_no_jump_while_loading(shown: Page) -> None:
    """Layout shift of a first load stays under 0.02."""
    shift = shown.evaluate(
        """() => new Promise((done) => { let sum = 0;
        new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value; })
            .observe({type: "layout-shift", buffered: true});
        setTimeout(() => done(sum), 300); })"""
    )
    assert shift < 0.02
