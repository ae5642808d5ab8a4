"""What the staff owes now: the duties of the day's windows, and reactions to what has just left. A few queries, however many groups."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet

from content.models import DutyDone, Slot
from content.policy import DutyRule, SlotState, Window, holds, lapse, local_day, wall_moment
from content.queries.scoped import duties_for
from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups import queries as groups
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.groups.policy import Lifecycle

POLICY = "content.duties"
LATEST = max(lapse("announcement"), lapse("message"))  # a slot leaves at most so late by itself


def on_duty(user: User) -> QuerySet[Group]:
    """The active groups whose duties are a user's: those they plan content for, and those in which they hold any post."""
    mine = Q(pk__in=user.posts.filter(until=None).values("group"))
    wide = Q(pk__in=access.groups_with(user, GroupRight.CONTENT).values("pk"))
    found = Group.objects.filter(mine | wide) if user.is_active else Group.objects.none()
    return found.filter(lifecycle=Lifecycle.ACTIVE).order_by("name")


@dataclass(frozen=True)
class Task:
    """One duty of one group on its local day. `key` names it in DutyDone."""

    group: Group
    day: date
    key: str
    done: DutyDone | None = None


class Shared:
    """A duty that several groups have at once."""

    tasks: Sequence[Task]

    @property
    def open(self) -> list[Task]:
        """What nobody has done."""
        return [task for task in self.tasks if task.done is None]


@dataclass(frozen=True)
class Line(Shared):
    """The same duty in all groups that have it: one line, one click. `begin` and `end` are moments; they differ only between zones."""

    key: str
    text: str
    start: time
    end: time
    begin: datetime
    until: datetime
    window: Window
    tasks: Sequence[Task]


def duty_lines(user: User, at: datetime, *, chosen: QuerySet[Group] | None = None) -> list[Line]:
    """The duties of today, by time: four queries. `chosen` narrows the groups."""
    mine = list((on_duty(user) if chosen is None else chosen).only("pk", "name", "zone", "kind"))
    duties, done = duties_for(mine), _done(mine, at)
    found: dict[tuple[str, str, time, time, str], list[Task]] = defaultdict(list)
    for group in mine:
        day = local_day(at, group.zone)
        for duty in duties[group.pk]:
            if duty.enabled and holds(duty.weekdays, day):
                same = (duty.key, duty.text, duty.start, duty.end, group.zone)
                found[same].append(Task(group, day, duty.key, done.get((group.pk, day, duty.key))))
    lines = [_line(*same, tasks, at) for same, tasks in found.items()]
    return sorted(lines, key=lambda line: (line.start, line.begin))


def _line(key: str, text: str, start: time, end: time, zone: str, tasks: Sequence[Task], at: datetime) -> Line:
    begin, until = (wall_moment(tasks[0].day, clock, zone) for clock in (start, end))
    window = Window.LATER if at < begin else Window.OVER if at >= until else Window.NOW
    return Line(key, text, start, end, begin, until, window, tasks)


def _done(mine: Iterable[Group], at: datetime) -> dict[tuple[int, date, str], DutyDone]:
    days = {local_day(at + shift, "UTC") for shift in (timedelta(days=-1), timedelta(0), timedelta(days=1))}
    rows = DutyDone.objects.filter(group__in=[group.pk for group in mine], day__in=days).select_related("by")
    return {(row.group_id, row.day, row.key): row for row in rows}


@dataclass(frozen=True)
class Echo(Shared):
    """What has left at one moment under one title: somebody stays by and answers until `until`."""

    title: str
    due_at: datetime
    until: datetime
    tasks: Sequence[Task]


def echoes(user: User, at: datetime, *, chosen: QuerySet[Group] | None = None) -> list[Echo]:
    """The slots that left a short while ago, same title and moment as one; four queries."""
    mine = {group.pk: group for group in (on_duty(user) if chosen is None else chosen)}
    rules: dict[int, DutyRule] = groups.policies_for(POLICY, mine.values())
    longest = max((rule.after_slot for rule in rules.values()), default=timedelta(0))
    left = Slot.objects.filter(
        state=SlotState.RELEASED, schedule__group__in=mine, due_at__gt=at - longest - LATEST, due_at__lte=at, post__sent_at__gt=at - longest
    )
    found: dict[tuple[str, datetime], list[tuple[Task, datetime]]] = defaultdict(list)
    done = _done(mine.values(), at)
    for slot in left.select_related("schedule", "post").order_by("due_at", "pk"):
        group = mine[slot.schedule.group_id]
        until = (slot.post.sent_at or at) + rules[group.pk].after_slot
        if at < until:
            task = Task(group, slot.day, f"slot:{slot.pk}", done.get((group.pk, slot.day, f"slot:{slot.pk}")))
            found[(slot.schedule.title, slot.due_at)].append((task, until))
    return [Echo(title, due, max(until for _t, until in pairs), [task for task, _u in pairs]) for (title, due), pairs in found.items()]
