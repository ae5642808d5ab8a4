"""script/demo as a person uses it: start, log in, a worker dies, Ctrl-C, start again."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from groupops.operations.embedded.ports import free
from groupops.operations.embedded.processes import descendants, spawn

ROOT = Path(__file__).resolve().parents[2]
MOST_AGAIN = 120  # the same of a second start, which makes nothing
MOST_WORK = 240  # twice what a quiet machine may take by the clock: a busy one needs two to three times the processor time
UP = re.compile(r"Password\s+(\S+)")


class Demo:
    """A running script/demo, its terminal a file."""

    def __init__(self, state: Path, terminal: Path) -> None:
        self.state, self.terminal, self.port = state, terminal, free()
        self.started = time.monotonic()
        with terminal.open("wb") as output:
            self.process = spawn(
                [str(ROOT / "script" / "demo"), "--port", str(self.port), "--state", str(state)],
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def shown(self) -> str:
        """What the terminal shows."""
        return self.terminal.read_text()

    def until(self, met: Callable[[], object], seconds: float) -> None:
        """Wait for it; fail with the terminal's text when the time is over or the demo has ended."""
        deadline = time.monotonic() + seconds
        while not met():
            if time.monotonic() > deadline or self.process.poll() is not None:
                pytest.fail(f"after {time.monotonic() - self.started:.0f} s:\n{self.shown}")
            time.sleep(0.1)

    def up(self) -> float:
        """Wait for the banner; the seconds it took."""
        self.until(lambda: UP.search(self.shown), 360)
        return time.monotonic() - self.started

    @property
    def password(self) -> str:
        """As printed."""
        found = UP.search(self.shown)
        assert found
        return found[1]

    def ready(self) -> bool:
        """What /health/ready says."""
        with suppress(httpx.HTTPError):
            return httpx.get(f"http://localhost:{self.port}/health/ready", trust_env=False).status_code == 200
        return False

    @property
    def worked(self) -> float:
        """Seconds of processor time of everything that was started, what has ended included: less a matter of who else is busy."""
        ticks = 0
        for pid in [self.process.pid, *descendants(self.process.pid)]:
            with suppress(OSError):  # it has just ended
                ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def interrupt(self) -> int:
        """Ctrl-C: the terminal sends it to everything in the foreground."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(timeout=40)

    def processes(self) -> dict[int, str]:
        """Whatever runs on this state folder, whoever its parent is: process id and command."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if f"GROUPOPS_STATE={self.state}\0" in (folder / "environ").read_text(errors="replace"):
                    found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
        return found


@contextmanager
def demo(state: Path, terminal: Path) -> Iterator[Demo]:
    """A demo that is ended whatever the test does."""
    running = Demo(state, terminal)
    try:
        yield running
    finally:
        with suppress(ProcessLookupError):
            os.killpg(running.process.pid, signal.SIGTERM)
        running.process.wait(timeout=60)


def logs_in(port: int, password: str) -> bool:
    """Whether the login form takes it and the first page opens."""
    with httpx.Client(base_url=f"http://localhost:{port}", trust_env=False, follow_redirects=True, timeout=30) as browser:
        form = browser.get("/accounts/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
        assert token, form.text
        origin = {"Origin": f"http://localhost:{port}"}
        data = {"login": "demo", "password": password, "csrfmiddlewaretoken": token[1]}
        page = browser.post("/accounts/login/", data=data, headers=origin)
        return page.status_code == 200 and page.url.path == "/"


@pytest.mark.timeout(600)
def test_start_login_kill_stop_and_start_again(tmp_path: Path) -> None:
    """One story, because each start costs half a minute."""
    state = tmp_path / "state"
    with demo(state, tmp_path / "first") as first:
        took, worked = first.up(), first.worked
        print(f"a first start took {took:.0f} s, {worked:.0f} s of processor time")  # noqa: T201  (asked of a quiet machine: 120 s)
        assert worked < MOST_WORK, f"a first start took {worked:.0f} s of processor time"
        assert logs_in(first.port, first.password)

        refused = subprocess.run(
            [ROOT / "script" / "demo", "--port", str(free()), "--state", state],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        assert refused.returncode == 1
        assert f"already runs on the state folder {state}" in refused.stderr

        worker = min(pid for pid, command in first.processes().items() if " celery -A groupops worker" in command)
        os.kill(worker, signal.SIGKILL)
        first.until(lambda: re.search(r"worker\d ended \(terminated by SIGKILL", first.shown), 20)

        assert first.interrupt() == 0
        assert "everything is kept" in first.shown
        assert first.processes() == {}

    with demo(state, tmp_path / "second") as second:
        took, worked = second.up(), second.worked
        print(f"a second start took {took:.0f} s, {worked:.0f} s of processor time")  # noqa: T201
        assert worked < MOST_AGAIN, f"a second start took {worked:.0f} s of processor time"
        assert second.password == first.password
        assert logs_in(second.port, second.password)

        os.kill(second.process.pid, signal.SIGKILL)  # not even a chance to say goodbye
        deadline = time.monotonic() + 40
        while second.processes() and time.monotonic() < deadline:
            time.sleep(0.2)
        assert second.processes() == {}
