"""Duties done: a row per group and local day, so that each is done once, whoever clicks."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from content.models import DutyDone
from content.queries.duties import Task
from groupops.accounts.models import User
from groupops.record import services as record


def settle_duties(*, tasks: Sequence[Task], done: bool = True, by: User, at: datetime) -> int:
    """Note that duties were done, or left undone on purpose; returns how many nobody had settled before. Twice changes nothing."""
    rows = [DutyDone(group=task.group, day=task.day, key=task.key, done=done, at=at, by=by) for task in tasks]
    with transaction.atomic():
        there = _settled(tasks)
        fresh = [row for row in rows if (row.group_id, row.day, row.key) not in there]
        DutyDone.objects.bulk_create(fresh, ignore_conflicts=True)
        for row in fresh:
            after = {"duty": row.key, "day": row.day, "done": done}
            record.audit(by=by, verb="duty.settle", target=row.group, at=at, after=after, group_id=row.group_id)
    return len(fresh)


def reopen_duties(*, tasks: Sequence[Task], by: User, at: datetime) -> int:
    """Take settle_duties back; returns how many are open again. Twice changes nothing."""
    with transaction.atomic():
        there = _settled(tasks)
        back = [task for task in tasks if (task.group.pk, task.day, task.key) in there]
        DutyDone.objects.filter(pk__in=there.values()).delete()
        for task in back:
            before = {"duty": task.key, "day": task.day}
            record.audit(by=by, verb="duty.reopen", target=task.group, at=at, before=before, group_id=task.group.pk)
    return len(back)


def _settled(tasks: Sequence[Task]) -> dict[tuple[int, object, str], int]:
    rows = DutyDone.objects.filter(
        group__in={task.group.pk for task in tasks}, day__in={task.day for task in tasks}, key__in={task.key for task in tasks}
    )
    wanted = {(task.group.pk, task.day, task.key) for task in tasks}
    found = {(row.group_id, row.day, row.key): row.pk for row in rows.select_for_update().order_by("pk")}
    return {key: pk for key, pk in found.items() if key in wanted}
