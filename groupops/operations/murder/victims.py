"""The processes, and the one who kills them: each in a session of its own, so that SIGKILL takes the whole of it, as a power cut would."""

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx

from groupops.operations.embedded.processes import descendants, spawn
from groupops.operations.murder.installation import ROOT, Installation


class Victims:
    """Starts, kills and restarts."""

    def __init__(self, installation: Installation, *, seed: int) -> None:
        self.installation = installation
        self.random = random.Random(seed)  # noqa: S311 (a trial is to be repeated, not to be secret)
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.killed: Counter[str] = Counter()

    def begin(self) -> None:
        """Start everything but the platform, which is the witness and is never killed."""
        self.mortal = [name for name in self.installation.commands() if name != "platform"]
        self.mortal += [name for name in self.mortal if name.startswith("worker")]  # a send is in their hands: twice as likely
        self.start(*dict.fromkeys(self.mortal))

    def start(self, *names: str) -> None:
        """Start processes; their output goes to the folder's logs."""
        logs = self.installation.folder / "logs"
        logs.mkdir(exist_ok=True)
        for name in names:
            with (logs / f"{name}.log").open("ab") as log:
                command = self.installation.commands()[name]
                self.running[name] = spawn(
                    command, cwd=ROOT, env=self.installation.environment, stdout=log, stderr=log, start_new_session=True
                )

    def kill_one(self) -> None:
        """SIGKILL for one at random: the whole of it, or a single child of it, which its parent replaces."""
        name = self.random.choice(self.mortal)
        if name == "web" and not answers(f"{self.installation.address}/health/live"):
            return  # not up again since the last time: on a slow machine it would never be
        process = self.running[name]
        children = descendants(process.pid)
        if children and self.random.random() < 0.5:
            with suppress(ProcessLookupError):
                os.kill(self.random.choice(children), signal.SIGKILL)
            self.killed[f"child of {name}"] += 1
            return
        self._end(process)
        self.killed[name] += 1
        self.start(name)

    def kill_until(self, over: Callable[[], bool], *, every: float) -> None:
        """Kill at random times, `every` seconds on average, until `over`."""
        while not over():
            pause = time.monotonic() + self.random.uniform(0.5, 1.5) * every
            while time.monotonic() < pause and not over():
                time.sleep(0.1)
            self.kill_one()

    def stop(self) -> None:
        """All of them, at once."""
        for process in self.running.values():
            self._end(process)

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        family = [process.pid, *descendants(process.pid)]
        for pid in family:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()
        _gone(family)


def answers(url: str) -> bool:
    """Whether something speaks HTTP there."""
    try:
        return httpx.get(url, timeout=2, trust_env=False).status_code < httpx.codes.INTERNAL_SERVER_ERROR
    except httpx.TransportError:
        return False


def _gone(pids: list[int]) -> None:
    """Wait until the kernel has let go of them: their port and their locks are free then."""
    until = time.monotonic() + 5
    while time.monotonic() < until and any(Path(f"/proc/{pid}").exists() for pid in pids[1:]):
        time.sleep(0.02)
