"""Passkey and app in a real Chromium, under the strict CSP: set up, log in by each, prove oneself before something dangerous."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from groupops.accounts.guards import SURE_AT
from groupops.accounts.models import User
from groupops.record.models import AuditEntry
from tests.accounts.keys import code
from tests.browser.looks import check_everywhere
from tests.factories import accounts

pytestmark = pytest.mark.django_db(transaction=True)
Visit = Callable[[str], Page]
HOME = "/accounts/second-factor/"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def plug_in(context: BrowserContext, page: Page) -> None:
    """A device that says yes by itself: the browser's own virtual authenticator."""
    debugger = context.new_cdp_session(page)
    debugger.send("WebAuthn.enable")
    debugger.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


def by_password(page: Page, server: LiveServer, user: User) -> None:
    """The first step of a login."""
    page.context.clear_cookies()
    page.goto(f"{server.url}/accounts/login/")
    page.locator("[name=login]").fill(user.username)
    page.locator("[name=password]").fill(accounts.PASSWORD)
    page.locator("[name=password]").press("Enter")


def make_stale() -> None:
    """Everybody logged in an hour ago."""
    from django.contrib.sessions.models import Session

    for row in Session.objects.all():
        data = row.get_decoded()
        data[SURE_AT] = data.get(SURE_AT, 0) - 3600.0
        data["account_authentication_methods"] = []
        row.session_data = Session.get_session_store_class()().encode(data)
        row.save()


def test_passkey_and_app_from_setting_up_to_logging_in(page: Page, context: BrowserContext, live_server: LiveServer, visit: Visit) -> None:
    """The browser's keys and the codes of an app, both ways in, and no complaint about a script."""
    user = accounts.founder(second_factor_at=None)
    plug_in(context, page)
    by_password(page, live_server, user)
    expect(page.locator(".note-warning a[href='/accounts/second-factor/']")).to_be_visible()
    visit(HOME)
    check_everywhere(page)

    page.locator(f"a[href='{HOME}webauthn/add/']").first.click()
    page.wait_for_url(re.compile("webauthn/add"))
    check_everywhere(page)
    page.locator("[name=name]").fill("办公室的电脑")
    page.locator("form[data-controller=passkey] [type=submit]").click()
    page.wait_for_url(re.compile("recovery-codes"))
    expect(page.locator("#codes li")).to_have_count(10)
    with page.expect_download() as saved:
        page.locator("a[download]").click()
    assert saved.value.path().read_text().startswith(f"GroupOps {user.username}\n")

    page.context.clear_cookies()  # by the key alone
    visit("/accounts/login/")
    check_everywhere(page)
    page.locator("form[data-controller=passkey] [type=submit]").click()
    page.wait_for_url(re.compile(r"/$"))
    expect(page.locator("#menu nav")).to_be_visible()
    expect(page.locator(".note-warning a[href='/accounts/second-factor/']")).to_have_count(0)

    visit(f"{HOME}totp/activate/")
    check_everywhere(page)
    secret = page.locator("main code").first.inner_text()
    page.locator("[name=code]").fill(code(secret))
    page.locator("main form [type=submit]").first.click()
    page.wait_for_url(re.compile("second-factor/$"))
    visit(f"{HOME}webauthn/")
    expect(page.locator("main td").first).to_have_text("办公室的电脑")
    check_everywhere(page)

    by_password(page, live_server, user)  # password, then a code
    page.wait_for_url(re.compile("authenticate"))
    check_everywhere(page)
    page.locator("[name=code]").fill(code(secret, step=1))
    page.locator("[name=code]").press("Enter")
    page.wait_for_url(re.compile(r"/$"))

    by_password(page, live_server, user)  # password, then the key
    page.wait_for_url(re.compile("authenticate"))
    page.locator("form[data-controller=passkey] [type=submit]").click()
    page.wait_for_url(re.compile(r"/$"))

    make_stale()  # something dangerous, with a proof by the key; what was typed is done
    visit("/accounts/tokens/")
    page.locator("[name=name]").fill("夜间导出")
    page.locator("main form:has([name=name]) [type=submit]").click()
    page.wait_for_url(re.compile("reauthenticate"))
    check_everywhere(page)
    page.locator("a[href*='webauthn/reauthenticate']").click()
    page.wait_for_url(re.compile("webauthn/reauthenticate"))
    page.locator("form[data-controller=passkey] [type=submit]").click()
    expect(page.locator("code", has_text="gops_").first).to_be_visible()
    assert user.tokens.get().name == "夜间导出"

    visit("/accounts/sessions/")
    expect(page.locator("main tbody tr")).to_have_count(4)
    check_everywhere(page)
    assert list(AuditEntry.objects.filter(by=user).order_by("id").values_list("verb", flat=True)) == [
        "user.login",
        "factor.add",
        "factor.codes",
        "user.login",
        "factor.add",
        "user.login",
        "user.login",
        "token.create",
    ]
