"""Reads of the schedules and their slots, always bounded by what the user may see."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from content import holidays
from content.models import Schedule, Slot
from content.policy import SlotState, Why
from groupops.accounts.models import User
from groupops.groups import access


def schedules(user: User, *, sandboxes: bool = False) -> QuerySet[Schedule]:
    """The schedules that a user may see, with their groups."""
    return Schedule.objects.filter(group__in=access.visible_to(user, sandboxes=sandboxes)).select_related("group")


def slots(user: User, *, sandboxes: bool = False) -> QuerySet[Slot]:
    """The slots that a user may see, with their schedules and groups."""
    return Slot.objects.filter(schedule__group__in=access.visible_to(user, sandboxes=sandboxes)).select_related("schedule__group")


@dataclass(frozen=True)
class Occurrence:
    """A coming slot: a row already, or what the rule says behind the rows that are planned."""

    day: date
    due_at: datetime
    state: str = SlotState.PLANNED

    @property
    def skipped(self) -> bool:
        """Whether it stays silent."""
        return self.state == SlotState.SKIPPED

    @property
    def mark(self) -> str:
        """休 or 班 by the official calendar, mostly nothing."""
        return holidays.mark(self.day) or ""

    @property
    def festival(self) -> str:
        """The festival of the day, mostly none."""
        return holidays.festival_name(self.day)

    @property
    def published(self) -> bool:
        """Whether the make-up days of its year are known."""
        return holidays.published(self.day.year)


def next_occurrences(found: Sequence[Schedule], *, at: datetime, count: int = 5) -> dict[int, list[Occurrence]]:
    """The next occurrences of each schedule, by its id, in one query for all of them: first the rows, then what the rule adds."""
    rows: dict[int, list[Slot]] = defaultdict(list)
    ranked = Slot.objects.filter(schedule__in=[schedule.pk for schedule in found], due_at__gt=at).annotate(
        rank=Window(RowNumber(), partition_by=F("schedule"), order_by=F("due_at").asc())
    )
    for slot in ranked.filter(rank__lte=count).order_by("schedule", "due_at"):
        rows[slot.schedule_id].append(slot)
    return {schedule.pk: _occurrences(schedule, rows[schedule.pk], at, count) for schedule in found}


def _occurrences(schedule: Schedule, rows: list[Slot], at: datetime, count: int) -> list[Occurrence]:
    known = [Occurrence(row.day, row.due_at, row.state) for row in rows]
    if not schedule.enabled:
        return known
    days = {row.day for row in rows}
    beyond = [Occurrence(day, due) for day, due in schedule.rule.upcoming(at, count) if day not in days]
    return sorted(known + beyond, key=lambda occurrence: occurrence.due_at)[:count]


def due_slots(at: datetime, *, limit: int, group_id: int | None = None) -> list[tuple[int, datetime]]:
    """The planned slots whose moment has come, oldest first: (id, moment). With `group_id` of that group alone."""
    found = Slot.objects.filter(state=SlotState.PLANNED, due_at__lte=at).order_by("due_at", "id")
    if group_id is not None:
        found = found.filter(schedule__group=group_id)
    return list(found.values_list("pk", "due_at")[:limit])


def past_slots(schedule: Schedule, at: datetime) -> QuerySet[Slot]:
    """The slots of a schedule whose moment has passed, with the post each has led to."""
    return Slot.objects.filter(schedule=schedule, due_at__lte=at).select_related("post")


def waiting_for_a_person(user: User, since: datetime) -> QuerySet[Slot]:
    """Slots due after `since` that were found too late and whose schedule asks a person, oldest first."""
    return slots(user).filter(why=Why.ASK, due_at__gte=since).order_by("due_at")
