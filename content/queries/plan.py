"""The plan, asked: a kind's lines, and what a group has of them. Look-up first: a group that was never edited owns nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from content.models import GroupPlan, PlanLine, Schedule
from content.plan import Entry, plan_of
from content.policy import local_day
from content.queries.schedules import Occurrence, next_occurrences
from groupops.groups.models import Group, Kind
from groupops.groups.policy import Lifecycle

SAID = ("title", "kind", "body", "weekdays", "at", "holidays", "catch_up")  # what a line and its followers have in common


def plan_lines(kind: Kind) -> list[PlanLine]:
    """The lines of a kind's plan that are not retired, by time of day; of a kind that is new what it is about to get, unsaved."""
    found = list(kind.plan_lines.order_by("at", "key"))
    return [line for line in found if not line.retired] if found else sorted(_seeded(kind), key=lambda line: (line.at, line.key))


def _seeded(kind: Kind) -> list[PlanLine]:
    return [line_of(entry, kind) for entry in plan_of(kind.slug)]


def line_of(entry: Entry, kind: Kind) -> PlanLine:
    """An entry of the seed as an unsaved line of a kind."""
    said = {name: getattr(entry, name) for name in ("key", "weekdays", "at", "kind", "title", "body", "holidays")}
    return PlanLine(kind_of_group=kind, **said)


def following_groups() -> QuerySet[Group]:
    """The groups that take over the lines of their kind's plan."""
    own = GroupPlan.objects.filter(group=OuterRef("pk"), follows=False)
    return Group.objects.exclude(lifecycle=Lifecycle.ARCHIVED).filter(~Exists(own))


def follows_plan(group: Group) -> bool:
    """Whether a group takes over its kind's lines."""
    return not GroupPlan.objects.filter(group=group, follows=False).exists()


def missing_anchors(groups: QuerySet[Group]) -> list[tuple[PlanLine, int, str]]:
    """Lines that a group of their kind has no schedule for: (line, group id, the group's zone). One query."""
    there = Schedule.objects.filter(group=OuterRef("group_pk"), plan_key=OuterRef("key"))
    found = (
        PlanLine.objects.filter(retired=False, kind_of_group__groups__in=groups)
        .annotate(group_pk=F("kind_of_group__groups__pk"), zone=F("kind_of_group__groups__zone"))
        .filter(~Exists(there))
    )
    return [(line, line.group_pk, line.zone) for line in found.order_by("group_pk", "at", "key")]


def strayed_anchors() -> list[tuple[int, int]]:
    """Schedules whose group has become of another kind that has a line of the same key: (schedule id, that line's id)."""
    there = PlanLine.objects.filter(kind_of_group=OuterRef("group__kind"), key=OuterRef("plan_key"), retired=False)
    stray = Schedule.objects.filter(~Q(line__kind_of_group=F("group__kind")), line__isnull=False).annotate(
        there=Subquery(there.values("pk")[:1])
    )
    return list(stray.filter(there__isnull=False).values_list("pk", "there"))


ON = Q(off_here=False, line__enabled=True, line__retired=False, line__kind_of_group=F("group__kind"))


def drifted() -> QuerySet[Schedule]:
    """Followers that are not equal to their line, or not on or off as it is."""
    differs = Q(enabled=True) & ~ON | Q(enabled=False) & ON
    for name in SAID:
        differs |= ~Q(**{name: F(f"line__{name}")})
    return Schedule.objects.filter(differs, follows=True).exclude(group__lifecycle=Lifecycle.ARCHIVED)


def anchor(line: PlanLine, *, group_id: int, day: date, at: datetime) -> Schedule:
    """The schedule by which a group follows a line, unsaved; it begins on the local day."""
    said = {name: getattr(line, name) for name in SAID}
    return Schedule(group_id=group_id, line=line, follows=True, plan_key=line.key, start=day, enabled=line.enabled, created_at=at, **said)


@dataclass(frozen=True)
class PlanRow:
    """A line of a group's plan, or a schedule of its own, with its next occurrences."""

    schedule: Schedule
    coming: list[Occurrence] = field(default_factory=list)

    @property
    def state(self) -> str:
        """follows, own (edited here), added (never a line of the plan), off (switched off in this group), line_off (off for all)."""
        row = self.schedule
        if row.enabled:
            return "follows" if row.follows else "own" if row.line_id else "added"
        return "line_off" if row.follows and not row.off_here else "off"


def plan_of_group(group: Group, *, at: datetime) -> list[PlanRow]:
    """A group's whole plan by time of day: a line whose schedule the planner has yet to make stands there as it will be."""
    rows = list(Schedule.objects.filter(group=group).select_related("group", "line").order_by("at", "pk"))
    coming = next_occurrences(rows, at=at)
    found = [PlanRow(row, coming[row.pk]) for row in rows]
    if follows_plan(group):
        there = {row.plan_key for row in rows}
        found += [_to_be(line, group, at) for line in plan_lines(group.kind) if line.key not in there]
    return sorted(found, key=lambda row: (row.schedule.at, row.schedule.pk or 0))


def _to_be(line: PlanLine, group: Group, at: datetime) -> PlanRow:
    made = anchor(line, group_id=group.pk, day=local_day(at, group.zone), at=at)
    made.group = group
    return PlanRow(made, [Occurrence(day, due) for day, due in made.rule.upcoming(at)] if made.enabled else [])


@dataclass(frozen=True)
class Reach:
    """How many groups a change of a line reaches: those that follow, those that have switched it off, those that have their own."""

    following: int = 0
    off: int = 0
    own: int = 0


def reach_of(lines: Sequence[PlanLine]) -> dict[int, Reach]:
    """The reach of each line by its id, in one query. Groups that a minute-old line has yet to come to are not counted."""
    counts: Any = (
        Schedule.objects.filter(line__in=[line.pk for line in lines if line.pk])
        .exclude(group__lifecycle=Lifecycle.ARCHIVED)
        .filter(group__kind=F("line__kind_of_group"))
        .values("line")
        .annotate(
            following=Count("pk", filter=Q(follows=True, off_here=False)),
            off=Count("pk", filter=Q(follows=True, off_here=True)),
            own=Count("pk", filter=Q(follows=False)),
        )
    )
    found = {row["line"]: Reach(row["following"], row["off"], row["own"]) for row in counts}
    return {line.pk: found.get(line.pk, Reach()) for line in lines if line.pk}


def of_line(line: PlanLine) -> QuerySet[Schedule]:
    """What the groups of the line's kind have of it, archived groups apart."""
    found = Schedule.objects.filter(line=line, group__kind=line.kind_of_group_id).exclude(group__lifecycle=Lifecycle.ARCHIVED)
    return found.select_related("group", "line")
