"""Schedules: make, change, switch on and off, leave a day out."""

from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from content import placeholders
from content.models import BODY_LENGTH, PlanLine, Post, Schedule, Slot, Timing
from content.policy import LOOK_AHEAD, REACH, CatchUp, Holidays, PostKind, Rule, SlotState, Why, local_day
from content.services import planning
from groupops.accounts.models import User
from groupops.groups.models import Group
from groupops.groups.policy import Lifecycle
from groupops.record import services as record
from groupops.shared.errors import Conflict, Invalid

SAID = ["title", "kind", "body", "weekdays", "at", "holidays", "catch_up"]  # what a line of a plan says too
EDITABLE = [*SAID, "start", "end"]
TITLE_LENGTH = Schedule._meta.get_field("title").max_length


class Stale(Conflict):
    """Somebody else saved the schedule meanwhile."""


class NeverFalls(Invalid):
    """The rule has no day at all."""


class Archived(Conflict):
    """The group is archived."""


class LineOff(Conflict):
    """The plan of the kind has switched this line off, or taken it out."""


class SlotOver(Conflict):
    """The day's slot has left, or its time has passed."""


def create_schedule(
    *,
    group: Group,
    title: str,
    kind: PostKind,
    body: str,
    weekdays: int,
    at_time: time,
    start: date,
    end: date | None,
    catch_up: CatchUp,
    by: User | None,
    at: datetime,
    holidays: Holidays = Holidays.USUAL,
) -> Schedule:
    """A new schedule with its first slots; `weekdays` is a mask, bit 0 Monday.

    Raises Unfilled (a placeholder nothing fills), NeverFalls, Archived, Invalid.
    """
    schedule = Schedule(
        group=group, title=title.strip(), kind=kind, body=body.strip(), weekdays=weekdays, at=at_time, start=start, end=end,
        catch_up=catch_up, holidays=holidays, created_at=at, created_by=by,
    )  # fmt: skip
    refuse(schedule, at)
    with transaction.atomic():
        schedule.save()
        planning.begin([schedule], at)
        after = {name: getattr(schedule, name) for name in EDITABLE}
        record.audit(by=by, verb="schedule.create", target=schedule, at=at, after=after, group_id=group.pk)
    return schedule


