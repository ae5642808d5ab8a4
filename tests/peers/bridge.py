"""A bridge that is not ours: examples/bridge.py as a process of its own, and the bad network between it and us.

The process imports nothing of this project (-I: no paths but the standard library's) and runs outside of it; what it did is in its file.
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from groupops.messaging.adapter import Operation
from groupops.messaging.fake_platform.faults import FAULTS, Fault
from tests.messaging.contract.peer import Pushed
from tests.peers.door import Door, Handler, serving

PROGRAM = Path(__file__).resolve().parents[2] / "examples/bridge.py"
SECRET, DOOR_SECRET = "the-bridge-knows-us-by-this", "we-know-the-bridge-by-this"
PATIENCE = 60.0  # seconds: it writes through to a disk that others use too
SAYS = {
    "wrong_credential": "login_required",
    "account_restricted": "account_restricted",
    "forbidden": "permission_denied",
    "no_such_room": "invalid_target",
    "limited": "rate_limited",
    "rejected": "content_rejected",
}


def until(true: Callable[[], Any]) -> Any:
    """Wait for something that comes about in another process; its value."""
    late = time.monotonic() + PATIENCE
    while not (value := true()):
        assert time.monotonic() < late, "it does not come about"
        time.sleep(0.01)
    return value


class Bridge:
    """The process: typed into like a terminal, read off its file."""

    def __init__(self, folder: Path, door: str) -> None:
        self.file = folder / "bridge.json"
        env = {"BRIDGE_SECRET": SECRET, "DOOR": door, "DOOR_SECRET": DOOR_SECRET, "PATH": os.environ["PATH"], "PYTHONUTF8": "1"}
        command = [sys.executable, "-I", "-X", "utf8", str(PROGRAM), "0", str(self.file)]
        self.process = subprocess.Popen(command, cwd=folder, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()

    @property
    def chat(self) -> dict[str, Any]:
        """What it has kept."""
        if not self.file.exists():
            return {"members": {"groupops": "GroupOps", "wang": "王芳"}, "messages": {}, "muted": {}, "done": {}, "events": []}
        kept: dict[str, Any] = json.loads(self.file.read_text("utf-8"))
        return kept

    def type(self, line: str, so: Callable[[dict[str, Any]], Any]) -> Any:
        """A line at its terminal; `so` is true of what it keeps once it has been read."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return until(lambda: so(self.chat))

    def say(self, user: str, text: str) -> str:
        """A member says something; its id."""
        before = set(self.chat["messages"])
        found: set[str] = self.type(f"{user}: {text}", lambda chat: set(chat["messages"]) - before)
        return found.pop()

    def told_everything(self) -> None:
        """Wait until the door has taken what happened."""
        until(lambda: not self.chat["events"])

    def stop(self) -> None:
        """At once, as a machine fails."""
        self.process.kill()
        self.process.communicate()


class Between(Door):
    """What lies between the two: it carries requests to the bridge, and the bridge's events to a list, as badly as it is told to."""

    bridge = ""  # its address

    def __init__(self) -> None:
        self.carried: list[tuple[str, dict[str, str], bytes]] = []  # path, headers, body: as they went to the bridge
        self.pushed: list[Pushed] = []
        self.ordered: list[tuple[str, Operation]] = []
        self.disorder: list[str] = []
        self.held: list[Pushed] = []
        self.words: tuple[int, bytes] | None = None  # said instead of the next answer to an act
        self.guard = threading.Lock()
        super().__init__(Carrier)

    def strikes(self, path: str, body: bytes) -> Fault | None:
        """The fault that was ordered for this request."""
        with self.guard:
            for order in self.ordered:
                if order[1] == _operation(path, body):
                    self.ordered.remove(order)
                    return FAULTS[order[0]]
        return None

    def take(self, request: Pushed) -> None:
        """An event on its way to our door."""
        with self.guard:
            how = self.disorder.pop(0) if self.disorder else ""
            if how == "shuffled" and not self.held:
                self.held.append(request)
                return
            self.pushed += [request, request] if how == "twice" else [request, *self.held]
            self.held.clear()


class Carrier(Handler):
    """One request on its way."""

    server: Between

    def do_GET(self) -> None:  # noqa: N802  (the base class asks for this name)
        """A question to the bridge."""
        self._carry(None)

    def do_POST(self) -> None:  # noqa: N802
        """An act for the bridge, or an event for us."""
        body = self.body()
        if self.path != "/door":
            return self._carry(body)
        self.server.take(Pushed(dict(self.headers), body))
        return self.answer(200)

    def _carry(self, body: bytes | None) -> None:
        fault = self.server.strikes(self.path, body or b"")
        said = self._ask(body) if fault is None or fault.does else (0, b"")
        if self.path == "/act" and self.server.words is not None:
            said, self.server.words = self.server.words, None
        if fault is None:
            return self.answer(*said)
        if fault.ending:
            return self.end(fault.ending)
        headers = {"Location": "http://127.0.0.1:1/"} | ({"Retry-After": f"{fault.hint:.0f}"} if fault.hint else {})
        words = {"error": SAYS.get(fault.code, ""), "line": f"from {self.path} with {SECRET}"} if fault.code else {}
        return self.answer(fault.status, json.dumps(words).encode(), **headers)

    def _ask(self, body: bytes | None) -> tuple[int, bytes]:
        headers = {name: value for name, value in self.headers.items() if name.lower().startswith(("x-groupops", "content-type"))}
        self.server.carried.append((self.path, headers, body or b""))
        request = urllib.request.Request(self.server.bridge + self.path, body, headers)  # noqa: S310  (our own address)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()


def _operation(path: str, body: bytes) -> str:
    if path.endswith("/members"):
        return Operation.MEMBERS
    return str(json.loads(body)["operation"]) if path == "/act" else ""


@contextlib.contextmanager
def bridged(folder: Path) -> Iterator[tuple[Bridge, Between]]:
    """A bridge with an empty chat, and what lies between it and us."""
    with serving(Between()) as between:
        bridge = Bridge(folder, f"{between.url}/door")
        between.bridge = bridge.url
        try:
            yield bridge, between
        finally:
            bridge.stop()
