"""Bring a chat export in: look at it, then tell it to the door in the background, as far as the door does not know it."""

import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.inbound import playback
from groupops.inbound import services as inbound
from groupops.inbound.readers import Unreadable
from groupops.inbound.recording import BadLine
from groupops.messaging.models import Binding
from groupops.record import services as record
from groupops.shared import disk
from groupops.shared.errors import Conflict
from members.importing import queries
from members.models import RosterImport
from members.rostering import OPEN, ImportSort, ImportState

LARGEST = 64 * 1024 * 1024  # bytes of a chat export in the browser; manage.py replay takes larger ones


class NoRoom(Conflict):
    """Nothing can be heard from a group without a room."""


def stage_chat(*, group: Group, content: bytes, name: str, digest: str, day: str, by: User, at: datetime) -> tuple[RosterImport, bool]:
    """Look at all of an export and keep it; returns the import, and whether it is a new one. Nothing of a bad file is kept.

    `day` (ISO) is for exports that write only times. Raises Forbidden, NoRoom, Unreadable, BadLine, and disk.NoRoom where the disk is
    nearly full.
    """
    access.demand(by, GroupRight.EDIT, group)
    disk.demand_room()
    binding = Binding.objects.select_related("connection", "group").filter(group=group).first()
    if binding is None:
        raise NoRoom(_("This group has no room yet, so nothing can be heard from it. Connect its chat first."), field="file")
    if len(content) > LARGEST:
        raise Unreadable(_("the file is larger than %(n)d MiB: export a shorter time") % {"n": LARGEST // 1024 // 1024})
    with _file(content, name) as path:
        counts = queries.survey(path, binding, at=at, day=day)
    with transaction.atomic():
        Group.objects.select_for_update().get(pk=group.pk)
        if known := RosterImport.objects.filter(group=group, digest=digest, state__in=OPEN).defer("content").first():
            return known, False
        made = RosterImport.objects.create(
            group=group,
            sort=ImportSort.CHAT,
            name=name[:200],
            digest=digest,
            content=zlib.compress(content),
            day=day,
            counts=counts,
            total=counts["lines"],
            by=by,
            at=at,
        )
        record.audit(by=by, verb="import.upload", target=made, at=at, after=counts, group_id=group.pk)
    return made, True


@contextmanager
def _file(content: bytes, name: str) -> Iterator[Path]:
    """The export as a file: readers open one, and its ending may matter."""
    with TemporaryDirectory(prefix="groupops-import-") as folder:
        path = Path(folder) / f"export{Path(name).suffix[:8]}"
        path.write_bytes(content)
        yield path


def play(*, import_id: int, now: Callable[[], datetime], seconds: float) -> bool:
    """Tell the door what it does not know, for at most `seconds`; True when all is told. Whoever goes on begins where this one stopped."""
    row = RosterImport.objects.select_related("group").filter(pk=import_id, sort=ImportSort.CHAT, state=ImportState.APPLYING).first()
    if row is None or row.content is None:
        return True
    binding = Binding.objects.select_related("connection", "group").filter(group=row.group).first()
    if binding is None:
        return _settle(row, ImportState.FAILED, now(), str(NoRoom(_("This group has no room any more."))))
    try:
        with _file(zlib.decompress(bytes(row.content)), row.name) as path:
            return _play(row, path, binding, now, time.monotonic() + seconds)
    except (Unreadable, BadLine, inbound.RoomChanged) as error:
        return _settle(row, ImportState.FAILED, now(), str(error.message))


def _play(row: RosterImport, path: Path, binding: Binding, now: Callable[[], datetime], until: float) -> bool:
    new = row.counts.get("new", 0)
    for played in playback.play(path=path, binding=binding, speed=playback.AT_ONCE, now=now, day=row.day):
        new += played.new
        row.counts = {**row.counts, "new": new}
        RosterImport.objects.filter(pk=row.pk).update(done=min(played.line, row.total), counts=row.counts)
        if time.monotonic() > until:
            return False
    # What a killed worker told stands in no count of ours: the door knows.
    known = queries.survey(path, binding, at=now(), day=row.day)["known"]
    row.counts = {**row.counts, "new": max(new, known - row.counts.get("known", 0))}
    RosterImport.objects.filter(pk=row.pk).update(counts=row.counts)
    return _settle(row, ImportState.APPLIED, now(), "")


def _settle(row: RosterImport, state: ImportState, at: datetime, error: str) -> bool:
    done = {"done": row.total} if state == ImportState.APPLIED else {}
    rows = RosterImport.objects.filter(pk=row.pk, state=ImportState.APPLYING)
    rows.update(state=state, settled_at=at, error=error[:300], content=None, **done)
    return True
