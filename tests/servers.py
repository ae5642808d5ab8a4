"""Private servers for the tests: PostgreSQL, Redis and Synapse on free loopback ports, gone when the block ends."""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from groupops.operations.embedded.ports import free
from groupops.operations.embedded.processes import spawn
from tests.synapse.homeserver import Homeserver

ROOT = Path(__file__).resolve().parent.parent
SYNAPSE_PYTHON = Path(os.environ.get("GROUPOPS_SYNAPSE_PYTHON", ROOT / ".cache" / "synapse" / "bin" / "python"))
SHM = "/dev/shm"  # noqa: S108  (a folder of its own in it, as below /tmp)
MEMORY = SHM if os.access(SHM, os.W_OK) else None  # Synapse syncs its file on every event: on a disk that is most of its time


class Missing(RuntimeError):
    """A server's program is not installed; the message names the Debian package."""


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """A fresh cluster without fsync; yields the DATABASE_URL of an empty UTF-8 database's superuser."""
    programs = _postgresql_programs()
    account = _unprivileged()
    with _folder("groupops-postgresql", account) as folder:
        password, port = secrets.token_urlsafe(16), free()
        pwfile = folder / "password"
        pwfile.write_text(password)
        shutil.chown(pwfile, account or os.getuid())
        options = ["--encoding=UTF8", "--locale=C.UTF-8", "--username=groupops", "--auth=scram-sha-256", f"--pwfile={pwfile}", "--no-sync"]
        subprocess.run(
            [programs / "initdb", "-D", folder / "data", *options], user=account, check=True, stdout=subprocess.DEVNULL, cwd=folder
        )
        settings = {
            "port": port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "wal_level": "minimal",
            "max_wal_senders": 0,
            "max_connections": 200,
            "timezone": "UTC",
        }
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        # SIGINT is PostgreSQL's "fast": it breaks connections off instead of waiting for them.
        with _running([str(programs / "postgres"), "-D", str(folder / "data"), *flags], folder, stop=signal.SIGINT, user=account) as log:
            _until(lambda: "ready to accept connections" in log.read_text(), "PostgreSQL", log)
            yield f"postgres://groupops:{password}@127.0.0.1:{port}/postgres"


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """A Redis that keeps nothing; yields its REDIS_URL."""
    program = shutil.which("redis-server")
    if program is None:
        raise Missing("redis-server (Debian package redis-server)")
    with _folder("groupops-redis") as folder:
        port = free()
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
        with _running(command, folder) as log:
            _until(lambda: "Ready to accept connections" in log.read_text(), "Redis", log)
            yield f"redis://127.0.0.1:{port}/0"


@contextlib.contextmanager
def synapse() -> Iterator[Homeserver]:
    """A Matrix homeserver that federates with nobody, started and empty."""
    if not SYNAPSE_PYTHON.exists():
        raise Missing(f"Synapse (script/test installs it; {SYNAPSE_PYTHON} does not exist)")
    with _folder("groupops-synapse", inside=MEMORY) as folder:
        homeserver = Homeserver(python=SYNAPSE_PYTHON, folder=folder, port=free())
        homeserver.start()
        try:
            yield homeserver
        finally:
            homeserver.stop()


def _postgresql_programs() -> Path:
    """Debian keeps initdb off the PATH, below its version; the newest counts."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = str(versions[-1]) if versions else shutil.which("initdb")
    if found is None:
        raise Missing("initdb (Debian package postgresql)")
    return Path(found).parent


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root: then as `postgres`, whom its package made; None where we are not root."""
    if os.getuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)


@contextlib.contextmanager
def _folder(name: str, account: str | None = None, *, inside: str | None = None) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=inside))
    try:
        if account:
            shutil.chown(folder, account)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _running(command: list[str], folder: Path, *, stop: signal.Signals = signal.SIGTERM, user: str | None = None) -> Iterator[Path]:
    """The command in the background until the block ends, or until this process dies; yields its log."""
    log = folder / "log"
    with log.open("wb") as output:
        # A session of its own: Ctrl-C is ours to hand on, in order.
        process = spawn(command, farewell=stop, cwd=folder, stdout=output, stderr=output, user=user, start_new_session=True)
    try:
        yield log
    finally:
        process.send_signal(stop)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _until(met: Callable[[], bool], name: str, log: Path, *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not met():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{name} did not start in {seconds:.0f} s:\n{log.read_text()[-2000:]}")
        time.sleep(0.05)
