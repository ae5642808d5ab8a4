"""How full the disk is on which this installation keeps what it keeps, and what has to stop before it is full."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from groupops.shared.errors import Refused

WARN_AT = 80  # percent: staff are told
STOP_AT = 90  # imports wait: the rows that people and platforms bring go first


class NoRoom(Refused):
    """The disk is too full for anything large."""

    code = "no_room"


@dataclass(frozen=True)
class Disk:
    """A disk, in bytes."""

    path: Path
    size: int
    free: int

    @property
    def percent(self) -> int:
        """How full it is."""
        return round(100 * (1 - self.free / self.size)) if self.size else 0

    @property
    def is_full(self) -> bool:
        """Whether imports have to wait."""
        return self.percent >= STOP_AT


def disk() -> Disk:
    """The disk of the state folder; with SQLite also that of the database. PostgreSQL's is its server's own matter."""
    path = Path(settings.STATE_DIR)
    while not path.exists():
        path = path.parent
    found = shutil.disk_usage(path)
    return Disk(path, found.total, found.free)


def demand_room() -> None:
    """Raise NoRoom from the watermark on."""
    now = disk()
    if now.is_full:
        told = {"percent": now.percent, "limit": STOP_AT}
        raise NoRoom(_("The disk is %(percent)d%% full: imports wait until it is below %(limit)d%%. Ask whoever runs the server.") % told)
