"""Tables of figures that commands write themselves, with date, commit and machine; nobody edits them by hand."""

import os
import platform
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

TITLE = "# Proof under fire"
STANDING = ("when (UTC)", "commit", "machine")  # in front of every row


def add_row(path: Path, *, heading: str, introduction: str, columns: Iterable[str], cells: Iterable[object]) -> None:
    """Add a row at the end of the table under `heading`; heading, introduction and table are begun where there are none."""
    text = path.read_text() if path.exists() else f"{TITLE}\n"
    if heading not in text:
        names = [*STANDING, *columns]
        text = f"{text.rstrip()}\n\n{heading}\n\n{introduction}\n\n{_line(names)}\n{'|---' * len(names)}|\n"
    before, after = text.split(f"{heading}\n", 1)
    section, rule, others = after.partition("\n## ")
    row = _line([datetime.now(UTC).strftime("%Y-%m-%d %H:%M"), _commit(), _machine(), *cells])
    path.write_text(f"{before}{heading}\n{section.rstrip()}\n{row}\n{rule}{others}")


def _line(cells: Iterable[object]) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _commit() -> str:
    done = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)  # noqa: S607
    return done.stdout.strip() or "unknown"


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
