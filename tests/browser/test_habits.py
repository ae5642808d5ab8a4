"""Habits of every page that need more than one part: going by keys, and messages after a fragment."""

import json
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from groupops.accounts.context import GOTO, MENU
from groupops.accounts.models import User
from tests.factories import accounts

pytestmark = pytest.mark.django_db(transaction=True)
Visit = Callable[[str], Page]
LogIn = Callable[[User], None]


def test_g_and_a_letter_go_to_a_page(visit: Visit, log_in: LogIn) -> None:
    """Every entry of the menu has a letter of its own, which `?` lists; a letter alone goes nowhere."""
    assert set(GOTO) == {name for _label, name, _icon, _right in MENU}
    assert len(set(GOTO.values())) == len(GOTO)
    log_in(accounts.founder())
    page = visit(reverse("components"))
    page.keyboard.press("?")
    for letter in GOTO.values():
        expect(page.locator("#keys dt + dd", has_text=f"G {letter.upper()}").first).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    page.keyboard.press("g")
    page.keyboard.press("g")
    page.wait_for_url("**" + reverse("groups:list"))


def test_messages_of_a_fragment_become_toasts(visit: Visit, log_in: LogIn) -> None:
    """Several in one header, each with its kind; text is text."""
    log_in(accounts.founder())
    page = visit(reverse("components"))
    toasts = [{"text": "<b>one", "kind": "success", "undo": "/x/"}, {"text": "two", "kind": "danger", "undo": ""}]
    headers = {"HX-Trigger": json.dumps({"toast": {"items": toasts}})}
    page.route("**/fragment/", lambda route: route.fulfill(body="", headers=headers))
    page.evaluate("htmx.ajax('GET', '/fragment/', {swap: 'none'})")
    shown = page.locator(".toast-item")
    expect(shown.filter(has_text="<b>one").locator("[data-undo]")).to_be_visible()
    expect(shown.filter(has_text="two")).to_have_attribute("data-kind", "danger")
    expect(shown.filter(has_text="two").locator("[data-undo]")).to_have_count(0)
