"""The fake platform's own manners: its chat page, its disk, and what it refuses."""

import json
import queue
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from groupops.messaging import signing
from groupops.messaging.fake_platform.faults import Standing
from groupops.messaging.fake_platform.platform import Order, Platform
from groupops.messaging.fake_platform.pushing import Courier
from groupops.messaging.fake_platform.web import Reply, handle, request_of
from groupops.shared import clock
from tests.factories.messaging import ACCOUNT
from tests.messaging.fake import Fake, fake
from tests.peers.door import Door, Handler, serving


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
        ("POST", "/rooms/nowhere", b"as=wang&do=dance", 303),
        ("PUT", "/control/rooms/r%201", b'{"name": "\xe7\xbe\xa4<1>", "without": ["beds"]}', 422),
        ("PUT", "/control/push", b'{"account": "bot", "url": "http://127.0.0.1:9/"}', 422),
        ("POST", "/api/rooms/r%201/dance", b"{}", 404),
        ("POST", "/api/rooms/r%201/kick", b'{"user": "stranger"}', 409),
        ("POST", "/api/rooms/r%201/mute", b'{"user": "stranger"}', 404),
        ("POST", "/api/rooms/r%201/mute", b'{"user": "wang", "until": "2001-01-01T00:00:00+00:00"}', 422),
        ("POST", "/api/rooms/r%201/mute", b'{"user": "wang", "until": "tomorrow"}', 422),
        ("POST", "/api/rooms/r%201/mute", b'{"user": "wang", "until": "2040-01-01T00:00:00"}', 422),
        ("POST", "/api/rooms/r%201/unmute", b'{"user": "wang"}', 409),
        ("POST", "/api/rooms/r%201/unban", b'{"user": "wang"}', 409),
        ("POST", "/api/rooms/r%201/recall", b'{"message": "e999"}', 404),
        ("POST", "/api/rooms/r%201/pin", b'{"message": "e1"}', 404),
        ("POST", "/api/rooms/r%201/whisper", b'{"user": "stranger", "text": "x"}', 404),
        ("POST", "/api/rooms/r%201/announce", b'{"text": " "}', 422),
        ("GET", "/api/rooms/r%201/messages/e999", b"", 404),
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


def typed(platform: Platform, **form: str) -> str:
    """The page after a person did something there."""
    answer = ask(platform, "POST", "/rooms/r%201", urlencode(form).encode())
    assert answer.status == 303
    return ask(platform, "GET", answer.headers["Location"]).body.decode()


def test_a_person_comes_and_goes_on_the_page(platform: Platform) -> None:
    """As any simulated member; whoever is kept out is told so."""
    assert '<option value="李雷" selected>' in typed(platform, do="join", text="李雷")
    assert "李雷退出了群" in typed(platform, **{"as": "李雷", "do": "leave"})
    platform.act("ban", "r 1", Order("bot", user="李雷"))
    assert "已被移出并拉黑" in typed(platform, do="join", text="李雷")
    assert "不能说话" in typed(platform, **{"as": "stranger", "text": "你好"})
    assert "李雷" not in platform.rooms["r 1"].members


def test_the_chat_page_shows_what_was_done(platform: Platform) -> None:
    """Announcements, recalled and pinned messages, mutes and their end, removals, private words to their reader only."""
    said = platform.say("r 1", "wang", "说错了<")
    pinned = platform.say("r 1", "wang", "看这里")
    platform.join("r 1", "li", "李雷")
    for verb, order in {
        "announce": Order("bot", text="明天<停课>"),
        "recall": Order("bot", message=said),
        "pin": Order("bot", message=pinned),
        "whisper": Order("bot", user="wang", text="只给你看"),
        "mute": Order("bot", user="wang", until="2040-01-01T17:30:00+08:00"),
        "kick": Order("bot", user="li"),
    }.items():
        platform.act(verb, "r 1", order)
    page = ask(platform, "GET", "/rooms/r%201?as=wang").body.decode()
    for shown in ("明天&lt;停课&gt;", "的一条消息已被撤回", "置顶", "只给你看", "禁言至 2040-01-01 09:30 UTC", "李雷被GroupOps移出了群"):
        assert shown in page
    assert "说错了" not in page
    assert "被禁言了" in typed(platform, **{"as": "wang", "text": "我要说话"})
    platform.join("r 1", "han", "韩梅梅")
    assert "只给你看" not in ask(platform, "GET", "/rooms/r%201?as=han").body.decode()
    platform.act("mute", "r 1", Order("bot", user="wang"))
    assert "(禁言中)" in ask(platform, "GET", "/rooms/r%201?as=wang").body.decode()
    platform.dissolve("r 1", by="wang")
    page = ask(platform, "GET", "/rooms/r%201").body.decode()
    assert "群已解散" in page
    assert "<form" not in page


