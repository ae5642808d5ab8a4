"""The same platform without a process: whoever asks opens its folder, one at a time. What was said there is on the disk before
anybody is told, so every process of the installation sees the same rooms (docs/adr/0009-a-sandbox-is-a-folder.md)."""

import fcntl
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from groupops.messaging.fake_platform.platform import Platform
from groupops.messaging.fake_platform.web import handle, request_of
from groupops.messaging.wire import Raw

BELOW = "sandboxes"  # of the state folder


def folder_of(name: str) -> Path:
    """Where the sandbox of a name keeps what is said in it. Raises ValueError for anything but a plain name."""
    if not re.fullmatch(r"[a-z0-9-]{1,60}", name, re.ASCII):
        raise ValueError("not the name of a sandbox")
    return Path(settings.STATE_DIR) / BELOW / name


def shows(stands: str, real: datetime) -> datetime:
    """What a sandbox's clock shows that was put to `stands` (ISO 8601, or empty): it stands there until the real time comes by."""
    return max(datetime.fromisoformat(stands), real) if stands else real


@contextmanager
def opened(folder: Path, *, now: Callable[[], datetime]) -> Iterator[Platform]:
    """The platform of a folder, ours alone until the block ends. `now` is its clock."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # released with the file, however this process ends
        platform = Platform(folder, now=now)
        try:
            yield platform
        finally:
            platform.ledger.close()


@dataclass(frozen=True)
class Transport:
    """Hands a request of the wire to the platform of a folder: no socket is opened, whatever the address says."""

    folder: Path
    now: Callable[[], datetime]

    def __call__(self, host: str, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Raw:
        """A request, and its answer."""
        with opened(self.folder, now=self.now) as platform:
            reply = handle(platform, request_of(method, target, headers.get("Authorization", ""), body))
        return Raw(reply.status, reply.headers, reply.body)
