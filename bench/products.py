"""Processes of the product on the bench's own database, stopped at the end. Redis is started too where the bench is on PostgreSQL."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
from django.db import connection as database

from groupops.operations.embedded.processes import spawn
from tests import processes, servers

PATIENCE = 60.0  # seconds for a process to start


@contextmanager
def running(*commands: list[str], **extra: str) -> Iterator[Path]:
    """The commands (of this Python) with the product's environment; yields the folder of their logs and process ids (0.log, 0.pid)."""
    with ExitStack() as stack:
        if database.vendor == "postgresql" and not os.environ.get("REDIS_URL"):
            extra["REDIS_URL"] = stack.enter_context(servers.redis())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for number, command in enumerate(commands):
            log = stack.enter_context((folder / f"{number}.log").open("wb"))
            options = {"cwd": processes.ROOT, "env": processes.environment(**extra), "stdout": log, "stderr": subprocess.STDOUT}
            process = spawn([sys.executable, *command], farewell=signal.SIGKILL, **options)
            (folder / f"{number}.pid").write_text(str(process.pid))
            stack.callback(_stop, process)
        yield folder


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def ready(log: Path) -> None:
    """Wait for the Celery worker whose log this is."""
    until(lambda: b"ready" in log.read_bytes(), "the worker", log)


def until(met: Callable[[], object], what: str, log: Path | None = None) -> None:
    """Wait for something; TimeoutError says for what."""
    deadline = time.monotonic() + PATIENCE
    while not met():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not start\n{log.read_text()[-2000:] if log else ''}")
        time.sleep(0.05)


def answers(url: str) -> bool:
    """Whether an HTTP server is up there, whatever it answers."""
    try:
        httpx.get(url, timeout=1)
    except httpx.HTTPError:
        return False
    return True
