"""Everything the status page says, in a constant number of queries."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.operations.backup.keeping import newest
from groupops.operations.doctor.services import BEAT as DOCTOR
from groupops.operations.models import BackupProof
from groupops.operations.status import machine
from groupops.operations.status.backlog import backlog, oldest_due
from groupops.operations.status.channels import Channel, channels
from groupops.operations.status.machine import Broker, Database
from groupops.operations.status.parts import Part, parts
from groupops.record import queries as record
from groupops.record.models import Alarm, Heartbeat
from groupops.shared import disk, invariants
from groupops.shared.disk import Disk
from groupops.shared.errors import Forbidden


@dataclass(frozen=True)
class Examined:
    """When the doctor looked last, and what did not hold: {key: rows}."""

    at: datetime
    looked_at: int
    broken: dict[str, int]

    @property
    def sentences(self) -> list[tuple[str, int]]:
        """What does not hold, as a msgid, and how many rows break it."""
        says = {one.key: one.says for one in invariants.registered()}
        return [(says.get(key, key), rows) for key, rows in self.broken.items()]


@dataclass(frozen=True)
class Status:
    """What lives, what waits, what is wrong. Backups: the last that was made, the last that is proven."""

    at: datetime
    database: Database
    broker: Broker
    disk: Disk
    parts: list[Part]
    backlog: dict[str, int]
    oldest_due: datetime | None
    channels: list[Channel]
    alarms: list[Alarm]
    unsealed_since: datetime | None
    last_backup: BackupProof | None
    last_proven: BackupProof | None
    doctor: Examined | None

    @property
    def backup_wanted(self) -> bool:
        """Whether a nightly one is set up."""
        return bool(settings.BACKUP_DIR)

    @property
    def is_proof_old(self) -> bool:
        """Whether the last proof is older than allowed, or there is none."""
        limit = timedelta(hours=settings.BACKUP_LIMIT_HOURS)
        return self.last_proven is None or self.at - self.last_proven.made_at > limit


def status_for(user: User, at: datetime) -> Status:
    """The status, for those who may see it. Raises Forbidden."""
    if not user.has_right(Right.SEE_SYSTEM):
        raise Forbidden(_("Your role does not include the system status."))
    return status(at)


def status(at: datetime) -> Status:
    """As it is at this moment."""
    last_backup, last_proven = newest()
    return Status(
        at=at,
        database=machine.database(),
        broker=machine.broker(),
        disk=disk.disk(),
        parts=parts(at),
        backlog=backlog(),
        oldest_due=oldest_due(at),
        channels=channels(at),
        alarms=list(record.open_alarms()),
        unsealed_since=record.unsealed_since(),
        last_backup=last_backup,
        last_proven=last_proven,
        doctor=_examined(),
    )


def _examined() -> Examined | None:
    beat = Heartbeat.objects.filter(name=DOCTOR).first()
    if beat is None:
        return None
    detail: dict[str, Any] = beat.detail
    return Examined(beat.at, detail.get("looked_at", 0), detail.get("broken", {}))
