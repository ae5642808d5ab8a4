"""A live server as in production, and a page that remembers every complaint of the browser.

The server's static files are really built, hashed and served by WhiteNoise: the first test of a run brings static/build/
up to date (`python -m groupops.frontend`, nothing to do after script/test) and collects into a folder of its own, so a
test never sees stale files. Every test of this folder is marked `browser` and fails on any CSP violation, console error
or uncaught exception; a test that provokes one takes it out of `complaints`.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.staticfiles import handlers
from django.core.management import call_command
from django.test import Client, override_settings
from playwright.sync_api import BrowserContext, ConsoleMessage, Page
from pytest_django.live_server_helper import LiveServer

from groupops import frontend
from groupops.accounts.models import User

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
# Playwright's own loop makes Django believe that a test's queries run inside async code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
TELL_VIOLATIONS = """document.addEventListener("securitypolicyviolation",
    (event) => console.error(`CSP ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`))"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs Chromium."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    """Debian's Chromium: Playwright's own cannot be downloaded everywhere. The one without a desktop takes a third less CPU."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if not chromium:
        pytest.fail("Chromium is missing: apt-get install chromium-headless-shell fonts-noto-cjk, or name one in CHROMIUM")
    return {**browser_type_launch_args, "executable_path": chromium, "args": ["--no-sandbox"]}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, object]) -> dict[str, object]:
    """A desk in Shanghai."""
    return {**browser_context_args, "locale": "zh-CN", "timezone_id": "Asia/Shanghai", "viewport": {"width": 1440, "height": 900}}


class _Through(handlers.StaticFilesHandler):
    """Leaves static files to WhiteNoise, as in production: hashed names, far-future caching."""

    def _should_handle(self, path: str) -> bool:
        return False


@pytest.fixture(scope="session")
def static_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Built, hashed and collected into a folder of this worker."""
    (ROOT / ".cache").mkdir(exist_ok=True)
    with (ROOT / ".cache" / "frontend.lock").open("w") as lock:  # workers of one run must not bundle over each other
        fcntl.flock(lock, fcntl.LOCK_EX)
        frontend.build(ROOT)
    folder = tmp_path_factory.mktemp("static")
    storages = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.ManifestStaticFilesStorage"},
    }
    with override_settings(STATIC_ROOT=folder, STORAGES=storages, WHITENOISE_AUTOREFRESH=False):
        call_command("collectstatic", interactive=False, verbosity=0)
        yield folder


@pytest.fixture(scope="session")
def live_server(request: pytest.FixtureRequest, static_files: Path) -> Iterator[LiveServer]:
    """pytest-django's live server with WhiteNoise in place of the developer's static handler."""
    request.getfixturevalue("django_db_setup")
    request.getfixturevalue("django_db_modify_db_settings")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(handlers, "StaticFilesHandler", _Through)
        server = LiveServer("localhost")
    yield server
    server.stop()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained about so far; a test removes what it provoked."""
    return []


@pytest.fixture
def context(context: BrowserContext, complaints: list[str]) -> Iterator[BrowserContext]:
    """A browser profile whose pages report every violation, console error and exception; any one left fails the test."""

    def console(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(f"{message.text} ({message.location.get('url', '')})")

    context.set_default_timeout(10_000)
    context.add_init_script(TELL_VIOLATIONS)
    context.on("console", console)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    yield context
    assert complaints == []


@pytest.fixture
def page(page: Page, monkeypatch: pytest.MonkeyPatch) -> Page:
    """A page whose keys wait for it to have loaded, as a person does: what hears them starts last, and one before is lost."""
    press = page.keyboard.press

    def once_loaded(key: str, *, delay: float | None = None) -> None:
        page.wait_for_load_state()
        press(key, delay=delay)

    monkeypatch.setattr(page.keyboard, "press", once_loaded)
    return page


@pytest.fixture
def log_in(context: BrowserContext, live_server: LiveServer) -> Callable[[User], None]:
    """`log_in(user)` gives the browser that user's session, without the login form."""

    def as_user(user: User) -> None:
        client = Client()
        client.force_login(user)
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])

    return as_user


@pytest.fixture
def visit(page: Page, live_server: LiveServer) -> Callable[[str], Page]:
    """`visit("/path/")` opens a page of the live server and waits until it is quiet."""

    def go(path: str) -> Page:
        page.goto(live_server.url + path)
        page.wait_for_load_state("networkidle")
        return page

    return go
