"""Restore a backup: load it, look whether it is whole and well, and let nothing leave before a person has looked."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils.translation import gettext_lazy as _

from content.services import restoring as content
from groupops.messaging import queries as messaging_queries
from groupops.messaging.models import Delivery
from groupops.messaging.policy import Sort
from groupops.messaging.services import restoring as messaging
from groupops.operations.backup import loading, sealing, writing
from groupops.operations.backup.loading import Loaded, NotEmpty
from groupops.operations.doctor import services as doctor
from groupops.operations.doctor.services import Finding
from groupops.operations.policy import STALE
from groupops.record import heads
from groupops.record.models import Heartbeat
from groupops.shared.invariants import Look


@dataclass(frozen=True)
class Restored:
    """What was restored and what became of what was open. `differing`: tables that read back otherwise (asked for by `verify`)."""

    made_at: datetime
    rows: int
    files: int
    seconds: float
    doctor: list[Finding]
    paused: bool
    missed: int
    unknown: int
    slots: int
    posts: int
    differing: list[str] = field(default_factory=list)

    @property
    def is_well(self) -> bool:
        """Whether every row reads back the same and every invariant holds."""
        return not self.differing and all(one.holds for one in self.doctor)


def restore(path: Path, *, keys: Sequence[str], at: datetime, verify: bool = False) -> Restored:
    """Into the database at hand, which must be empty. Raises WrongKey, Unreadable, NotEmpty, OtherVersion.

    `verify` reads every row back and compares; it takes a third of the time more.
    """
    started = time.monotonic()
    with path.open("rb") as file, _aside():
        header = sealing.header_of(file)
        _demand_nobody_runs(at)
        loaded = loading.load(sealing.frames(file, header=header, keys=keys), keep_files=_kept)
        differing = _differing(header, loaded) if verify and not loaded.older else []
        if loaded.older:
            call_command("migrate", interactive=False, verbosity=0)
        made_at = datetime.fromisoformat(header["made_at"])
        heads.set_aside(at=at)
        found = list(doctor.findings(Look(made_at, thorough=True)))
        paused = messaging.stand_still(made_at=made_at, at=at)
        missed, unknown = messaging.leave_past(at=at)
        slots, posts = content.leave_past(at=at)
        Heartbeat.objects.filter(name="worker").delete()  # that of another time: nobody runs yet
    seconds = time.monotonic() - started
    return Restored(made_at, loaded.rows, loaded.files, seconds, found, paused, missed, unknown, slots, posts, differing)


def outgoing(*, at: datetime) -> "list[Delivery]":
    """What would leave at once if a person let everything go on."""
    return list(messaging_queries.would_leave(None, list(Sort), at=at).select_related("group", "connection"))


def _demand_nobody_runs(at: datetime) -> None:
    """A worker that looks at the empty database would begin to work in the middle of it."""
    if Heartbeat._meta.db_table not in connection.introspection.table_names():
        return
    beat = Heartbeat.objects.filter(name="worker").first()
    if beat is not None and at - beat.at < STALE:
        raise NotEmpty(_("A worker runs on this database. Stop web, worker and beat first, and start them after the restore."))


def _differing(header: dict[str, Any], loaded: Loaded) -> list[str]:
    """The other kind of database spells JSON and numbers in another way: there the counts must do."""
    if header["database"] != connection.vendor:
        return []
    now = writing.digests_now()
    return sorted(name for name, digest in loaded.digests.items() if now.get(name) != digest)


def _kept(name: str) -> IO[bytes]:
    path = Path(settings.MEDIA_ROOT) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("wb")


@contextmanager
def _aside() -> Iterator[None]:
    """On SQLite a new file is written beside the old one, and takes its place when all went well; PostgreSQL has a transaction."""
    if connection.vendor != "sqlite":
        yield
        return
    loading.demand_empty()
    home = Path(str(connection.settings_dict["NAME"]))
    draft = home.with_name(f".{home.name}.restoring")
    _forget(draft)
    with connection.cursor() as cursor:  # what was migrated already need not be again
        cursor.execute("VACUUM INTO %s", [str(draft)])
    connection.close()
    connection.settings_dict["NAME"] = str(draft)
    try:
        yield
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        _forget(home)
        draft.replace(home)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = str(home)
        _forget(draft)
    _sync(home.parent)


def _forget(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)
