"""Groups follow their kind's plan: each has a schedule per line, kept equal to it until somebody edits it there (ADR 0008)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from content import queries
from content.models import Duty, GroupPlan, PlanLine, Schedule, Theme
from content.plan import duties_of, plan_of, themes_of
from content.policy import local_day
from content.queries.plan import SAID, anchor, drifted, following_groups, line_of, missing_anchors, strayed_anchors
from content.services import planning
from groupops.groups.models import Group, Kind
from groupops.shared import bulk

CHUNK = 200  # schedules a transaction
WRITTEN = (*SAID, "enabled", "version")


def follow(*, at: datetime) -> int:
    """Bring every group to its kind's plan; returns how many schedules changed. Four questions when nothing has; any number at once.

    A new kind gets the plan it begins with, a group its missing lines, a follower what its line says now. A group that became of another
    kind goes on with the lines that both kinds have, row by row, so that it says no second good morning; the others are switched off.
    """
    for kind in Kind.objects.filter(plan_lines=None):
        seed(kind, at=at)
    bulk.update(Schedule, ["line"], strayed_anchors())
    made = anchor_lines(following_groups(), at=at)
    pks = list(drifted().order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(pks), CHUNK):
        align(Schedule.objects.filter(pk__in=pks[start : start + CHUNK]), at=at)
    return made + len(pks)


def seed(kind: Kind, *, at: datetime) -> None:
    """Give a kind what it begins with: lines, themes and duties. What is there already stays."""
    lines = [line_of(entry, kind) for entry in plan_of(kind.slug)]
    for line in lines:
        line.created_at = at
    themes = [
        Theme(kind=kind, key=entry.key, weekdays=entry.weekdays, title=entry.title, activities=list(entry.activities))
        for entry in themes_of(kind.slug)
    ]
    duties = [Duty(kind=kind, key=entry.key, text=entry.text, start=entry.start, end=entry.end) for entry in duties_of(kind.slug)]
    with transaction.atomic():
        Theme.objects.bulk_create(themes, ignore_conflicts=True)
        Duty.objects.bulk_create(duties, ignore_conflicts=True)
        PlanLine.objects.bulk_create(lines, ignore_conflicts=True)


def anchor_lines(groups: QuerySet[Group], *, at: datetime) -> int:
    """Make the schedules by which groups follow lines they have none for; returns how many. The planner gives them their slots."""
    made = [anchor(line, group_id=group, day=local_day(at, zone), at=at) for line, group, zone in missing_anchors(groups)]
    Schedule.objects.bulk_create(made, ignore_conflicts=True, batch_size=1000)
    return len(made)


def align(found: QuerySet[Schedule], *, at: datetime) -> list[Schedule]:
    """Make followers equal to their lines, on or off as they are, and move their open slots along, all in one transaction.

    Each slot keeps its row. What was due under the old rule is made first, so that it shows.
    """
    with transaction.atomic():
        rows = [row for row in planning.locked(found) if row.follows]
        lines = PlanLine.objects.in_bulk({row.line_id for row in rows})
        planning.settle_backlog([row for row in rows if row.enabled], at)
        for row in rows:
            _copy(row, lines[row.line_id or 0])
        bulk.update(Schedule, WRITTEN, [(row.pk, *(getattr(row, name) for name in WRITTEN)) for row in rows])
        planning.realign([row for row in rows if row.enabled], at)
        planning.stop([row for row in rows if not row.enabled], at)
    return rows


def _copy(row: Schedule, line: PlanLine) -> None:
    for name in SAID:
        setattr(row, name, getattr(line, name))
    same_kind = line.kind_of_group_id == row.group.kind_id
    row.enabled = same_kind and line.enabled and not line.retired and not row.off_here
    row.version += 1


def adopt(group: Group, *, at: datetime) -> Sequence[Schedule]:
    """Let a group take over its kind's plan from now on; returns the schedules that are new.

    A schedule that came from the same line before is attached to it: it follows when nobody has touched it, else it stays the group's own.
    """
    if not group.kind.plan_lines.exists():
        seed(group.kind, at=at)
    GroupPlan.objects.update_or_create(group=group, defaults={"follows": True})
    before = set(Schedule.objects.filter(group=group).values_list("pk", flat=True))
    _attach(group, at)
    anchor_lines(following_groups().filter(pk=group.pk), at=at)
    made = planning.locked(Schedule.objects.filter(group=group).exclude(pk__in=before))
    planning.begin(made, at)
    return sorted(made, key=lambda row: (row.at, row.pk))


def _attach(group: Group, at: datetime) -> None:
    lines = {line.key: line for line in queries.plan_lines(group.kind)}
    loose = planning.locked(Schedule.objects.filter(group=group, line=None, plan_key__in=lines))
    for row in loose:
        row.line, row.off_here = lines[row.plan_key], not row.enabled
        row.follows = row.version == 1
    bulk.update(Schedule, ["line", "off_here", "follows"], [(row.pk, row.line_id, row.off_here, row.follows) for row in loose])
    align(Schedule.objects.filter(pk__in=[row.pk for row in loose]), at=at)
