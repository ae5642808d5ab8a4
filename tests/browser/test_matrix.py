"""A real homeserver, connected in a real browser: the account, the room, a word said there, the table of what works."""

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from groupops.accounts.models import User
from groupops.messaging import tasks
from groupops.messaging.models import Binding, Connection, Delivery
from groupops.messaging.policy import DeliveryState
from tests.browser.looks import check_everywhere
from tests.factories import accounts
from tests.factories.groups import GroupFactory
from tests.synapse.conftest import homeserver  # noqa: F401  (a fixture)
from tests.synapse.foreign import Foreign
from tests.synapse.homeserver import Homeserver

pytestmark = pytest.mark.django_db(transaction=True)


def aside(work: Callable[[], Any]) -> Any:
    """In a thread of its own: Playwright and matrix-nio both bring an event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


@pytest.fixture
def foreign(homeserver: Homeserver) -> Iterator[Foreign]:  # noqa: F811
    """matrix-nio, opened and closed beside Playwright's loop."""
    made: Foreign = aside(lambda: Foreign(homeserver))
    yield made
    aside(made.end)


def test_a_homeserver_is_connected_and_a_room_bound(
    homeserver: Homeserver,  # noqa: F811
    foreign: Foreign,
    settings: Settings,
    log_in: Callable[[User], None],
    visit: Callable[[str], Page],
) -> None:
    """From the form with a password to a message that a foreign client reads."""
    settings.ALLOW_PRIVATE_TARGETS = True
    tag = uuid.uuid4().hex[:8]
    owner, bot = homeserver.create_user(f"owner-{tag}"), homeserver.create_user(f"bot-{tag}")
    room = aside(lambda: foreign.open_room(owner, bot, name=f"技术交流群 {tag}"))
    group = GroupFactory(name=f"技术交流群 {tag}")
    log_in(accounts.founder())

    page = visit("/messaging/channels/new/matrix/")
    for name, value in {"name": f"渠道 {tag}", "homeserver": homeserver.base_url, "user": bot.user_id, "password": bot.password}.items():
        page.fill(f"main input[name={name}]", value)
    page.press("main input[name=password]", "Enter")
    expect(page.locator("h1")).to_have_text(f"渠道 {tag}")
    assert Connection.objects.get().health == Connection.Health.OK
    check_everywhere(page)

    page = visit(f"/messaging/groups/{group.pk}/room/")
    page.locator("tr", has_text=f"技术交流群 {tag}").get_by_role("button").click()
    page.wait_for_url(f"**/groups/{group.pk}/")
    assert Binding.objects.get().remote_id == room

    page = visit(f"/messaging/groups/{group.pk}/orders/")
    check_everywhere(page)
    page.fill("main textarea[name=text]", "大家好，我是运营助手")
    page.click("main form button[type=submit]:has-text('执行')")
    page.wait_for_url("**/messaging/deliveries/**")
    tasks.deliver()
    assert Delivery.objects.get().state == DeliveryState.SENT
    assert aside(lambda: foreign.texts(owner, room)) == ["大家好，我是运营助手"]
