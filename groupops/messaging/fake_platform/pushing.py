"""Events to an account's door: signed requests, one event each, in order, again until they are taken. Polling goes on beside it."""

import contextlib
import json
import queue
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx

from groupops.messaging import signing
from groupops.messaging.fake_platform.platform import Platform
from groupops.messaging.fake_platform.telling import event_of

Send = Callable[[str, Mapping[str, str], bytes], bool]  # address, headers, body → taken
LONGEST_PAUSE = 5.0  # seconds between two tries
TIMEOUT = 10.0
IDLE = 0.5  # seconds without news after which what was held back for disorder goes out


def post(url: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Push once. What the door refuses for good (4xx) counts as taken: it would be refused again."""
    with contextlib.suppress(httpx.HTTPError):
        answer = httpx.post(url, content=body, headers=dict(headers), timeout=TIMEOUT, trust_env=False)
        return answer.status_code < 500
    return False


class Courier:
    """Carries one account's events. Faults of the operation "push": twice, shuffled (held back until later ones went), lost."""

    def __init__(self, platform: Platform, account: str, *, send: Send = post) -> None:
        self.platform, self.account, self.send = platform, account, send
        self.waiting: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.held: list[dict[str, Any]] = []
        platform.listeners.append(self.hear)

    def hear(self, row: dict[str, Any]) -> None:
        """A new fact; carried later, by whoever calls `carry`."""
        if self.platform.hooks.get(self.account, ("", ""))[0] and self.platform.concerns(row, self.account):
            self.waiting.put(row)

    def carry(self, *, wait: float = 0) -> None:
        """Push what waits; with nothing waiting (for so many seconds) what was held back."""
        try:
            while True:
                self._one(self.waiting.get(timeout=wait) if wait else self.waiting.get_nowait())
        except queue.Empty:
            while self.held:
                self._push(self.held.pop())

    def _one(self, row: dict[str, Any]) -> None:
        fault = self.platform.fault("push", row["room"])
        code = fault.code if fault else ""
        if code == "shuffled":
            self.held.append(row)
        elif code != "lost":
            for _ in range(2 if code == "twice" else 1):
                self._push(row)

    def _push(self, row: dict[str, Any]) -> None:
        event = event_of(row, self.account)
        pause = 0.2
        while event is not None:
            url, secret = self.platform.hooks[self.account]
            body = json.dumps({"events": [event]}, ensure_ascii=False).encode()
            if not url or self.send(url, signing.sign(secret=secret, body=body, at=datetime.now(UTC)), body):
                return
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)


class Post:
    """A courier in a thread of its own for every account that has a door, now or later."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.couriers: dict[str, Courier] = {}
        self.stopped = threading.Event()
        platform.listeners.append(self._hire)
        for account in list(platform.hooks):
            self._start(account)

    def _hire(self, row: dict[str, Any]) -> None:
        if row["type"] == "hook":
            self._start(row["account"])

    def _start(self, account: str) -> None:
        if account not in self.couriers:
            self.couriers[account] = Courier(self.platform, account)
            threading.Thread(target=self._work, args=(self.couriers[account],), daemon=True).start()

    def _work(self, courier: Courier) -> None:
        while not self.stopped.is_set():
            courier.carry(wait=IDLE)

    def stop(self) -> None:
        """Soon no more is pushed."""
        self.stopped.set()
