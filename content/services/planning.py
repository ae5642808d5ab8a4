"""Every occurrence becomes a row before it is due. Any number of planners, at once or never, give the same rows."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from content.holidays import edition
from content.models import Post, Schedule, Slot
from content.policy import HORIZON, Holidays, Rule, SlotState, Why, local_day
from groupops.groups.models import Group
from groupops.groups.policy import Lifecycle
from groupops.shared import bulk

CHUNK = 200  # schedules a transaction
DAY = timedelta(days=1)
# A paused group goes on being planned: its slots pass as visibly skipped. The others are not planned at all.
PLANNED_FOR = (Lifecycle.ACTIVE, Lifecycle.PAUSED)
# Skips that no person asked for on that day; they end when the slot's moment lies ahead again.
REVIVABLE = (Why.MOVED, Why.DISABLED)


def plan(*, at: datetime, group: Group | None = None) -> int:
    """Materialise the slots of every enabled schedule up to the horizon; returns how many schedules moved on.

    Schedules whose group is not planned for are put back to "begin anew", so that they wake without a heap of missed slots.
    With `group` of that group alone: a sandbox has a clock of its own.
    """
    _idle().update(planned_until=None)
    pks = [pk for zone in _zones() for pk in _behind(zone, at)] if group is None else _behind(group.zone, at, group)
    for start in range(0, len(pks), CHUNK):
        with transaction.atomic():
            _catch_up(locked(Schedule.objects.filter(pk__in=pks[start : start + CHUNK])), at)
    return len(pks)


def _idle() -> QuerySet[Schedule]:
    return Schedule.objects.exclude(planned_until=None).exclude(group__lifecycle__in=PLANNED_FOR)


def _zones() -> list[str]:
    return list(Group.objects.filter(lifecycle__in=PLANNED_FOR).order_by("zone").values_list("zone", flat=True).distinct())


def _behind(zone: str, at: datetime, group: Group | None = None) -> list[int]:
    """Enabled schedules of a zone that are not planned to the horizon, or were planned in another zone, or before a year was published."""
    waiting = Q(planned_until=None) | Q(planned_until__lt=_last_day(zone, at)) | ~Q(planned_zone=zone)
    waiting |= ~Q(planned_calendar=edition()) & ~Q(holidays=Holidays.USUAL)
    found = Schedule.objects.filter(waiting, enabled=True, group__zone=zone, group__lifecycle__in=PLANNED_FOR)
    if group is not None:
        found = found.filter(group=group)
    return list(found.order_by("pk").values_list("pk", flat=True))


def _last_day(zone: str, at: datetime) -> date:
    return local_day(at, zone) + HORIZON


def locked(found: QuerySet[Schedule]) -> list[Schedule]:
    """The schedules, locked until the transaction ends, so that planning and editing see each other's work. In order: no deadlock."""
    return list(found.select_related("group").select_for_update(of=("self",), no_key=True).order_by("pk"))


def _catch_up(found: Sequence[Schedule], at: datetime) -> None:
    realign([schedule for schedule in found if schedule.planned_zone and _moved(schedule)], at)
    extend([schedule for schedule in found if schedule.enabled], at)


def _moved(schedule: Schedule) -> bool:
    """Whether its slots were computed in another zone, or with an older edition of the calendar."""
    if schedule.planned_zone != schedule.group.zone:
        return True
    return schedule.holidays != Holidays.USUAL and schedule.planned_calendar != edition()


def extend(found: Sequence[Schedule], at: datetime) -> None:
    """Add the missing rows of locked schedules up to the horizon: two writes for all of them."""
    rows, known = [], edition()
    for schedule in found:
        rule, last = schedule.rule, _last_day(schedule.group.zone, at)
        first = rule.first_after(at) if schedule.planned_until is None else schedule.planned_until + DAY
        rows += [_row(schedule, rule, day) for day in rule.without_skips().days(first, last)]
        schedule.planned_until, schedule.planned_zone = max(last, schedule.planned_until or last), schedule.group.zone
        schedule.planned_calendar = known
    Slot.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)
    _keep(found, "planned_until", "planned_zone", "planned_calendar")


def _keep(found: Sequence[Schedule], *fields: str) -> None:
    bulk.update(Schedule, fields, [(schedule.pk, *(getattr(schedule, name) for name in fields)) for schedule in found])


