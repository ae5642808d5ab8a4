"""Reads of the content: schedules, slots and posts, always bounded by what the user may see."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from content.models import Post, Schedule, Slot
from content.policy import SlotState, Why
from groupops.accounts.models import User
from groupops.groups import access
from groupops.messaging.models import Delivery
from groupops.messaging.policy import key_of

PURPOSE = "post"  # of deliveries; a key of settings.DELIVERY_KINDS


def schedules(user: User) -> QuerySet[Schedule]:
    """The schedules that a user may see, with their groups."""
    return Schedule.objects.filter(group__in=access.visible_to(user)).select_related("group")


def slots(user: User) -> QuerySet[Slot]:
    """The slots that a user may see, with their schedules and groups."""
    return Slot.objects.filter(schedule__group__in=access.visible_to(user)).select_related("schedule__group")


def posts(user: User) -> QuerySet[Post]:
    """The posts that a user may see, with their groups."""
    return Post.objects.filter(group__in=access.visible_to(user)).select_related("group")


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


def due_slots(at: datetime, *, limit: int) -> list[tuple[int, datetime]]:
    """The planned slots whose moment has come, oldest first: (id, moment)."""
    found = Slot.objects.filter(state=SlotState.PLANNED, due_at__lte=at).order_by("due_at", "id")
    return list(found.values_list("pk", "due_at")[:limit])


def past_slots(schedule: Schedule, at: datetime) -> QuerySet[Slot]:
    """The slots of a schedule whose moment has passed, with the post each has led to."""
    return Slot.objects.filter(schedule=schedule, due_at__lte=at).select_related("post")


def deliveries(found: Iterable[Post]) -> dict[int, Delivery]:
    """The delivery of each post, by the post's id, in one query that reads the unique key."""
    keys = [key_of(PURPOSE, post.pk, post.group_id) for post in found]
    return {delivery.subject_id: delivery for delivery in Delivery.objects.filter(key__in=keys)}


def waiting_for_a_person(user: User, since: datetime) -> QuerySet[Slot]:
    """Slots due after `since` that were found too late and whose schedule asks a person, oldest first."""
    return slots(user).filter(why=Why.ASK, due_at__gte=since).order_by("due_at")


def adopted(group_id: int) -> set[str]:
    """The entries of a plan that a group has already."""
    return set(Schedule.objects.filter(~Q(plan_key=""), group=group_id).values_list("plan_key", flat=True))
