"""Waits until a start is really up: the page answers, the database too, and a worker has heard the broker."""

import http.client
import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any


def ask(port: int, host: str) -> dict[str, Any] | None:
    """What /health/ready says, whatever its status; None while nobody answers. `host` is the site's own name."""
    with suppress(OSError, http.client.HTTPException, ValueError):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/health/ready", headers={"Host": host})
        answer: dict[str, Any] = json.loads(connection.getresponse().read())
        return answer
    return None


def missing(answer: dict[str, Any] | None, *, since: float) -> str:
    """What is not up yet, in words; empty when all is. A heartbeat counts only if it is younger than `since` seconds."""
    if answer is None:
        return "the web server does not answer"
    if not answer.get("database"):
        return "the database does not answer"
    silent = [name for name, beat in answer.get("heartbeats", {}).items() if beat["age"] is None or beat["age"] > since]
    return f"no heartbeat from: {', '.join(silent)}" if silent else ""


def wait(port: int, host: str, *, seconds: float, meanwhile: Callable[[], object]) -> str:
    """Ask until everything is up or `seconds` are over, calling `meanwhile` in between; what is missing, empty when nothing."""
    started = time.monotonic()
    while lacks := missing(ask(port, host), since=time.monotonic() - started):
        if time.monotonic() - started > seconds:
            return lacks
        meanwhile()
        time.sleep(0.2)
    return ""