def _row(schedule: Schedule, rule: Rule, day: date) -> Slot:
    """A slot of the day; a day left out is a row too, so that it can be seen and taken back."""
    skipped = {"state": SlotState.SKIPPED, "why": Why.PERSON} if day in rule.skip else {}
    return Slot(schedule=schedule, day=day, due_at=rule.moment(day), **skipped)


def realign(found: Sequence[Schedule], at: datetime) -> None:
    """Bring the open slots of locked schedules, whose rule, zone or calendar has changed, to where the rule says now.

    A slot keeps its row: moved, not made anew. One that falls no more is deleted; one whose new moment has passed is skipped; one that a
    person placed stays where it is. The rows of new days are added from the next moment on.
    """
    rules = {schedule.pk: schedule.rule.without_skips() for schedule in found}
    gone, kept = [], []
    for slot in open_slots(found, at):
        rule = rules[slot.schedule_id]
        if slot.placed:
            _move(slot, slot.due_at, at)
            kept.append(slot)
        elif rule.falls_on(slot.day):
            _move(slot, rule.moment(slot.day), at)
            kept.append(slot)
        elif slot.due_at > at:  # one that was due already is for `release` to judge, not to vanish
            gone.append(slot.pk)
    vanish(gone)
    bulk.update(Slot, ["due_at", "state", "why"], [(slot.pk, slot.due_at, slot.state, slot.why) for slot in kept])
    ahead = Post.objects.filter(slot__in=[slot.pk for slot in kept], released_at=None)  # texts written for one day go along
    ahead.update(due_at=Subquery(Slot.objects.filter(pk=OuterRef("slot")).values("due_at")))
    begin(found, at)


def begin(found: Sequence[Schedule], at: datetime) -> None:
    """Plan locked schedules from their next moment on; rows that stand already stay."""
    for schedule in found:
        schedule.planned_until = None
    _keep(found, "planned_until")
    extend([schedule for schedule in found if schedule.enabled and schedule.group.lifecycle in PLANNED_FOR], at)


def settle_backlog(found: Sequence[Schedule], at: datetime) -> None:
    """Before locked schedules change: make the rows no planner has come to, so that what was due under the old rule shows."""
    extend([schedule for schedule in found if schedule.planned_until is not None], at)


def stop(found: Sequence[Schedule], at: datetime) -> None:
    """Take away the coming slots of locked schedules; one that was due and had not left stays, visibly skipped."""
    open_now = open_slots(found, at)
    vanish([slot.pk for slot in open_now if slot.due_at > at])
    due = [slot.pk for slot in open_now if slot.due_at <= at and slot.state == SlotState.PLANNED]
    Slot.objects.filter(pk__in=due).update(state=SlotState.SKIPPED, why=Why.DISABLED)
    for schedule in found:
        schedule.planned_until = None
    _keep(found, "planned_until")


def vanish(pks: Sequence[int]) -> None:
    """Take rows away that will not come; one for which a person wrote a text stays, visibly skipped, and its text with it."""
    written = Post.objects.filter(slot__in=pks)
    Slot.objects.filter(pk__in=written.values("slot")).update(state=SlotState.SKIPPED, why=Why.DISABLED)
    Slot.objects.filter(pk__in=pks).exclude(pk__in=written.values("slot")).delete()


def _move(slot: Slot, moment: datetime, at: datetime) -> None:
    if moment > at:
        if slot.why in REVIVABLE:
            slot.state, slot.why = SlotState.PLANNED, Why.NONE
        slot.due_at = moment
    elif slot.due_at > at:  # it lay ahead, and its new moment is over
        slot.due_at = moment
        if slot.state == SlotState.PLANNED:
            slot.state, slot.why = SlotState.SKIPPED, Why.MOVED


def open_slots(found: Sequence[Schedule], at: datetime) -> list[Slot]:
    """What a change may still move: planned slots, and lately skipped ones. Locked in the order in which `release` claims."""
    still = Q(state=SlotState.PLANNED) | Q(state=SlotState.SKIPPED, due_at__gt=at - DAY)
    rows = Slot.objects.filter(still, schedule__in=[schedule.pk for schedule in found])
    return list(rows.select_for_update().order_by("due_at", "pk"))
