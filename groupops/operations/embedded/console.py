"""What the terminal shows of the log files: the pages asked for, and every program that dies."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

DIED = re.compile(r"WARN exited: (?P<name>\w+) \((?P<how>[^)]*)\)")
PROBES = re.compile(r"(GET|Service Unavailable:) /(health|static)/")  # asked by machines, many times a page


@dataclass
class Follower:
    """The lines added to a file since the last look; survives rotation and a file that is not there yet."""

    path: Path
    _file: TextIO | None = field(default=None, init=False)
    _rest: str = field(default="", init=False)

    def skip(self) -> None:
        """Forget what is already there."""
        self.lines()

    def lines(self) -> list[str]:
        """Whole lines that are new."""
        if self._file is None and self.path.exists():
            self._file = self.path.open(encoding="utf-8", errors="replace")
        if self._file is None:
            return []
        text = self._rest + self._file.read()
        if self._rotated(self._file):
            self._file.close()
            self._file = None
        *whole, self._rest = text.split("\n")
        return whole

    def _rotated(self, file: TextIO) -> bool:
        try:
            return self.path.stat().st_ino != os.fstat(file.fileno()).st_ino
        except OSError:
            return True


class Console:
    """Prints what a person at the terminal wants to see; the rest stays in the files."""

    def __init__(self, logs: Path, out: TextIO) -> None:
        self.out = out
        self.web, self.supervisor = Follower(logs / "web.log"), Follower(logs / "supervisor.log")
        self.skip()

    def skip(self) -> None:
        """Print nothing of what is there by now."""
        for follower in (self.web, self.supervisor):
            follower.skip()

    def pump(self) -> None:
        """Print what is new."""
        for line in self.supervisor.lines():
            if died := DIED.search(line):
                print(f"{died['name']} ended ({died['how']}) and is started again; see its log", file=self.out, flush=True)
        for line in self.web.lines():
            if line.strip() and not PROBES.search(line):
                print(line, file=self.out, flush=True)
