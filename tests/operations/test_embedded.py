"""The parts of the embedded start: ports, lock, console, processes, supervision."""

import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from groupops.operations.embedded import lock, ports, processes, readiness
from groupops.operations.embedded.console import Console, Follower

ROOT = Path(__file__).resolve().parents[2]
SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Somebody on a free port."""
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        yield somebody


def alive(pid: int) -> bool:
    """Whether the process runs; one that only waits to be reaped does not."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def until(met: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether it became true in time."""
    deadline = time.monotonic() + seconds
    while not met() and time.monotonic() < deadline:
        time.sleep(0.05)
    return met()


def test_a_taken_port_is_seen(listener: socket.socket) -> None:
    """And another one is found."""
    port = listener.getsockname()[1]
    assert ports.taken(port)
    assert ports.free(port) != port


def test_a_port_taken_on_ipv6_alone_is_taken() -> None:
    """A browser asks localhost, which may be ::1."""
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    with socket.socket(socket.AF_INET6) as somebody:
        try:
            somebody.bind(("::1", 0))
        except OSError:
            pytest.skip("no ::1 here")
        somebody.listen()
        assert ports.taken(somebody.getsockname()[1])


def test_a_port_given_back_is_free(listener: socket.socket) -> None:
    """Also right after it was used."""
    port = listener.getsockname()[1]
    listener.close()
    assert not ports.taken(port)
    assert ports.free(port) == port


def test_a_second_start_on_one_folder_is_refused(tmp_path: Path) -> None:
    """It says who holds it; a start after the end is welcome, though the file is still there."""
    with (
        lock.take(tmp_path, url="http://localhost:8000"),
        pytest.raises(lock.AlreadyRunning, match=rf"process {os.getpid()}, http://localhost:8000"),
    ):
        lock.take(tmp_path, url="http://localhost:9000")
    lock.take(tmp_path, url="http://localhost:9000").close()


def test_follower_gives_whole_lines_once(tmp_path: Path) -> None:
    """A file that is not there, half a line, a rotation."""
    path = tmp_path / "log"
    follower = Follower(path)
    assert follower.lines() == []
    path.write_text("one\ntw")
    assert follower.lines() == ["one"]
    with path.open("a") as file:
        file.write("o\n")
    assert follower.lines() == ["two"]
    path.rename(tmp_path / "log.1")
    path.write_text("three\n")
    assert follower.lines() + follower.lines() == ["three"]


def test_console_shows_pages_and_deaths_not_probes(tmp_path: Path) -> None:
    """What was there before the start is not repeated."""
    web, supervisor = tmp_path / "web.log", tmp_path / "supervisor.log"
    web.write_text("old\n")
    console, shown = Console(tmp_path, out := io.StringIO()), out
    web.write_text("old\nGET /groups/ 200\nGET /health/ready 200\n")
    supervisor.write_text("2026-11-22 09:00:00,000 WARN exited: worker (terminated by SIGKILL; not expected)\n")
    console.pump()
    assert shown.getvalue().splitlines() == [
        "worker ended (terminated by SIGKILL; not expected) and is started again; see its log",
        "GET /groups/ 200",
    ]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (None, "the web server does not answer"),
        ({"database": False}, "the database does not answer"),
        ({"database": True, "heartbeats": {"worker": {"age": None}}}, "no heartbeat from: worker"),
        ({"database": True, "heartbeats": {"worker": {"age": 9.0}}}, "no heartbeat from: worker"),
        ({"database": True, "heartbeats": {"worker": {"age": 1.0}}}, ""),
    ],
)
def test_what_is_missing_is_said(answer: dict[str, object] | None, expected: str) -> None:
    """A heartbeat of the run before (older than five seconds here) does not count."""
    assert readiness.missing(answer, since=5.0) == expected


def test_a_child_dies_with_its_parent() -> None:
    """Even when the parent is killed and can do nothing about it."""
    code = (
        f"from groupops.operations.embedded.processes import spawn; print(spawn({SLEEPER!r}).pid, flush=True); import time; time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    child = int(parent.stdout.readline())
    assert alive(child)
    parent.kill()
    parent.wait()
    assert until(lambda: not alive(child))


def test_orphans_are_adopted_and_ended() -> None:
    """A grandchild whose parent was killed still ends with us."""
    code = f"""
import os, subprocess, sys
from groupops.operations.embedded import processes
processes.adopt_orphans()
script = "import subprocess; p = subprocess.Popen(" + repr({SLEEPER!r}) + "); print(p.pid, flush=True); p.wait()"
middle = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, start_new_session=True)
grandchild = int(middle.stdout.readline())
middle.kill(); middle.wait()
assert grandchild in processes.descendants(), "not adopted"
processes.kill_descendants()
assert not os.path.exists(f"/proc/{{grandchild}}"), "still there"
print("ended")
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert (done.stdout, done.returncode) == ("ended\n", 0), done.stderr


def test_descendants_are_found_below_a_process() -> None:
    """Children of children too."""
    child = processes.spawn([sys.executable, "-c", f"import subprocess; subprocess.run({SLEEPER!r})"], start_new_session=True)
    try:
        assert until(lambda: len(processes.descendants(child.pid)) == 1)
    finally:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
