"""The record of trials."""

from pathlib import Path
from typing import Any

from groupops.operations import proof

HEADING = "## Nothing lost, nothing sent twice"
INTRODUCTION = """\
Written by `just murder`: each row is one trial on an installation of its own. Web, workers and beat are killed with SIGKILL at random
while posts are written through the API and go out; afterwards the fake platform's own disk is counted. *Lost*: acknowledged, not on the
platform, and not shown to anybody. *Unknown*: whether it left cannot be known; *unflagged* ones of those were not shown. *Given up*:
missed or failed, and shown as that."""
COLUMNS = ("database", "platform", "posts", "kills", "calls", "lost", "doubled", "unknown", "unflagged", "given up", "stuck")


def write(path: Path, found: dict[str, Any]) -> None:
    """Add a trial's row."""
    sort = "idempotent" if found["idempotent"] else "neither idempotent nor readable"
    counted = [found[name] for name in ("calls", "lost", "doubled", "unknown", "unflagged", "missed_or_failed", "stuck")]
    cells = [found["database"], sort, found["posts"], sum(found["kills"].values()), *counted]
    proof.add_row(path, heading=HEADING, introduction=INTRODUCTION, columns=COLUMNS, cells=cells)
