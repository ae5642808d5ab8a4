"""The fake platform as the process it is in the product, and its disk."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from groupops.messaging.fake_platform import ledger
from tests import processes
from tests.factories.messaging import ACCOUNT


@dataclass
class Fake:
    """A running fake platform."""

    url: str
    folder: Path
    process: "subprocess.Popen[str]"

    def order(self, method: str, path: str, **body: Any) -> None:
        """Tell it something."""
        httpx.request(method, self.url + path, json=body, timeout=10, trust_env=False).raise_for_status()

    def open_room(self, room: str, name: str = "群") -> None:
        """A room with our account and one member."""
        self.order("PUT", f"/control/rooms/{room}", name=name, members={ACCOUNT: "GroupOps", "wang": "王芳"})

    def said(self, room: str = "room") -> list[str]:
        """Every text of a room on its disk, in order."""
        return [row["text"] for row in ledger.read(self.folder / "platform.jsonl") if row["type"] == "message" and row["room"] == room]

    def config(self) -> dict[str, str]:
        """What a connection to it keeps."""
        return {"account": ACCOUNT, "url": self.url}

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def fake(folder: Path, *, port: int = 0) -> Iterator[Fake]:
    """Start one on a free port (or a given one), on a disk that may hold earlier history; it ends with the block."""
    command = [sys.executable, "manage.py", "fake_platform", "--port", str(port), "--data", str(folder)]
    process = subprocess.Popen(command, cwd=processes.ROOT, env=processes.environment(), stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline() if process.stdout else ""
        yield Fake(line.split()[3].rstrip(","), folder, process)
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()
