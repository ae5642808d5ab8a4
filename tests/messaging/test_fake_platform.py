"""The fake platform's own manners: its chat page, its disk, and what it refuses."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from groupops.messaging.fake_platform.platform import Platform
from groupops.messaging.fake_platform.web import Reply, handle, request_of
from tests.messaging.fake import Fake, fake


def ask(platform: Platform, method: str, target: str, body: bytes = b"", account: str = "bot") -> Reply:
    """A request without a socket."""
    return handle(platform, request_of(method, target, f"Bearer {account}" if account else "", body))


@pytest.fixture
def platform() -> Platform:
    """A room with two members."""
    made = Platform()
    made.open_room("r 1", "群<1>", {"bot": "GroupOps", "wang": "王<b>芳"})
    return made


def test_the_chat_page_shows_everything_and_escapes_it(platform: Platform) -> None:
    """Under a strict policy; a person types as the member of their choice."""
    assert "群&lt;1&gt;" in ask(platform, "GET", "/").body.decode()
    typed = ask(platform, "POST", "/rooms/r%201", urlencode({"as": "wang", "text": "<script>alert(1)</script>"}).encode())
    assert (typed.status, typed.headers["Location"]) == (303, "/rooms/r%201?as=wang")
    page = ask(platform, "GET", "/rooms/r%201?as=wang")
    text = page.body.decode()
    assert "&lt;script&gt;" in text
    assert "王&lt;b&gt;芳" in text
    assert "<script>alert" not in text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    for name in ("chat.css", "chat.js"):
        assert f"/{name}" in text
        assert ask(platform, "GET", f"/{name}").status == 200


@pytest.mark.parametrize(
    ("method", "target", "body", "status"),
    [
        ("GET", "/nowhere", b"", 404),
        ("GET", "/rooms/nowhere", b"", 404),
        ("POST", "/api/rooms/r%201/messages", b"no json", 400),
        ("POST", "/api/rooms/r%201/messages", b"[]", 400),
        ("POST", "/api/rooms/r%201/messages", b'{"text": " "}', 422),
        ("POST", "/api/rooms/nowhere/messages", b'{"text": "x"}', 404),
        ("POST", "/control/faults", b'{"name": "explodes"}', 422),
        ("POST", "/control/faults", b'{"name": "gone", "colour": "red"}', 422),
        ("POST", "/rooms/r%201", b"as=stranger&text=x", 403),
    ],
)
def test_nonsense_is_refused(platform: Platform, method: str, target: str, body: bytes, status: int) -> None:
    """And nothing is recorded."""
    before = len(platform.history)
    assert ask(platform, method, target, body).status == status
    assert len(platform.history) == before


def test_only_members_see_a_room(platform: Platform) -> None:
    """An account without a name is nobody."""
    assert ask(platform, "GET", "/api/rooms/r%201", account="stranger").status == 403
    assert ask(platform, "GET", "/api/rooms/r%201", account="").status == 401
    assert json.loads(ask(platform, "GET", "/api/rooms", account="stranger").body)["rooms"] == []


def test_history_is_the_same_after_a_restart(tmp_path: Path) -> None:
    """Rooms, members, messages and keys come back from the disk."""
    one = Platform(tmp_path)
    one.open_room("r", "群", {"bot": "GroupOps", "wang": "王芳"})
    said = one.say("r", "bot", "早安", key="k")
    one.leave("r", "wang")
    two = Platform(tmp_path)
    assert two.history == one.history
    assert two.rooms["r"].members == {"bot": "GroupOps"}
    assert two.say("r", "bot", "早安", key="k") == said
    for platform in (one, two):
        platform.ledger.close()


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fake]:
    """Started once."""
    with fake(tmp_path_factory.mktemp("platform")) as running:
        yield running


@pytest.mark.parametrize(("headers", "status"), [({}, 200), ({"Origin": "https://evil.example"}, 403), ({"Host": "evil.example"}, 403)])
def test_no_page_of_another_site_speaks_here(process: Fake, headers: dict[str, str], status: int) -> None:
    """Neither by a form of its own, nor by a name that points to this machine."""
    assert httpx.get(process.url + "/", headers=headers, trust_env=False).status_code == status


def test_a_taken_port_is_said_plainly(process: Fake, tmp_path: Path) -> None:
    """Before anything is served."""
    with pytest.raises(CommandError, match="cannot be used"):
        call_command("fake_platform", port=int(process.url.rpartition(":")[2]), data=tmp_path)
