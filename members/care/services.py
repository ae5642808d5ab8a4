"""Every write of the care tasks: proposed once, settled by a person, reopened."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.record import services as record
from groupops.shared import bulk
from members.caring import CareState, Wanted
from members.models import CareTask, Membership

KEY = ("membership", "sort", "occasion")  # a task is made once
GIVEN = ("membership", "group", "sort", "occasion", "note", "due_at")
VERBS = {CareState.DONE: "care.done", CareState.DROPPED: "care.drop", CareState.OPEN: "care.reopen"}


def propose(*, wanted: Iterable[Wanted], by: User | None, at: datetime) -> int:
    """Make the tasks that are not there yet; returns how many were asked for. One that was settled stays settled."""
    asked = list(wanted)
    groups = dict(Membership.objects.filter(pk__in={one.membership_id for one in asked}).values_list("pk", "group_id"))
    rows = [
        (one.membership_id, groups[one.membership_id], one.sort, one.occasion, one.note, one.due_at)
        for one in asked
        if one.membership_id in groups
    ]
    bulk.insert(CareTask, KEY, GIVEN, rows, created_at=at, created_by=by and by.pk)
    return len(rows)


def settle(*, pks: Collection[int], to: CareState, by: User, at: datetime) -> list[CareTask]:
    """Done, not needed, or open again, by somebody who may care for the group; returns those that changed."""
    groups = access.groups_with(by, GroupRight.CARE, sandboxes=True)
    with transaction.atomic():
        found = CareTask.objects.select_for_update(of=("self",)).select_related("membership__person", "membership__group")
        rows = list(found.filter(pk__in=pks, group__in=groups).exclude(state=to).order_by("pk"))
        settled: dict[str, Any] = {"settled_at": None, "settled_by": None} if to == CareState.OPEN else {"settled_at": at, "settled_by": by}
        CareTask.objects.filter(pk__in=[row.pk for row in rows]).update(state=to, **settled)
        for row in rows:
            was, row.state = row.state, to
            row.settled_at, row.settled_by = settled["settled_at"], settled["settled_by"]
            record.audit(
                by=by,
                verb=VERBS[to],
                target=row,
                at=at,
                group_id=row.group_id,
                before={"state": was},
                after={"state": to, "sort": row.sort},
            )
    return rows