def test_history_is_the_same_after_a_restart(tmp_path: Path) -> None:
    """Rooms, members, messages, keys, and everything that was done to them come back from the disk."""
    one = Platform(tmp_path)
    one.open_room("r", "群", {"bot": "GroupOps", "wang": "王芳", "li": "李雷"})
    said = one.say("r", "bot", "早安", key="k")
    for verb, order in {
        "announce": Order("bot", text="停课", key="a"),
        "pin": Order("bot", text="看这里"),
        "recall": Order("bot", message=said),
        "mute": Order("bot", user="wang"),
        "ban": Order("bot", user="li"),
    }.items():
        one.act(verb, "r", order)
    one.set_up("r", without=["pin"], demoted=["bot"])
    one.push_to("bot", "http://127.0.0.1:9/", "secret")
    one.set_mode(idempotent=True, readable=False)
    two = Platform(tmp_path)
    assert two.history == one.history
    assert two.rooms == one.rooms
    assert (two.hooks, two.readable) == (one.hooks, False)
    assert two.say("r", "bot", "早安", key="k") == said
    for platform in (one, two):
        platform.ledger.close()


def test_a_repeated_key_is_one_act_unless_told_otherwise(platform: Platform) -> None:
    """Of every act, not only of messages."""
    order = Order("bot", user="wang", text="好", key="k")
    assert platform.act("whisper", "r 1", order) == platform.act("whisper", "r 1", order)
    platform.set_mode(idempotent=False, readable=False)
    assert len({platform.act("whisper", "r 1", order) for _ in range(2)}) == 2
    assert ask(platform, "GET", "/api/rooms/r%201/messages?key=k").status == 405


def test_a_lost_push_never_comes(platform: Platform) -> None:
    """The next one does."""
    came: list[str] = []

    def take(url: str, headers: Mapping[str, str], body: bytes) -> bool:
        came.append(body.decode())
        return True

    platform.push_to("bot", "http://door.test/", "secret")
    courier = Courier(platform, "bot", send=take)
    platform.faults.append(Standing("lost", "push", times=1))
    for text in ("一", "二"):
        platform.say("r 1", "wang", text)
    courier.carry()
    assert len(came) == 1
    assert "二" in came[0]


class Bell(Door):
    """A door that is closed for the first two requests."""

    def __init__(self) -> None:
        self.came: queue.Queue[tuple[dict[str, str], bytes]] = queue.Queue()
        self.closed = 2
        super().__init__(Ring)


class Ring(Handler):
    """One request."""

    server: Bell

    def do_POST(self) -> None:  # noqa: N802
        """503 twice, then taken."""
        self.server.came.put((dict(self.headers), self.body()))
        self.server.closed -= 1
        self.answer(503 if self.server.closed >= 0 else 200)


def test_events_are_pushed_signed_in_order_and_again_until_they_are_taken(process: Fake) -> None:
    """By the process, over a real socket; what the door has not taken comes again before what follows."""
    process.open_room("pushed")
    with serving(Bell()) as bell:
        process.order("PUT", "/control/push", account=ACCOUNT, url=f"{bell.url}/in/x/", secret="push-secret")
        for text in ("一", "二"):
            process.order("POST", "/control/rooms/pushed/say", user="wang", text=text)
        came = [bell.came.get(timeout=60) for _ in range(4)]
        process.order("PUT", "/control/push", account=ACCOUNT, url="")
    for headers, body in came:
        signing.verify(secrets=["push-secret"], headers=headers, body=body, at=clock.now())
    told = [event for _headers, body in came for event in json.loads(body)["events"]]
    assert [event["text"] for event in told] == ["一", "一", "一", "二"]
    assert len({event["key"] for event in told}) == 2


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
