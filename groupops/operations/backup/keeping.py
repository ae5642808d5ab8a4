"""The nightly backup: when it is its time, where it lies, how many stay, and the alarm when none was proven for too long."""

import fcntl
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, time, timedelta
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy, gettext_noop

from groupops.accounts.models import User
from groupops.operations.backup import proving, writing
from groupops.operations.backup.writing import SUFFIX, Written
from groupops.operations.models import BackupProof
from groupops.record import services as record
from groupops.shared import clock
from groupops.shared.errors import Conflict
from groupops.shared.wall import wall_moment

log = logging.getLogger(__name__)
OURS = re.compile(r"groupops-\d{8}-\d{6}" + re.escape(SUFFIX))
ALARM = "backup-unproven"
UNPROVEN = gettext_noop("No backup has been proven for over %(hours)d hours. Look at the last one on the system page.")
AGAIN = timedelta(hours=1)  # after one that failed
NICE = 10  # the worker's own work goes first


class BackupRuns(Conflict):
    """One at a time."""

    code = "backup_runs"


def place(target: Path, at: datetime) -> Path:
    """The file itself; in a folder one with the moment in its name."""
    return target / f"groupops-{at:%Y%m%d-%H%M%S}{SUFFIX}" if target.is_dir() else target


def back_up(target: Path, *, at: datetime, prove: bool = True) -> BackupProof:
    """Write a backup, prove it, remember both. Raises BackupRuns."""
    with _alone():
        written = writing.write(place(target, at), at=at)
        verdict = proving.prove(written.path) if prove else proving.Verdict(proven=False, error="it was not tried")
        return _remember(written, verdict)


def _remember(written: Written, verdict: proving.Verdict) -> BackupProof:
    return BackupProof.objects.create(
        path=str(written.path.resolve())[-500:],
        made_at=written.made_at,
        key=written.key,
        rows=written.rows,
        size=written.size,
        seconds=written.seconds,
        proven_at=clock.now() if verdict.proven else None,
        restore_seconds=verdict.seconds,
        error=verdict.error,
    )


@contextmanager
def _alone() -> Iterator[None]:
    with (Path(settings.STATE_DIR) / "backup.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BackupRuns(gettext_lazy("A backup is being made already.")) from None
        yield


def is_time(*, at: datetime) -> bool:
    """Whether tonight's backup is still to be made: its hour has come, none of today is proven, and the last try is not fresh."""
    if not settings.BACKUP_DIR:
        return False
    here = clock.local(at, settings.TIME_ZONE)
    since = wall_moment(here.date(), time(settings.BACKUP_HOUR), settings.TIME_ZONE)
    if at < since:
        since -= timedelta(days=1)
    tries = BackupProof.objects.filter(made_at__gte=since)
    return not tries.filter(proven_at__isnull=False).exists() and not tries.filter(made_at__gt=at - AGAIN).exists()


def start() -> None:
    """Make it in a process of its own: it takes minutes, and a worker has deliveries to send every second."""
    command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "backup", settings.BACKUP_DIR, "--nightly"]
    subprocess.Popen(  # noqa: S603 (our own command)
        command,
        cwd=settings.BASE_DIR,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_give_way,  # noqa: PLW1509
    )


def _give_way() -> None:
    os.nice(NICE)


def newest() -> tuple[BackupProof | None, BackupProof | None]:
    """The last backup that was made, and the last that is proven. Two queries."""
    rows = BackupProof.objects.order_by("-made_at", "-pk")
    return rows.first(), rows.filter(proven_at__isnull=False).first()


def forget_old() -> list[Path]:
    """Remove what lies in BACKUP_DIR beyond the proven ones that are kept, by our own names alone; returns what went."""
    folder = Path(settings.BACKUP_DIR)
    kept = BackupProof.objects.filter(proven_at__isnull=False).order_by("-made_at", "-pk").values_list("path", "made_at")
    kept_rows = list(kept[: settings.BACKUP_KEEP])
    if not kept_rows:
        return []
    names, oldest = {Path(path).name for path, _made in kept_rows}, min(made for _path, made in kept_rows)
    gone = []
    for path in sorted(folder.iterdir()):
        if OURS.fullmatch(path.name) and path.name not in names and path.name < place(folder, oldest).name:
            with suppress(OSError):
                path.unlink()
                gone.append(path)
    return gone


def watch(*, at: datetime) -> None:
    """Open or close the alarm. Where no folder is set there is no promise to keep; the system page says so."""
    if not settings.BACKUP_DIR:
        record.close_alarm(key=ALARM, at=at)
        return
    since = at - timedelta(hours=settings.BACKUP_LIMIT_HOURS)
    proven = BackupProof.objects.filter(proven_at__isnull=False, made_at__gt=since).exists()
    if proven or not User.objects.filter(date_joined__lt=since).exists():  # a new installation has as long as a proof may be old
        record.close_alarm(key=ALARM, at=at)
    else:
        told = {"hours": settings.BACKUP_LIMIT_HOURS}
        record.raise_alarm(key=ALARM, severity="critical", text=UNPROVEN, params=told, at=at, url=reverse("system"))
