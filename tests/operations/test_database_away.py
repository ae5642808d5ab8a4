"""PostgreSQL itself stops under a running web process: a 503 page at once, and back by itself."""

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg2
import pytest
from django.db import connection

from groupops.operations.embedded.ports import free
from groupops.operations.embedded.processes import spawn
from tests import servers
from tests.processes import ROOT, environment

# Who asks: a session and a token must be looked up, so that the answer needs the database; a probe has neither.
WHO = {"/": {"Cookie": "sessionid=0123456789abcdef0123456789abcdef"}, "/api/v1/groups/": {"Authorization": "Bearer gops_nobody"}}
PATIENCE = 20  # seconds: far above the two that a new connection may take, far below what a hanging socket would take
UP_SECONDS = 60


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no server that could stop")
def test_a_stopped_postgresql_is_a_503_page_and_recovers_by_itself(tmp_path: Path) -> None:
    """For people and for programs; the process that served before serves again."""
    with servers.postgresql() as url, _web(tmp_path, url) as address:
        data = _data_folder(url)
        assert _get(address, "/").status_code < 500
        _stop(data)
        for path, kind in (("/", "text/html"), ("/api/v1/groups/", "application/problem+json"), ("/health/ready", "application/json")):
            answer = _get(address, path)
            assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (503, kind)
        assert _get(address, "/health/live").status_code == 200
        with _started(data):
            _wait_for(lambda: _get(address, "/").status_code < 500, 30)


def _get(address: str, path: str) -> httpx.Response:
    return httpx.get(address + path, headers=WHO.get(path, {}), timeout=PATIENCE, trust_env=False)


@contextmanager
def _web(folder: Path, database: str) -> Iterator[str]:
    port = free()
    own = environment() | {"DATABASE_URL": database, "GROUPOPS_STATE": str(folder), "GROUPOPS_URL": f"http://127.0.0.1:{port}"}
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, env=own, check=True)
    command = [sys.executable, "-m", "gunicorn", "groupops.wsgi", "--bind", f"127.0.0.1:{port}", "--no-control-socket"]
    process = spawn(command, cwd=ROOT, env=own, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(lambda: _answers(f"http://127.0.0.1:{port}/health/live"), UP_SECONDS)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).is_success
    except httpx.TransportError:
        return False


def _data_folder(url: str) -> Path:
    with psycopg2.connect(url) as database, database.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        (folder,) = cursor.fetchone() or ("",)
    database.close()
    return Path(folder)


def _stop(data: Path) -> None:
    """SIGQUIT: PostgreSQL's "immediate", as after a crash."""
    pid = int((data / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGQUIT)
    _wait_for(lambda: not (data / "postmaster.pid").exists(), 20)


@contextmanager
def _started(data: Path) -> Iterator[None]:
    """The same cluster again, with the options it had."""
    owner = data.owner() if os.getuid() == 0 else None
    command = shlex.split((data / "postmaster.opts").read_text())
    process = spawn(command, farewell=signal.SIGINT, user=owner, cwd=data, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def _wait_for(met: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, "it did not come in time"
        time.sleep(0.1)
