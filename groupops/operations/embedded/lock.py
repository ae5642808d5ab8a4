"""One start per state folder."""

import fcntl
import json
import os
from pathlib import Path
from typing import IO

from django.core.management.base import CommandError


class AlreadyRunning(CommandError):
    """Another start holds this state folder."""


def take(state: Path, *, url: str) -> IO[str]:
    """Hold `state` until the returned file is closed or the process ends, however it ends. Raises AlreadyRunning."""
    state.mkdir(parents=True, exist_ok=True)
    file = (state / "lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = _holder(file)
        file.close()
        raise AlreadyRunning(f"GroupOps already runs on the state folder {state}{holder}.") from None
    file.truncate(0)
    json.dump({"process": os.getpid(), "url": url}, file)
    file.flush()
    return file


def _holder(file: IO[str]) -> str:
    file.seek(0)
    try:
        holder = json.load(file)
        return f": process {holder['process']}, {holder['url']}"
    except (ValueError, KeyError):
        return ""
