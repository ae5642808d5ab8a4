"""A backup counts only once a restore of it, into a scratch place, reads back row by row and passes the doctor."""

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection

LONGEST = 3600  # seconds
LAST = 400  # letters of what a failed restore said


@dataclass(frozen=True)
class Verdict:
    """Whether it is proven, how long the restore took, and why not."""

    proven: bool
    seconds: float | None = None
    error: str = ""


def prove(path: Path) -> Verdict:
    """Restore into a scratch file or schema, in a process of its own that touches nothing else, and throw it away."""
    with _scratch() as place:
        command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "restore", str(path), "--verify", "--json"]
        keys = {"BACKUP_KEYS": settings.BACKUP_KEYS, "CREDENTIAL_KEYS": settings.CREDENTIAL_KEYS}
        environment = os.environ | place | {name: ",".join(values) for name, values in keys.items()} | {"SECRET_KEY": settings.SECRET_KEY}
        environment["DJANGO_SETTINGS_MODULE"] = "groupops.settings"
        done = subprocess.run(  # noqa: S603 (our own command)
            command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=LONGEST, check=False
        )
    try:
        told = json.loads(done.stdout)
        seconds, well = float(told["seconds"]), bool(told["well"])
    except (ValueError, KeyError):
        return Verdict(proven=False, error=(done.stderr.strip() or done.stdout.strip())[-LAST:])
    if done.returncode or not well:
        wrong = [*told.get("differing", []), *told.get("broken", []), done.stderr.strip()]
        return Verdict(proven=False, seconds=seconds, error=", ".join(filter(None, wrong))[-LAST:])
    return Verdict(proven=True, seconds=seconds)


@contextmanager
def _scratch() -> Iterator[dict[str, str]]:
    """The environment in which a process finds an empty place; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="scratch-", dir=settings.STATE_DIR))
    apart = {"GROUPOPS_STATE": str(folder), "GROUPOPS_DEMO": "0", "NOTICE_WEBHOOK_URL": "", "EMAIL_URL": "dummymail://", "REDIS_URL": ""}
    try:
        if connection.vendor == "sqlite":
            yield apart | {"SQLITE_PATH": str(folder / "scratch.sqlite3"), "DATABASE_URL": ""}
        else:
            with _schema() as name:
                yield apart | {"DATABASE_SCHEMA": name, "DATABASE_URL": _address()}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _schema() -> Iterator[str]:
    name = f"groupops_scratch_{secrets.token_hex(4)}"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE SCHEMA "{name}"')
    try:
        yield name
    finally:
        connection.close()  # it may have been idle for longer than the server allows
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            cursor.execute(f'DROP SCHEMA "{name}" CASCADE')
            cursor.execute("RESET statement_timeout")


def _address() -> str:
    """The database at hand, which in a test is not that of the settings."""
    address = urlsplit(settings.DATABASE_URL)
    return urlunsplit(address._replace(path=f"/{connection.settings_dict['NAME']}"))
