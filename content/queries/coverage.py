"""值守覆盖, asked: the facts of many groups at once, what stands open for a reader, and the last days of a group as a strip."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from content.coverage import Asked, DayCover, Facts, Gap, Plan, Told, strip
from content.models import Post, Schedule, Slot
from content.policy import PostState, SlotState
from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups import queries as groups
from groupops.groups.models import Group, GroupDay
from groupops.groups.policy import Coverage, Lifecycle
from groupops.inbound.models import StoredEvent
from groupops.messaging.adapter import EventKind
from groupops.messaging.models import Pause
from groupops.messaging.policy import Sort
from groupops.record.models import Alarm
from members.asking import How, QuestionState
from members.models import Question

FAMILY = "coverage:"  # of the alarms' keys: coverage:<gap>:<group>:<local day>
STRIP_DAYS = 14
RECENT = timedelta(days=14)  # a group whose last post is older, and that has no schedule, has no plan
LOOK_BACK = timedelta(days=3)  # questions and posts that a sweep looks at: those of yesterday and today, in whatever zone
AROUND = timedelta(days=1)  # local days differ from UTC's by less


def watched() -> QuerySet[Group]:
    """The groups that can have a gap: active, no sandbox, with a room whose channel works, and nothing in them paused."""
    rows = Group.objects.filter(lifecycle=Lifecycle.ACTIVE, sandbox=False, binding__connection__paused=False)
    reaches = Q(connection=None, group=None) | Q(group=OuterRef("pk")) | Q(connection=OuterRef("binding__connection"))
    return rows.exclude(Exists(Pause.objects.filter(reaches, sort=Sort.SPEAKING)))


def facts_now(rows: QuerySet[Group], at: datetime) -> dict[int, tuple[Group, Facts]]:
    """What decides whether a gap stands open, of each group by its pk. Seven queries for any number of groups."""
    found = _facts(rows, at)
    ids = list(found)
    _count_posts(found, (at - 2 * AROUND).date())
    _plan(found, (at - 2 * AROUND).date(), at)
    waiting = Question.objects.filter(group__in=ids, state=QuestionState.OPEN, taken_by=None, asked_at__gte=at - LOOK_BACK)
    for group_id, asked_at in waiting.values_list("group", "asked_at"):
        found[group_id][1].asked.append(Asked(asked_at))
    last = {pk: group.heard_at for pk, (group, _facts_) in found.items()}  # type: ignore[attr-defined]
    for group_id, sent_at in _slot_posts(ids, at - LOOK_BACK).values_list("group", "sent_at"):
        if sent_at and (last[group_id] is None or sent_at > last[group_id]):
            found[group_id][1].told.append(Told(sent_at))
    return found


def _facts(rows: QuerySet[Group], at: datetime) -> dict[int, tuple[Group, Facts]]:
    """Each group with what is said of it as a whole, and when somebody was last heard: a member, or a person of the staff by our hand."""
    said = StoredEvent.objects.filter(group=OuterRef("pk"), kind=EventKind.MESSAGE, own=False).order_by("-occurred_at", "-id")
    by_hand = Post.objects.filter(group=OuterRef("pk"), slot=None, created_by__isnull=False, sent_at__isnull=False).order_by(
        "-due_at", "-id"
    )
    planned = Exists(Schedule.objects.filter(group=OuterRef("pk"), enabled=True))
    lately = Exists(Post.objects.filter(group=OuterRef("pk"), due_at__gte=at - RECENT))
    known = rows.select_related("binding").annotate(
        said_at=Subquery(said.values("occurred_at")[:1]),
        by_hand_at=Subquery(by_hand.values("sent_at")[:1]),
        planned=planned,
        lately=lately,
    )
    found: dict[int, tuple[Group, Facts]] = {}
    listed: list[Any] = list(known)
    policies: dict[int, Coverage] = groups.policies_for("content.coverage", listed)
    for group in listed:
        group.heard_at = max(filter(None, (group.said_at, group.by_hand_at)), default=None)
        has_plan, hears = group.planned or group.lately, group.said_at is not None
        since = group.binding.bound_at if hasattr(group, "binding") else at
        found[group.pk] = (group, Facts(group.zone, policies[group.pk], since, has_plan=has_plan, hears=hears))
    return found


def _count_posts(found: dict[int, tuple[Group, Facts]], since: date) -> None:
    days = GroupDay.objects.filter(group__in=list(found), day__gte=since, posts_sent__gt=0)
    for group_id, day, sent in days.values_list("group", "day", "posts_sent"):
        found[group_id][1].sent[day] = sent


def _plan(found: dict[int, tuple[Group, Facts]], since: date, at: datetime) -> None:
    """Slots by day, and posts that are scheduled without one."""
    slots = Slot.objects.filter(schedule__group__in=list(found), day__gte=since, day__lte=(at + AROUND).date(), schedule__enabled=True)
    counted = (
        slots.order_by()
        .values("schedule__group", "day")
        .annotate(
            n=Count("pk"),
            silent=Count("pk", filter=Q(state=SlotState.SKIPPED)),
            ahead=Count("pk", filter=Q(state=SlotState.PLANNED, due_at__gt=at)),
        )
    )
    for group_id, day, n, silent, ahead in counted.values_list("schedule__group", "day", "n", "silent", "ahead"):
        found[group_id][1].plans[day] = Plan(n, silent, coming=ahead > 0)
    posts = Post.objects.filter(group__in=list(found), state=PostState.SCHEDULED, due_at__gt=at, due_at__lt=at + AROUND)
    for group_id, due_at in posts.values_list("group", "due_at"):
        facts = found[group_id][1]
        day = facts.day_of(due_at)
        facts.plans[day] = replace(facts.plans.get(day, Plan()), coming=True)


def _slot_posts(ids: Collection[int], since: datetime) -> QuerySet[Post]:
    """What left by the plan since then, oldest first."""
    rows = Post.objects.filter(group__in=ids, slot__isnull=False, state=PostState.SENT, sent_at__gte=since, due_at__gte=since - AROUND)
    return rows.order_by("sent_at", "pk")


@dataclass(frozen=True)
class OpenGap:
    """A gap that stands open in a group, and who is on duty there now."""

    group_id: int
    group: str
    gap: Gap
    text: str
    since: datetime
    url: str
    on_duty: tuple[str, ...]


@dataclass(frozen=True)
class Covered:
    """How many of the groups that can have a gap have none, and the gaps of the others, the oldest first."""

    groups: int
    covered: int
    gaps: list[OpenGap]


def coverage(user: User, at: datetime) -> Covered:
    """What stands open in the groups a user sees. Three queries: the alarms, the groups, who is on duty."""
    seen = access.visible_to(user)
    alarms = list(Alarm.objects.filter(closed_at=None, key__startswith=FAMILY, group_id__in=seen.values("pk")).order_by("opened_at", "id"))
    whole = list(watched().filter(pk__in=seen).values_list("pk", "name", "zone"))
    touched = {alarm.group_id for alarm in alarms}
    rows = {pk: Group(pk=pk, name=name, zone=zone) for pk, name, zone in whole if pk in touched}
    duty = groups.on_duty_in(rows.values(), at) if rows else {}
    found = [_open_gap(alarm, rows[alarm.group_id], duty) for alarm in alarms if alarm.group_id in rows]
    return Covered(len(whole), len(whole) - len(rows), found)


def _open_gap(alarm: Alarm, group: Group, duty: dict[int, list[User]]) -> OpenGap:
    gap = Gap(alarm.key.split(":")[1])
    return OpenGap(group.pk, group.name, gap, alarm.text, alarm.opened_at, alarm.url, tuple(str(user) for user in duty.get(group.pk, ())))


def strips(rows: Sequence[Group], at: datetime, *, days: int = STRIP_DAYS) -> dict[int, list[DayCover]]:
    """The last days of each group, today included, by the group's pk. A constant number of queries."""
    found = _facts(Group.objects.filter(pk__in=[group.pk for group in rows]), at)
    first = at - timedelta(days=days)
    _count_posts(found, first.date())
    _plan(found, first.date(), at)
    _ask(found, first)
    _tell(found, first)
    duty = _shifts(found, first, at)
    strips_ = {}
    for pk, (_group, facts) in found.items():
        today = facts.day_of(at)
        wanted = [today - timedelta(days=back) for back in range(days - 1, -1, -1)]
        strips_[pk] = [replace(cover, names=_names(duty[pk], cover.day, facts)) for cover in strip(facts, wanted, at)]
    return strips_


