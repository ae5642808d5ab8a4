"""Say that an import is to be taken over, or is not wanted."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.record import services as record
from groupops.shared import doorbell
from groupops.shared.errors import Conflict
from members.models import RosterImport
from members.rostering import ImportState

TASK = "members.tasks.carry_imports"


class NotOpen(Conflict):
    """The import is no longer to be looked at: it was taken over, or put away."""


def opened(roster_import: RosterImport) -> RosterImport:
    """The import, locked, if it is still to be looked at. Raises NotOpen. Call inside a transaction."""
    row = RosterImport.objects.select_for_update().defer("content").get(pk=roster_import.pk)
    if row.state != ImportState.PREVIEWED:
        raise NotOpen(_("This import is settled. Bring the file in again to look at it anew."))
    return row


def start(*, roster_import: RosterImport, by: User, at: datetime) -> None:
    """Have a worker take it over; the page may be left. Raises Forbidden, NotOpen."""
    _to(roster_import, ImportState.APPLYING, verb="import.apply", by=by, at=at)


def drop(*, roster_import: RosterImport, by: User, at: datetime) -> None:
    """Put it away; the file may be brought in again. Raises Forbidden, NotOpen."""
    _to(roster_import, ImportState.DROPPED, verb="import.drop", by=by, at=at)


def _to(roster_import: RosterImport, state: ImportState, *, verb: str, by: User, at: datetime) -> None:
    access.demand(by, GroupRight.EDIT, roster_import.group)
    with transaction.atomic():
        row = opened(roster_import)
        row.state = state
        if state == ImportState.DROPPED:
            row.settled_at, row.content = at, None
            row.rows.all().delete()
        row.save(update_fields=["state", "settled_at", *(["content"] if state == ImportState.DROPPED else [])])
        record.audit(by=by, verb=verb, target=row, at=at, after={"counts": row.counts}, group_id=row.group_id)
        if state == ImportState.APPLYING:
            transaction.on_commit(lambda: doorbell.ring(TASK, row.pk), robust=True)
    roster_import.state = state
