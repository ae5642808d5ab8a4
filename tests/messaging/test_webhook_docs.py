"""The bridge's documents: every snippet and every example in them is run."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from groupops.messaging import signing
from groupops.messaging.adapter import Action, Found, Level, Operation, RateLimited, Result
from groupops.messaging.adapters.webhook import Webhook
from groupops.messaging.adapters.webhook.answers import ERRORS
from groupops.messaging.wire import Answer, Wire
from groupops.shared import clock
from tests.peers.bridge import DOOR_SECRET, PROGRAM, SECRET, Between
from tests.peers.door import serving

DOCS = PROGRAM.parents[1] / "docs"
REFERENCE = (DOCS / "reference/webhook-bridge.md").read_text("utf-8")
HOW_TO = (DOCS / "how-to/attach-a-bridge.md").read_text("utf-8")
EXAMPLES = {name: json.loads(body) for name, body in re.findall(r"^```json (\w+)\n(.*?)^```$", REFERENCE, re.MULTILINE | re.DOTALL)}
BRIDGE = Webhook(
    {"url": "https://bridge.test", "secret": SECRET, "push_secret": DOOR_SECRET, "capabilities": json.dumps(EXAMPLES["capabilities"])}
)


def blocks(text: str, language: str) -> list[str]:
    """The code of a page in one language, without the indent of a list."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", code, flags=re.MULTILINE) for indent, code in found]


@pytest.fixture
def between() -> Iterator[Between]:
    """A door that writes down what comes."""
    with serving(Between()) as running:
        yield running


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """The wire, answered with the page's examples."""
    asked: list[tuple[str, Any]] = []
    answers = {
        "/capabilities": "capabilities",
        "/groups": "groups",
        "/groups/room-1": "group",
        "/groups/room-1/members": "members",
        "/act": "done",
        "/resolve": "resolved",
    }

    def call(self: Wire, method: str, path: str, *, body: bytes = b"", **_values: Any) -> Answer:
        asked.append((path, json.loads(body) if body else None))
        return Answer(200, EXAMPLES[answers[path.partition("?")[0]]])

    monkeypatch.setattr(Wire, "call", call)
    return asked


def test_the_vectors_are_what_we_sign() -> None:
    """With the secret that stands above them."""
    rows = re.findall(r"^\| `(\d+)` \| (?:`(.*?)`|\(nothing\)) \| `(v1=\w{64})` \|$", REFERENCE, re.MULTILINE)
    assert len(rows) == 3
    for stamp, signed, signature in rows:
        at = datetime.fromtimestamp(int(stamp), UTC)
        assert signing.sign(secret=SECRET, body=signed.encode(), at=at)[signing.SIGNATURE] == signature


def test_the_examples_are_understood(asked: list[tuple[str, Any]]) -> None:
    """As the page says."""
    can = BRIDGE.capabilities("room-1")
    assert (can[Operation.SEND_GROUP].max_bytes, can[Operation.DELETE_MESSAGE].max_age, can[Operation.MUTE].timed) == (8000, 172800, True)
    assert can[Operation.KICK].level == Level.PLATFORM_CONFIRM
    found = BRIDGE.check()
    assert (found.health, found.account) == ("ok", "bot-7")
    assert BRIDGE.list_groups() == [BRIDGE.get_group("room-1")]
    assert [member.name for member in BRIDGE.list_members("room-1")] == ["王芳", "李雷"]
    until = datetime(2026, 11, 22, 21, 0, tzinfo=UTC)
    muted = Action(key=EXAMPLES["act"]["key"], group="room-1", user="u2", until=until, operation=Operation.MUTE)
    outcome, resolution = BRIDGE.perform(muted), BRIDGE.resolve(muted)
    assert (outcome.result, outcome.remote_ids, resolution.found) == (Result.DONE, ("m-1701",), Found.SENT)
    assert asked[-2:] == [("/act", EXAMPLES["act"]), ("/resolve", EXAMPLES["act"] | {"request": "resolve"})]


def test_the_error_of_the_page_is_one(asked: list[tuple[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    """With its wait and its line; and the table names all that there are."""
    monkeypatch.setitem(EXAMPLES, "done", EXAMPLES["error"])
    with pytest.raises(RateLimited) as raised:
        BRIDGE.perform(Action(key="k", group="room-1", text="早"))
    assert (raised.value.after, raised.value.message) == (30.0, "webhook: QQ allows 20 messages a minute")
    assert set(ERRORS) <= set(re.findall(r"^\| `(\w+)` \|", REFERENCE, re.MULTILINE))


@pytest.mark.parametrize("operation", [operation for operation in Operation if operation != Operation.EVENTS])
def test_every_operation_is_named(operation: Operation) -> None:
    """In the table of operations."""
    assert f"`{operation}`" in REFERENCE


def run(code: str) -> None:
    """By a Python that finds nothing of ours."""
    subprocess.run([sys.executable, "-I", "-X", "utf8", "-c", code], check=True, timeout=60)


def test_the_python_of_the_page_signs_and_checks_as_we_do() -> None:
    """What we sign it accepts, what is forged or stale it refuses."""
    signed = signing.sign(secret=SECRET, body="早".encode(), at=clock.now())
    stale = signing.sign(secret=SECRET, body="早".encode(), at=datetime(2026, 1, 1, tzinfo=UTC))
    run(
        f"{blocks(REFERENCE, 'python')[0]}\n"
        f"assert is_signed({SECRET!r}, {signed!r}, '早'.encode())\n"
        f"assert not is_signed({SECRET!r}, {signed!r}, '晚'.encode())\n"
        f"assert not is_signed('other', {signed!r}, '早'.encode())\n"
        f"assert not is_signed({SECRET!r}, {stale!r}, '早'.encode())\n"
        f"assert not is_signed({SECRET!r}, {{}}, b'')\n"
    )


def test_the_python_of_the_page_pushes(between: Between) -> None:
    """What we take."""
    event = '{"key": "e-1", "kind": "member.joined", "group": "room-1", "user": "u1", "at": 1795233600}'
    run("\n".join(blocks(REFERENCE, "python")) + f"\npush('{between.url}/door', '{DOOR_SECRET}', [{event}])")
    (request,) = between.pushed
    assert [event.user for event in BRIDGE.parse_push("POST", request.headers, {}, request.body).events] == ["u1"]


def test_the_shell_of_the_page_pushes(between: Between) -> None:
    """With curl and openssl."""
    (script,) = blocks(REFERENCE, "sh")
    env = {"DOOR": f"{between.url}/door", "DOOR_SECRET": DOOR_SECRET, "PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    subprocess.run(["bash", "-euc", script], check=True, timeout=60, env=env)
    (request,) = between.pushed
    assert [event.text for event in BRIDGE.parse_push("POST", request.headers, {}, request.body).events] == ["早"]


def test_the_commands_of_the_how_to_work(tmp_path: Path) -> None:
    """Secrets that are long enough; a bridge that says where it is, with and without the way back."""
    secret, *starts = blocks(HOW_TO, "sh")
    made = subprocess.run(["bash", "-euc", secret], check=True, timeout=60, capture_output=True, text=True, cwd=tmp_path)
    assert len(made.stdout.strip()) >= 16
    assert len(starts) == 2
    for start in starts:
        command = start.replace("8097", "0").replace("bridge.json", str(tmp_path / "bridge.json"))
        with subprocess.Popen(
            ["bash", "-c", f"exec env {command}"], cwd=PROGRAM.parents[1], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
        ) as started:
            assert started.stdout is not None
            assert started.stdout.readline().startswith("http://127.0.0.1:")
            started.kill()
