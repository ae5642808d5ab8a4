"""A WeCom robot is connected, bound and spoken through in a real browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django import Settings

from groupops.accounts.models import User
from groupops.messaging import delivery as engine
from groupops.messaging.models import Binding, Connection
from groupops.shared import clock
from tests.browser import looks
from tests.browser.test_messaging import shot
from tests.factories import accounts
from tests.factories.groups import GroupFactory
from tests.factories.messaging import DeliveryFactory
from tests.messaging import purpose
from tests.peers.door import serving
from tests.peers.wecom import Wecom

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "693a91f6-7aoc-4bc4-97a0-0ec2sifa5aaa"


def typed(page: Page, key: str) -> None:
    """The form, sent."""
    for name, value in {"name": "技术群机器人", "key": key, "room": "技术交流群"}.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("main form [type=submit]").click()


def test_from_the_address_to_the_first_message(
    tmp_path: Path, settings: Settings, log_in: Callable[[User], None], visit: Callable[[str], Page], complaints: list[str]
) -> None:
    """A wrong key is said at once; the right one makes a channel with one room."""
    settings.ALLOW_PRIVATE_TARGETS = True
    settings.DELIVERY_KINDS = settings.DELIVERY_KINDS | purpose.KINDS
    log_in(accounts.founder(name="林晓"))
    group = GroupFactory(name="产品交流一群")
    with serving(Wecom(tmp_path, KEY)) as wecom:
        page = visit(reverse("messaging:connect-to", args=["wecom_webhook"]))
        looks.check(page)
        shot(page, "wecom-connect")
        typed(page, f"{wecom.url}/cgi-bin/webhook/send?key=wrong-key-0000")
        expect(page.locator(".error-summary")).to_be_visible()
        complaints.clear()  # Chromium reports the 422
        shot(page, "wecom-refused")
        typed(page, f"{wecom.url}/cgi-bin/webhook/send?key={KEY}")
        expect(page.get_by_role("heading", name="技术群机器人")).to_be_visible()
        connection = Connection.objects.get()
        page = visit(reverse("messaging:bind", args=[group.pk]) + f"?connection={connection.pk}")
        shot(page, "wecom-bind")
        page.locator(f"button[value='{connection.account}']").click()
        page.wait_for_load_state("networkidle")
        sent = DeliveryFactory(group=group, connection=Binding.objects.get().connection)
        engine.run(now=clock.now)
        assert wecom.arrived(KEY) == [sent.text]
        page = visit(reverse("messaging:delivery", args=[sent.pk]))
        expect(page.get_by_text("errcode=0")).to_be_visible()
        shot(page, "wecom-delivery")
