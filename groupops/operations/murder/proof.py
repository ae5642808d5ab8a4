"""The record of trials: a table that the command writes itself, with commit and machine; nobody edits it by hand."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HEAD = """# Proof under fire

Written by `just murder`, never by hand: each row is one trial on an installation of its own. Web, workers and beat are
killed with SIGKILL at random while posts are written through the API and go out; afterwards the fake platform's own disk is counted.
*Lost*: acknowledged, not on the platform, and not shown to anybody. *Unknown*: whether it left cannot be known; *unflagged* ones of
those were not shown. *Given up*: missed or failed, and shown as that.

| when (UTC) | commit | machine | database | platform | posts | kills | calls | lost | doubled | unknown | unflagged | given up | stuck |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
"""


def write(path: Path, found: dict[str, Any]) -> None:
    """Add a row; the page is begun where there is none."""
    text = path.read_text() if path.exists() else HEAD
    path.write_text(text + _row(found))


def _row(found: dict[str, Any]) -> str:
    kills = sum(found["kills"].values())
    sort = "idempotent" if found["idempotent"] else "neither idempotent nor readable"
    counted = (found[name] for name in ("calls", "lost", "doubled", "unknown", "unflagged", "missed_or_failed", "stuck"))
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
    cells = (when, _commit(), _machine(), found["database"], sort, found["posts"], kills, *counted)
    return "| " + " | ".join(map(str, cells)) + " |\n"


def _commit() -> str:
    done = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)  # noqa: S607
    return done.stdout.strip() or "unknown"


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
