"""Schedules: make, change, switch on and off, leave a day out."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from content import placeholders
from content.models import BODY_LENGTH, Schedule, Slot
from content.policy import REACH, CatchUp, PostKind, Rule, SlotState, Why, local_day
from content.services import planning
from groupops.accounts.models import User
from groupops.groups.models import Group
from groupops.groups.policy import Lifecycle
from groupops.record import services as record
from groupops.shared.errors import Conflict, Invalid

EDITABLE = ["title", "kind", "body", "weekdays", "at", "start", "end", "catch_up"]
TITLE_LENGTH = Schedule._meta.get_field("title").max_length


class Stale(Conflict):
    """Somebody else saved the schedule meanwhile."""


class NeverFalls(Invalid):
    """The rule has no day at all."""


class Archived(Conflict):
    """The group is archived."""


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
    plan_key: str = "",
) -> Schedule:
    """A new schedule with its first slots; `weekdays` is a mask, bit 0 Monday.

    Raises Unfilled (a placeholder nothing fills), NeverFalls, Archived, Invalid.
    """
    schedule = Schedule(
        group=group, title=title.strip(), kind=kind, body=body.strip(), weekdays=weekdays, at=at_time, start=start, end=end,
        catch_up=catch_up, created_at=at, created_by=by, plan_key=plan_key,
    )  # fmt: skip
    refuse(schedule, at)
    with transaction.atomic():
        schedule.save()
        planning.begin(schedule, at)
        after = {name: getattr(schedule, name) for name in EDITABLE}
        record.audit(by=by, verb="schedule.create", target=schedule, at=at, after=after, group_id=group.pk)
    return schedule


def update_schedule(*, schedule: Schedule, version: int, by: User | None, at: datetime, **values: Any) -> Schedule:
    """Change fields of EDITABLE (`at_time` for the time). Its open slots move along; no day gets a second one.

    Raises Stale when `version` is not the stored one, and what create_schedule raises.
    """
    values = {"at" if name == "at_time" else name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    with transaction.atomic():
        stored = _lock(schedule)
        if stored.version != version:
            raise Stale(_("Somebody else changed this schedule meanwhile. Look at it again, then repeat your change."))
        before = {name: getattr(stored, name) for name in EDITABLE}
        planning.settle_backlog(stored, at)
        for name, value in values.items():
            setattr(stored, name, value)
        refuse(stored, at)
        after = {name: getattr(stored, name) for name in EDITABLE}
        changed = [name for name in EDITABLE if before[name] != after[name]]
        if not changed:
            return stored
        _save(stored, *changed)
        planning.realign(stored, at)
        record.audit(
            by=by, verb="schedule.update", target=stored, at=at, group_id=stored.group_id,
            before={name: before[name] for name in changed}, after={name: after[name] for name in changed},
        )  # fmt: skip
    return stored


def enable(*, schedule: Schedule, by: User | None, at: datetime) -> Schedule:
    """Switch on; the next slot is the next moment of the rule. Twice changes nothing. Raises Archived."""
    with transaction.atomic():
        stored = _lock(schedule)
        if not stored.enabled:
            _refuse_archived(stored.group)
            stored.enabled = True
            _save(stored, "enabled")
            planning.realign(stored, at)
            record.audit(by=by, verb="schedule.enable", target=stored, at=at, group_id=stored.group_id)
    return stored


def disable(*, schedule: Schedule, by: User | None, at: datetime) -> Schedule:
    """Switch off: coming slots go away, what was said stays. This is also how a schedule is deleted. Twice changes nothing."""
    with transaction.atomic():
        stored = _lock(schedule)
        if stored.enabled:
            planning.settle_backlog(stored, at)
            stored.enabled = False
            _save(stored, "enabled")
            planning.stop(stored, at)
            record.audit(by=by, verb="schedule.disable", target=stored, at=at, group_id=stored.group_id)
    return stored


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
        left_out.update(state=SlotState.PLANNED, why=Why.NONE, due_at=moment)
        record.audit(by=by, verb="schedule.unskip_day", target=stored, at=at, after={"day": day}, group_id=stored.group_id)
    return stored


def _lock(schedule: Schedule) -> Schedule:
    return planning.locked(Schedule.objects.filter(pk=schedule.pk))[0]


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
    if not schedule.title or len(schedule.title) > (TITLE_LENGTH or 0):
        raise Invalid(_("Give it a title of at most 80 characters."), field="title")
    if schedule.kind not in PostKind.values:
        raise Invalid(_("There is no such kind of post."), field="kind")
    if schedule.catch_up not in CatchUp.values:
        raise Invalid(_("There is no such way of dealing with lateness."), field="catch_up")
    refuse_text(schedule.body)
    _refuse_days(schedule, at)


def refuse_text(body: str) -> None:
    """Refuse a text that cannot be sent. Raises Invalid, Unfilled."""
    if not body.strip():
        raise Invalid(_("Write what is to be said."), field="body")
    if len(body) > BODY_LENGTH:
        raise Invalid(_("The text is longer than %(most)s characters.") % {"most": BODY_LENGTH}, field="body")
    placeholders.check(body)


def _refuse_days(schedule: Schedule, at: datetime) -> None:
    if not 1 <= schedule.weekdays <= 127:
        raise Invalid(_("Choose at least one weekday."), field="weekdays")
    today = local_day(at, schedule.group.zone)
    for name in ("start", "end"):
        day = getattr(schedule, name)
        if day and day - today > REACH:
            raise Invalid(_("A day so far away is a typing error."), field=name)
    if schedule.end and schedule.end < schedule.start:
        raise Invalid(_("The last day lies before the first."), field="end")
    week = schedule.start + timedelta(days=6)  # every weekday once
    if not any(schedule.rule.without_skips().days(schedule.start, min(schedule.end or week, week))):
        raise NeverFalls(_("No day from the first to the last is one of the chosen weekdays."), field="weekdays")
