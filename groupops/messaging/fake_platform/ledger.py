"""The platform's disk: JSON lines, appended and synced before anybody is told that it happened."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Ledger:
    """An append-only file of records; without a path it keeps them in memory only (unit tests)."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._file = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
            self._drop_torn_line(path)
            self._file = path.open("ab", buffering=0)

    def append(self, *records: dict[str, Any]) -> None:
        """Keep records; when this returns they survive kill -9 and a power cut. A kill within leaves the first of them."""
        if self._file is not None and records:
            lines = (json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n" for record in records)
            self._file.write("".join(lines).encode())
            os.fdatasync(self._file.fileno())

    def records(self) -> Iterator[dict[str, Any]]:
        """Everything that was kept, oldest first."""
        if self.path is not None:
            yield from read(self.path)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()

    @staticmethod
    def _drop_torn_line(path: Path) -> None:
        """A kill in the middle of a write leaves half a line, which nobody was told of."""
        content = path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            os.truncate(path, whole)


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a ledger's file."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.endswith("\n"):
                yield json.loads(line)
