"""No process outlives the one that started it, whatever kills either of them."""

import ctypes
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # linux/prctl.h


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def spawn(command: list[str], *, farewell: signal.Signals = signal.SIGTERM, **options: Any) -> subprocess.Popen[bytes]:
    """Start `command` without a terminal; the kernel sends it `farewell` when the thread that calls this ends, however it ends.

    `options` are those of subprocess.Popen. Call it before other threads exist: Python code runs in the child.
    """
    return subprocess.Popen(  # noqa: S603 (the callers' commands are constants)
        command,
        stdin=subprocess.DEVNULL,
        preexec_fn=lambda: _prctl(PR_SET_PDEATHSIG, farewell),  # noqa: PLW1509
        **options,
    )


def adopt_orphans() -> None:
    """From now on a descendant whose parent dies becomes a child of this process, not of init, so that it can be ended."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def descendants(of: int | None = None) -> list[int]:
    """Process ids below `of` (this process), read from /proc."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(stat.parent.name))
    found, queue = [], [of or os.getpid()]
    while queue:
        below = children.get(queue.pop(), [])
        found += below
        queue += below
    return found


def kill_descendants() -> None:
    """End everything below this process at once, and reap it."""
    while alive := descendants():
        for pid in alive:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        reap()


def reap(except_for: int | None = None) -> None:
    """Collect adopted children that have ended; `except_for` is waited for by its own Popen."""
    for pid in descendants():
        if pid != except_for:
            with suppress(ChildProcessError):  # not a child of ours but of a child
                os.waitpid(pid, os.WNOHANG)
