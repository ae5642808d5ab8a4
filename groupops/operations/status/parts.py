"""The parts of the machine as the system page shows them: what each is called and how long it may be silent."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.record.models import Heartbeat

# Three of its rounds; None is a part that only reports when it had something to do, whose silence means nothing.
KNOWN: dict[str, tuple[Promise | str, timedelta | None]] = {
    "worker": (_("Worker"), timedelta(minutes=1)),
    "audit-seal": (_("Sealing the audit log"), timedelta(minutes=1)),
    "audit-verify": (_("Verifying the audit log"), timedelta(minutes=30)),
    "deliver": (_("Sending out"), None),
    "recover": (_("Looking after open deliveries"), timedelta(minutes=1)),
    "doctor": (_("Doctor"), timedelta(hours=3)),
    "look_around": (_("Comparing the lists of members"), timedelta(minutes=30)),
    "check_connections": (_("Checking the channels"), timedelta(minutes=4)),
}


@dataclass(frozen=True)
class Part:
    """One part; `lives` is None where silence says nothing."""

    label: Promise | str
    at: datetime
    lives: bool | None


def parts(at: datetime) -> list[Part]:
    """Every part that has ever reported, by name; one that is not known here must report once a minute."""
    return [_part(row, at) for row in Heartbeat.objects.order_by("name")]


def _part(row: Heartbeat, at: datetime) -> Part:
    label, silence = KNOWN.get(row.name, (row.name, timedelta(minutes=1)))
    return Part(label, row.at, None if silence is None else at - row.at < silence)