def _ask(found: dict[int, tuple[Group, Facts]], since: datetime) -> None:
    """Questions since then; what was no question asks nothing, and one that lapsed was never answered."""
    rows = Question.objects.filter(group__in=list(found), asked_at__gte=since).exclude(how=How.MISJUDGED)
    for group_id, asked_at, answered_at, taken_at in rows.values_list("group", "asked_at", "answered_at", "taken_at"):
        until = min(filter(None, (answered_at, taken_at)), default=None)
        found[group_id][1].asked.append(Asked(asked_at, until))


def _tell(found: dict[int, tuple[Group, Facts]], since: datetime) -> None:
    """Posts of slots since then, each with what was heard next: one look into the index per post."""
    said = StoredEvent.objects.filter(
        group=OuterRef("group"), kind=EventKind.MESSAGE, own=False, occurred_at__gt=OuterRef("sent_at")
    ).order_by("occurred_at", "id")
    by_hand = Post.objects.filter(group=OuterRef("group"), slot=None, created_by__isnull=False, sent_at__gt=OuterRef("sent_at"))
    rows = _slot_posts(list(found), since).annotate(
        said_at=Subquery(said.values("occurred_at")[:1]), by_hand_at=Subquery(by_hand.order_by("sent_at").values("sent_at")[:1])
    )
    for group_id, sent_at, said_at, by_hand_at in rows.values_list("group", "sent_at", "said_at", "by_hand_at"):
        if sent_at:
            found[group_id][1].told.append(Told(sent_at, min(filter(None, (said_at, by_hand_at)), default=None)))


def _shifts(found: Iterable[int], first: datetime, last: datetime) -> defaultdict[int, list[Any]]:
    by_group: defaultdict[int, list[Any]] = defaultdict(list)
    for row in groups.shifts_at(found, first, last).order_by("start", "pk"):
        by_group[row.group_id].append(row)
    return by_group


def _names(shifts: Iterable[Any], day: date, facts: Facts) -> tuple[str, ...]:
    """Who stood on the roster on a local day, by the hour."""
    there = [
        str(row.user)
        for row in shifts
        if row.weekdays >> day.weekday() & 1 and facts.day_of(row.since) <= day and (row.until is None or facts.day_of(row.until) >= day)
    ]
    return tuple(dict.fromkeys(there))