def update_schedule(*, schedule: Schedule, version: int, by: User | None, at: datetime, **values: Any) -> Schedule:
    """Change fields of EDITABLE (`at_time` for the time). Its open slots move along; no day gets a second one.

    One that followed a line of its kind's plan goes on as the group's own from its first edit (ADR 0008).
    Raises Stale when `version` is not the stored one, and what create_schedule raises.
    """
    values = {"at" if name == "at_time" else name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    with transaction.atomic():
        stored = _lock(schedule)
        if stored.version != version:
            raise Stale(_("Somebody else changed this schedule meanwhile. Look at it again, then repeat your change."))
        before = {name: getattr(stored, name) for name in EDITABLE}
        planning.settle_backlog([stored], at)
        for name, value in values.items():
            setattr(stored, name, value)
        refuse(stored, at)
        after = {name: getattr(stored, name) for name in EDITABLE}
        changed = [name for name in EDITABLE if before[name] != after[name]]
        if not changed:
            return stored
        copied = stored.follows and not set(changed).isdisjoint(SAID)
        stored.follows = stored.follows and not copied
        _save(stored, *changed, "follows")
        planning.realign([stored], at)
        record.audit(
            by=by, verb="schedule.update", target=stored, at=at, group_id=stored.group_id,
            before={name: before[name] for name in changed} | ({"follows": True} if copied else {}),
            after={name: after[name] for name in changed} | ({"follows": False} if copied else {}),
        )  # fmt: skip
    return stored


def enable(*, schedule: Schedule, by: User | None, at: datetime) -> Schedule:
    """Switch on; the next slot is the next moment of the rule. Twice changes nothing. Raises Archived, LineOff."""
    with transaction.atomic():
        switch(_lock(schedule), on=True, by=by, at=at)
    return _read(schedule)


def disable(*, schedule: Schedule, by: User | None, at: datetime) -> Schedule:
    """Switch off: coming slots go away, what was said stays. This is also how a schedule is deleted. Twice changes nothing."""
    with transaction.atomic():
        switch(_lock(schedule), on=False, by=by, at=at)
    return _read(schedule)


def switch(stored: Schedule, *, on: bool, by: User | None, at: datetime) -> bool:
    """Switch a locked schedule; whether anything changed. A line that it follows may be off for all: then only the group's wish is kept."""
    if stored.enabled == on and stored.off_here != on:
        return False
    if on:
        _refuse_archived(stored.group)
        _refuse_line_off(stored)
    else:
        planning.settle_backlog([stored], at)
    stored.enabled, stored.off_here = on, not on
    _save(stored, "enabled", "off_here")
    (planning.realign if on else planning.stop)([stored], at)
    verb = "schedule.enable" if on else "schedule.disable"
    record.audit(by=by, verb=verb, target=stored, at=at, group_id=stored.group_id)
    return True


def skip_day(*, schedule: Schedule, day: date, by: User | None, at: datetime) -> Schedule:
    """Leave one local day out. Twice changes nothing. Raises NeverFalls (no slot on that day), SlotOver."""
    with transaction.atomic():
        stored = _lock(schedule)
        rule = stored.rule
        if day in rule.skip:
            return stored
        _refuse_day(rule, day, at)
        slot = Slot.objects.select_for_update().filter(schedule=stored, day=day).first()
        if slot is not None and slot.state not in {SlotState.PLANNED, SlotState.SKIPPED}:
            raise SlotOver(_("This day's post has already left or was missed; there is nothing to leave out."))
        stored.skip = sorted([*stored.skip, day.isoformat()])
        _save(stored, "skip")
        Slot.objects.filter(schedule=stored, day=day).update(state=SlotState.SKIPPED, why=Why.PERSON)
        record.audit(by=by, verb="schedule.skip_day", target=stored, at=at, after={"day": day}, group_id=stored.group_id)
    return stored


def unskip_day(*, schedule: Schedule, day: date, by: User | None, at: datetime) -> Schedule:
    """Take skip_day back while the moment lies ahead. Twice changes nothing. Raises SlotOver."""
    with transaction.atomic():
        stored = _lock(schedule)
        if day not in stored.rule.skip:
            return stored
        moment = stored.rule.moment(day)
        if moment <= at:
            raise SlotOver(_("The time of this day has passed; it can no longer be taken back in."))
        stored.skip = [kept for kept in stored.skip if kept != day.isoformat()]
        _save(stored, "skip")
        left_out = Slot.objects.filter(schedule=stored, day=day, state=SlotState.SKIPPED)
        left_out.update(state=SlotState.PLANNED, why=Why.NONE, due_at=moment, placed=False)
        Post.objects.filter(slot__schedule=stored, slot__day=day, released_at=None).update(due_at=moment)  # written for this day
        record.audit(by=by, verb="schedule.unskip_day", target=stored, at=at, after={"day": day}, group_id=stored.group_id)
    return stored


def _refuse_line_off(schedule: Schedule) -> None:
    line = PlanLine.objects.filter(schedules=schedule).first() if schedule.follows else None
    if line and not (line.enabled and not line.retired and line.kind_of_group_id == schedule.group.kind_id):
        raise LineOff(_("The plan of this kind has this line no longer, or switched it off. Edit it here to make it the group's own."))


def _lock(schedule: Schedule) -> Schedule:
    return planning.locked(Schedule.objects.filter(pk=schedule.pk))[0]


def _read(schedule: Schedule) -> Schedule:
    return Schedule.objects.select_related("group").get(pk=schedule.pk)


def _save(schedule: Schedule, *fields: str) -> None:
    schedule.version += 1
    schedule.save(update_fields=[*fields, "version"])


def _refuse_day(rule: Rule, day: date, at: datetime) -> None:
    if not rule.falls_on(day):
        raise NeverFalls(_("This schedule has no post on that day."), field="day")
    if day - local_day(at, rule.zone) > REACH:
        raise Invalid(_("A day so far away is a typing error."), field="day")
    if day < local_day(at, rule.zone) or rule.moment(day) <= at:
        raise SlotOver(_("The time of this day has passed; there is nothing to leave out."))


def _refuse_archived(group: Group) -> None:
    if group.lifecycle == Lifecycle.ARCHIVED:
        raise Archived(_("This group is archived; nothing is planned for it."))


def refuse(schedule: Schedule, at: datetime) -> None:
    """Refuse what could not be planned or sent. Shared with the preview of the form."""
    _refuse_archived(schedule.group)
    refuse_said(schedule)
    _refuse_days(schedule, at)


def refuse_said(said: Timing) -> None:
    """Refuse what a schedule or a line of a plan cannot say. Raises Invalid, Unfilled."""
    if not said.title or len(said.title) > (TITLE_LENGTH or 0):
        raise Invalid(_("Give it a title of at most 80 characters."), field="title")
    if said.kind not in PostKind.values:
        raise Invalid(_("There is no such kind of post."), field="kind")
    if said.catch_up not in CatchUp.values:
        raise Invalid(_("There is no such way of dealing with lateness."), field="catch_up")
    if said.holidays not in Holidays.values:
        raise Invalid(_("There is no such way of dealing with holidays."), field="holidays")
    if not 1 <= said.weekdays <= 127:
        raise Invalid(_("Choose at least one weekday."), field="weekdays")
    refuse_text(said.body, festival=said.holidays == Holidays.FESTIVAL)


def refuse_text(body: str, *, festival: bool = False) -> None:
    """Refuse a text that cannot be sent; `festival`: it is only sent on festivals. Raises Invalid, Unfilled."""
    if not body.strip():
        raise Invalid(_("Write what is to be said."), field="body")
    if len(body) > BODY_LENGTH:
        raise Invalid(_("The text is longer than %(most)s characters.") % {"most": BODY_LENGTH}, field="body")
    placeholders.check(body, festival=festival)


def _refuse_days(schedule: Schedule, at: datetime) -> None:
    today = local_day(at, schedule.group.zone)
    for name in ("start", "end"):
        day = getattr(schedule, name)
        if day and day - today > REACH:
            raise Invalid(_("A day so far away is a typing error."), field=name)
    if schedule.end and schedule.end < schedule.start:
        raise Invalid(_("The last day lies before the first."), field="end")
    until = schedule.start + LOOK_AHEAD
    if not any(schedule.rule.without_skips().days(schedule.start, min(schedule.end or until, until))):
        raise NeverFalls(_("No day from the first to the last is one of the chosen weekdays."), field="weekdays")
