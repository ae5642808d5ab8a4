"""Every page of the access matrix in a real browser: a new page is looked at as soon as it is listed there.

Four combinations of language, theme and screen cover every pair of their values: each page is loaded once a language and repainted
in the other theme on the other screen. In Chinese the device chooses the theme, in English the person.
"""

from collections.abc import Iterator
from typing import Any, Literal

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, ViewportSize
from pytest_django.live_server_helper import LiveServer

from groupops.accounts.models import User
from tests.access.matrix import OK, TABLE, Row
from tests.access.routes import routes
from tests.access.test_query_counts import fill
from tests.access.world import World
from tests.browser.looks import DESK, PHONE, findings
from tests.factories import accounts
from tests.factories.groups import GroupFactory

pytestmark = pytest.mark.django_db(transaction=True)
Theme = Literal["light", "dark"]
Screen = tuple[Theme, ViewportSize]
SCREENS: dict[str, tuple[Screen, Screen]] = {
    "zh-hans": (("light", DESK), ("dark", PHONE)),
    "en": (("light", PHONE), ("dark", DESK)),
}
CHOSEN = {"zh-hans": "auto", "en": "light"}  # the theme that the person wants
ASKED_FOR = "Failed to load resource"  # a page with an error's status; what a page itself loads must not fail
NOT_OURS = "#swagger-ui, .cal-grid"  # markup of packages, which we can only choose or leave
PAGES = {route.name: TABLE[route.name] for route in routes() if route.name in TABLE and "GET" in TABLE[route.name].methods}


def area(name: str) -> str:
    """The app of an address, the house's own for those without one."""
    return name.partition(":")[0] if ":" in name else "house"


class Looker:
    """One browser profile that goes from page to page and collects what is wrong with each."""

    def __init__(self, page: Page, server: LiveServer, language: str, complaints: list[str]) -> None:
        self.page, self.server, self.language, self.complaints = page, server, language, complaints
        self.client = Client(raise_request_exception=False)
        self.wrong: list[str] = []
        self.looked = 0

    def log_in(self, user: User) -> None:
        """Go on as this user, who speaks the language and has chosen the theme."""
        User.objects.filter(pk=user.pk).update(language=self.language, theme=CHOSEN[self.language])
        self.client.force_login(user)
        session = self.client.cookies["sessionid"].value
        self.page.context.add_cookies([{"name": "sessionid", "value": session, "url": self.server.url}])

    def look(self, url: str, screens: tuple[Screen, ...]) -> None:
        """Load the page and note what is wrong on each screen; exports, fragments and answers for programs are no pages."""
        if not _is_page(self.client.get(url)):
            return
        self.looked += 1
        self._paint(screens[0])
        answer = self.page.goto(self.server.url + url)
        if answer and answer.status >= 400:
            self.complaints[:] = [line for line in self.complaints if not (ASKED_FOR in line and url in line)]
        for theme, size in screens:
            self._paint((theme, size))
            where = f"{url} {self.language} {theme} {size['width']}: "
            self.wrong += [where + line for line in [*findings(self.page, ignore=NOT_OURS), *self.complaints]]
            self.complaints.clear()

    def _paint(self, screen: Screen) -> None:
        """Theme and size, without loading the page anew; a chosen theme is set as controllers/shell.js does it."""
        theme, size = screen
        self.page.set_viewport_size(size)
        chosen = CHOSEN[self.language] != "auto"
        self.page.emulate_media(color_scheme="light" if chosen else theme, reduced_motion="reduce")
        if chosen:
            self.page.evaluate("(theme) => document.documentElement.setAttribute('data-bs-theme', theme)", theme)


def _is_page(answer: HttpResponse) -> bool:
    return not answer.streaming and b"<html" in answer.content[:500]


@pytest.fixture(params=SCREENS)
def looker(
    request: pytest.FixtureRequest, context: BrowserContext, page: Page, live_server: LiveServer, complaints: list[str]
) -> Iterator[Looker]:
    """In either language, before anybody has logged in; at the end everything that was wrong is said at once."""
    for name, value in {"language": request.param, "theme": CHOSEN[request.param]}.items():
        context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
    looker = Looker(page, live_server, request.param, complaints)
    yield looker
    assert not looker.wrong, f"{len(looker.wrong)} findings\n" + "\n".join(looker.wrong)
    assert looker.looked


def address(name: str, row: Row, objects: dict[str, Any]) -> str:
    """The page's address for these objects; what names no object stands for itself."""
    values = {key: objects.get(wanted, wanted) if isinstance(wanted, str) else wanted for key, wanted in row.args.items()}
    return reverse(name, kwargs={key: getattr(value, "pk", value) for key, value in values.items()})


@pytest.mark.parametrize("of", sorted({area(name) for name in PAGES}))
def test_with_rows(looker: Looker, of: str) -> None:
    """As a founder sees it, with some of everything."""
    world = World()
    founder = world.users["founder"]
    assert isinstance(founder, User)
    objects = world.objects("founder", own=True)
    fill(founder, objects["group"], 3)
    looker.log_in(founder)
    for name, row in PAGES.items():
        if area(name) == of:
            looker.look(address(name, row, objects), SCREENS[looker.language])


def test_empty(looker: Looker) -> None:
    """What only shows, before there is anything, and of a group that nothing has happened in yet: on one screen a language."""
    looker.log_in(accounts.founder())
    lists = {name: row for name, row in PAGES.items() if row.methods == ("GET",) and set(row.args.values()) <= {"group"}}
    for name, row in lists.items():
        if not row.args:
            looker.look(reverse(name), SCREENS[looker.language][1:])
    group = GroupFactory()
    for name, row in lists.items():
        if row.args:
            looker.look(address(name, row, {"group": group}), SCREENS[looker.language][1:])


def test_before_the_login(looker: Looker) -> None:
    """What anybody may open, and the page that says there is nothing here."""
    objects = World().objects("anonymous", own=True)
    for name, row in PAGES.items():
        if row.anonymous == OK:
            looker.look(address(name, row, objects), SCREENS[looker.language])
    looker.look("/nowhere/", SCREENS[looker.language])
