"""One process at a time on the platform's disk: two would number the same facts twice."""

import fcntl
from pathlib import Path
from typing import IO


def claim(folder: Path) -> IO[str]:
    """Hold the folder until the returned file is closed or this process ends, however it ends. Raises BlockingIOError."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / "lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise
    return lock
