"""What every bench shares: a database of its own, wall and CPU seconds of both sides, medians."""

# ruff: noqa: E402  (Django is set up before its models are imported)
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.conf import settings
from django.db import connection as database

from groupops.operations.embedded.processes import descendants

STEPS = 5_000_000


@dataclass(frozen=True)
class Spent:
    """Seconds: on the wall, of our own CPU, and of the CPU of PostgreSQL's process for us (0 where it cannot be seen)."""

    wall: float
    ours: float
    server: float

    @property
    def cpu(self) -> float:
        """Of both sides."""
        return self.ours + self.server


def spent(work: Callable[[], object]) -> Spent:
    """What `work` takes."""
    server, ours, wall = server_seconds(), time.process_time(), time.perf_counter()
    work()
    return Spent(time.perf_counter() - wall, time.process_time() - ours, server_seconds() - server)


def server_seconds() -> float:
    """CPU seconds of the PostgreSQL process that serves us, as Linux counts them; 0 on SQLite and on other machines."""
    if database.vendor != "postgresql":
        return 0.0
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        return 0.0


def speed() -> str:
    """How fast this machine is just now: what milliseconds of another day or machine are compared by."""
    began = time.process_time()
    for _ in range(STEPS):
        pass
    return f"{STEPS / (time.process_time() - began) / 1e6:.0f} million steps of an empty loop a second"


def postmaster() -> int | None:
    """The process id of PostgreSQL's parent process, where it runs on this machine."""
    if database.vendor != "postgresql":
        return None
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    return int(_stat(pid)[1]) if Path(f"/proc/{pid}").exists() else None


def tree_seconds(root: int) -> float:
    """CPU seconds of a process and of everything below it, those that have ended included."""
    alive = [root, *descendants(root)]
    return sum(sum(map(int, stat[11:15])) for pid in alive if (stat := _stat(pid))) / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat behind the name; empty where the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def median(values: list[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def percentile(values: list[float], share: int) -> float:
    """The value that `share` per cent do not exceed."""
    return sorted(values)[min(len(values) - 1, len(values) * share // 100)]


@contextmanager
def own_database() -> Iterator[None]:
    """A migrated database that is dropped at the end."""
    name = settings.DATABASES["default"]["NAME"]
    database.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        database.creation.destroy_test_db(name, verbosity=0)
