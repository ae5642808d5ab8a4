"""Bring a list in: its lines are kept and compared, and nothing else changes."""

from datetime import datetime

from django.db import transaction

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.record import services as record
from groupops.record.queries import aliases
from groupops.shared import bulk, disk
from members.importing import queries
from members.importing.services.previewing import preview
from members.importing.tables import Table
from members.models import ImportRow, RosterImport
from members.rostering import BY_NAME, OPEN, ImportSort, Verdict


def stage(*, group: Group, table: Table, name: str, digest: str, by: User, at: datetime) -> tuple[RosterImport, bool]:
    """Keep a list for its preview; returns the import, and whether it is a new one: the same text twice is the same import.

    Needs the right to edit the group. Raises Forbidden, and disk.NoRoom where the disk is nearly full.
    """
    access.demand(by, GroupRight.EDIT, group)
    disk.demand_room()
    with transaction.atomic():
        Group.objects.select_for_update().get(pk=group.pk)  # two clicks, one import
        if known := RosterImport.objects.filter(group=group, digest=digest, state__in=OPEN).defer("content").first():
            return known, False
        made = RosterImport.objects.create(
            group=group,
            sort=ImportSort.TABLE,
            name=name[:200],
            digest=digest,
            header=table.header,
            mapping=table.mapping,
            total=len(table.rows),
            by=by,
            at=at,
        )
        rows = [(made.pk, number, cells, Verdict.CONFLICT) for number, cells in _hidden(group, table)]
        bulk.insert(ImportRow, ("roster_import", "number"), ("roster_import", "number", "cells", "verdict"), rows)
        record.audit(by=by, verb="import.upload", target=made, at=at, after={"lines": made.total}, group_id=group.pk)
        preview(roster_import=made, mapping=table.mapping, complete=False, by=by)
    return made, True


def _hidden(group: Group, table: Table) -> list[tuple[int, list[str]]]:
    """The lines; of whoever was erased nothing but the alias, whichever column names them."""
    cells = {cell for _number, row in table.rows for cell in row if cell}
    erased = aliases(queries.realm_of(group), [*cells, *(f"{BY_NAME}{cell}" for cell in cells)])
    named = {remote_id.removeprefix(BY_NAME): alias.removeprefix(BY_NAME) for remote_id, alias in erased.items()}
    if not named:
        return list(table.rows)
    return [(number, [named.get(cell, "") for cell in row] if any(cell in named for cell in row) else row) for number, row in table.rows]
