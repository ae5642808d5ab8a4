"""What the staff owes now: the duties of the day's windows, and reactions to what has just left. A few queries, however many groups."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet

from content.models import Duty, DutyDone, Slot
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
    planned = Q(pk__in=access.groups_with(user, GroupRight.CONTENT))
    found = access.visible_to(user).filter(planned | Q(pk__in=user.posts.filter(until=None).values("group")))
    return found.filter(lifecycle=Lifecycle.ACTIVE).order_by("name").only("pk", "name", "zone", "kind")


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


def duty_lines(user: User, at: datetime, *, mine: QuerySet[Group] | None = None, only: Window | None = None) -> list[Line]:
    """The duties of today, by time: three queries. `mine` is on_duty, where it is at hand; `only` leaves the other windows out."""
    mine = on_duty(user) if mine is None else mine
    found: dict[tuple[str, str, time, time, str], list[tuple[Group, date]]] = defaultdict(list)
    for duty, day, zone, alike in _today(list(mine), at):
        if only is None or _window(*_span(day, duty.start, duty.end, zone), at) == only:
            found[(duty.key, duty.text, duty.start, duty.end, zone)] += [(group, day) for group in alike]
    done = _done(mine, at, {same[0] for same in found})
    lines = [
        _line(*same, [Task(group, day, same[0], done.get((group.pk, day, same[0]))) for group, day in sorted(who, key=_by_name)], at)
        for same, who in found.items()
    ]
    return sorted(lines, key=lambda line: (line.start, line.begin))


def _by_name(pair: tuple[Group, date]) -> tuple[str, int]:
    return pair[0].name, pair[0].pk


def _today(mine: Sequence[Group], at: datetime) -> Iterator[tuple[Duty, date, str, list[Group]]]:
    """Each duty of today with its local day, and the groups of one zone that have it: most groups of a kind have its list."""
    duties = duties_for(mine)
    alike: dict[tuple[int, str], list[Group]] = defaultdict(list)
    for group in mine:
        alike[(id(duties[group.pk]), group.zone)].append(group)
    for (_list, zone), who in alike.items():
        day = local_day(at, zone)
        for duty in duties[who[0].pk]:
            if duty.enabled and holds(duty.weekdays, day):
                yield duty, day, zone, who


def _line(key: str, text: str, start: time, end: time, zone: str, tasks: Sequence[Task], at: datetime) -> Line:
    begin, until = _span(tasks[0].day, start, end, zone)
    return Line(key, text, start, end, begin, until, _window(begin, until, at), tasks)


def _span(day: date, start: time, end: time, zone: str) -> tuple[datetime, datetime]:
    return wall_moment(day, start, zone), wall_moment(day, end, zone)


def _window(begin: datetime, until: datetime, at: datetime) -> Window:
    return Window.LATER if at < begin else Window.OVER if at >= until else Window.NOW


def _done(mine: QuerySet[Group], at: datetime, keys: Iterable[str]) -> dict[tuple[int, date, str], DutyDone]:
    days = {local_day(at + shift, "UTC") for shift in (timedelta(days=-1), timedelta(0), timedelta(days=1))}
    rows = DutyDone.objects.filter(group__in=mine, day__in=days, key__in=list(keys)).select_related("by")
    return {(row.group_id, row.day, row.key): row for row in rows}


@dataclass(frozen=True)
class Echo(Shared):
    """What has left at one moment under one title: somebody stays by and answers until `until`."""

    title: str
    due_at: datetime
    until: datetime
    tasks: Sequence[Task]


def echoes(user: User, at: datetime, *, mine: QuerySet[Group] | None = None) -> list[Echo]:
    """The slots that left a short while ago, same title and moment as one; four queries. `mine` is on_duty, where it is at hand."""
    mine = on_duty(user) if mine is None else mine
    known = {group.pk: group for group in mine}
    rules: dict[int, DutyRule] = groups.policies_for(POLICY, known.values())
    longest = max((rule.after_slot for rule in rules.values()), default=timedelta(0))
    left = _left(mine, at, longest)
    done = _done(mine, at, {f"slot:{row[0]}" for row in left})
    found: dict[tuple[str, datetime], list[tuple[Task, datetime]]] = defaultdict(list)
    for pk, group_id, title, day, due_at, sent_at in left:
        if (group := known.get(group_id)) and at < (until := sent_at + rules[group_id].after_slot):
            task = Task(group, day, f"slot:{pk}", done.get((group_id, day, f"slot:{pk}")))
            found[(title, due_at)].append((task, until))
    return [Echo(title, due, max(until for _t, until in pairs), [task for task, _u in pairs]) for (title, due), pairs in found.items()]


def _left(mine: QuerySet[Group], at: datetime, longest: timedelta) -> list[tuple[int, int, str, date, datetime, datetime]]:
    """What has left since then: (slot, group, title, day, due, sent)."""
    rows = Slot.objects.filter(state=SlotState.RELEASED, due_at__gt=at - longest - LATEST, due_at__lte=at, post__sent_at__gt=at - longest)
    columns = ("pk", "schedule__group", "schedule__title", "day", "due_at", "post__sent_at")
    return list(rows.filter(schedule__group__in=mine).order_by("due_at", "pk").values_list(*columns))
