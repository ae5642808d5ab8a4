"""What a person does to a plan: lines of a kind, a group that takes it over, a schedule that follows again, a line off in many groups."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from content import queries
from content.models import PlanLine, Schedule
from content.queries.plan import SAID
from content.services import following, planning
from content.services.schedules import Archived, LineOff, Stale, refuse_said, switch
from groupops.accounts.models import User
from groupops.groups.models import Group, Kind
from groupops.groups.policy import Lifecycle
from groupops.record import services as record

LINE_EDITABLE = (*SAID, "enabled")


def adopt_plan(*, group: Group, by: User | None, at: datetime) -> list[Schedule]:
    """Let a group take over its kind's plan; returns what was added. Raises Archived."""
    with transaction.atomic():
        locked = Group.objects.select_for_update(no_key=True).get(pk=group.pk)  # two at once: the second finds the first's
        if locked.lifecycle == Lifecycle.ARCHIVED:
            raise Archived(_("This group is archived; nothing is planned for it."))
        followed = queries.follows_plan(locked)
        made = following.adopt(locked, at=at)
        if made or not followed:
            after = {"follows": True, "added": [row.title for row in made]}
            record.audit(by=by, verb="plan.adopt", target=locked, at=at, after=after, group_id=group.pk)
    return list(made)


def create_line(*, of: Kind, by: User | None, at: datetime, **values: Any) -> PlanLine:
    """A new line of the plan `of` a kind; its groups get it at once. `values`: title, kind, body, weekdays, at_time, holidays, catch_up.

    Raises Invalid, Unfilled.
    """
    with transaction.atomic():
        Kind.objects.select_for_update(no_key=True).get(pk=of.pk)
        if not of.plan_lines.exists():
            following.seed(of, at=at)
        line = PlanLine(kind_of_group=of, created_at=at, created_by=by, **_cleaned(values))
        line.key = _free_key(line)
        refuse_said(line)
        line.save()
        following.anchor_lines(queries.following_groups().filter(kind=of), at=at)
        planning.begin(planning.locked(Schedule.objects.filter(line=line)), at)
        record.audit(by=by, verb="plan_line.create", target=line, at=at, after={name: getattr(line, name) for name in LINE_EDITABLE})
    return line


def _free_key(line: PlanLine) -> str:
    """A name for ever: where it stands in the day, and a number where another line has it."""
    stem = slugify(f"line-{line.at:%H%M}")
    taken = set(PlanLine.objects.filter(kind_of_group=line.kind_of_group, key__startswith=stem).values_list("key", flat=True))
    return next(key for key in [stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))] if key not in taken)


def update_line(*, line: PlanLine, version: int, by: User | None, at: datetime, **values: Any) -> PlanLine:
    """Change a line; the schedules that follow it change with it, in this transaction, and their open slots move along.

    `values` as for create_line, and `enabled`. Raises Stale, Invalid, Unfilled.
    """
    with transaction.atomic():
        stored = PlanLine.objects.select_for_update(no_key=True).get(pk=line.pk)
        if stored.version != version:
            raise Stale(_("Somebody else changed this line meanwhile. Look at it again, then repeat your change."))
        before = {name: getattr(stored, name) for name in LINE_EDITABLE}
        for name, value in _cleaned(values).items():
            setattr(stored, name, value)
        refuse_said(stored)
        changed = [name for name in LINE_EDITABLE if before[name] != getattr(stored, name)]
        if changed:
            _save(stored, *changed)
            moved = following.align(Schedule.objects.filter(line=stored, follows=True), at=at)
            _audit(stored, "plan_line.update", before, changed, len(moved), by=by, at=at)
    return stored


def _audit(line: PlanLine, verb: str, before: dict[str, Any], changed: list[str], groups: int, *, by: User | None, at: datetime) -> None:
    after = {name: getattr(line, name) for name in changed} | {"groups": groups}
    record.audit(by=by, verb=verb, target=line, at=at, before={name: before[name] for name in changed}, after=after)


def retire_line(*, line: PlanLine, by: User | None, at: datetime) -> PlanLine:
    """Take a line out of the plan: the groups that follow it say it no more; those that have their own keep it. Twice changes nothing."""
    return _set_retired(line, retired=True, by=by, at=at)


def restore_line(*, line: PlanLine, by: User | None, at: datetime) -> PlanLine:
    """Take a retired line back into the plan. Twice changes nothing."""
    return _set_retired(line, retired=False, by=by, at=at)


def _set_retired(line: PlanLine, *, retired: bool, by: User | None, at: datetime) -> PlanLine:
    with transaction.atomic():
        stored = PlanLine.objects.select_for_update(no_key=True).select_related("kind_of_group").get(pk=line.pk)
        if stored.retired == retired:
            return stored
        stored.retired = retired
        _save(stored, "retired")
        moved = following.align(Schedule.objects.filter(line=stored, follows=True), at=at)
        verb = "plan_line.retire" if retired else "plan_line.restore"
        _audit(stored, verb, {"retired": not retired}, ["retired"], len(moved), by=by, at=at)
    return stored


def follow_again(*, schedule: Schedule, by: User | None, at: datetime) -> Schedule:
    """Give up a group's own version of a line: it says again what its kind's plan says. Twice changes nothing. Raises LineOff, Archived."""
    with transaction.atomic():
        stored = planning.locked(Schedule.objects.filter(pk=schedule.pk))[0]
        if stored.follows:
            return stored
        if stored.group.lifecycle == Lifecycle.ARCHIVED:
            raise Archived(_("This group is archived; nothing is planned for it."))
        line = PlanLine.objects.filter(schedules=stored, kind_of_group=stored.group.kind_id, retired=False).first()
        if line is None:
            raise LineOff(_("The plan of this group's kind has no such line."))
        before = {name: getattr(stored, name) for name in SAID if getattr(stored, name) != getattr(line, name)}
        Schedule.objects.filter(pk=stored.pk).update(follows=True, off_here=not stored.enabled)
        followed = following.align(Schedule.objects.filter(pk=stored.pk), at=at)[0]
        record.audit(
            by=by, verb="schedule.follow", target=followed, at=at, group_id=followed.group_id,
            before=before | {"follows": False}, after={name: getattr(followed, name) for name in before} | {"follows": True},
        )  # fmt: skip
    return followed


def switch_many(*, schedules: Iterable[Schedule], on: bool, by: User | None, at: datetime) -> list[Schedule]:
    """Switch schedules of many groups on or off; returns those that changed. Archived groups and lines off for all stay as they are."""
    done = []
    with transaction.atomic():
        for row in planning.locked(Schedule.objects.filter(pk__in=[row.pk for row in schedules])):
            try:
                changed = switch(row, on=on, by=by, at=at)
            except (Archived, LineOff):
                continue
            if changed:
                done.append(row)
    return done


def _cleaned(values: dict[str, Any]) -> dict[str, Any]:
    return {"at" if name == "at_time" else name: value.strip() if isinstance(value, str) else value for name, value in values.items()}


def _save(line: PlanLine, *fields: str) -> None:
    line.version += 1
    line.save(update_fields=[*fields, "version"])
