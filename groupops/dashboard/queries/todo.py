"""今日待办 of one person: what every app says, with the marks of people, filtered by what the address asks."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string

from groupops.accounts.models import User
from groupops.accounts.policy import Role
from groupops.dashboard.models import TaskMark
from groupops.dashboard.policy import FAMILIES, OTHER, Family, Part, family_of, part_of
from groupops.groups.models import Group
from groupops.shared.today import LIMIT, TodayItem

WHO = ("all", "mine", "unassigned", "snoozed")
MOST_COLLEAGUES = 200
FEW = 50  # groups that are looked up one by one


@dataclass(frozen=True)
class Asked:
    """What the address asks for: a family of kinds, whose, of which group."""

    kind: str = ""
    who: str = "all"
    group: int | None = None

    def wants(self, task: "Task", user: User) -> bool:
        """Whether a task is shown, whatever its family."""
        if task.asleep != (self.who == "snoozed") or (self.group and self.group not in task.item.group_ids):
            return False
        return {"mine": task.assignee == user, "unassigned": task.assignee is None}.get(self.who, True)


@dataclass(frozen=True)
class Task:
    """One thing to do as the page shows it to one person."""

    item: TodayItem
    part: Part
    family: str
    mark: TaskMark | None
    at: datetime
    may_act: bool

    @property
    def look(self) -> Family:
        """Label and icon of its family."""
        return FAMILIES.get(self.family, OTHER)

    @property
    def assignee(self) -> User | None:
        """Who has taken it on."""
        return self.mark.assignee if self.mark else None

    @property
    def asleep(self) -> bool:
        """Whether somebody put it off and the hour has not come."""
        return bool(self.mark and self.mark.snoozed_until and self.mark.snoozed_until > self.at)

    @property
    def done_label(self) -> str:
        """What its key does; empty where only its own page can."""
        return str(self.item.done_label) if self.may_act and self.item.done_url else ""

    @property
    def slug(self) -> str:
        """The key as an id of the page."""
        return hashlib.sha256(self.item.key.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Todo:
    """The list: what is shown, how many there are of each family and of each view, and the families of which there are more."""

    tasks: list[Task]
    by_family: dict[str, int]
    by_who: dict[str, int]
    more: frozenset[str]
    groups: list[tuple[int, str]]  # that it is about: id and name, by name


def items_of(user: User, at: datetime) -> tuple[list[TodayItem], frozenset[str]]:
    """What every source says, and the families of which a source had more than it may give. A constant number of queries."""
    found, more = [], set()
    for path in settings.TODAY_SOURCES:
        items = import_string(path)(user, at)
        found += items
        if len(items) >= LIMIT:
            more |= {family_of(item.kind) for item in items}
    return found, frozenset(more)


def todo(user: User, at: datetime, asked: Asked = Asked()) -> Todo:
    """The list of one person. Volunteers are spared what others have taken on."""
    items, more = items_of(user, at)
    tasks = _tasks(user, at, items)
    shown = [task for task in tasks if asked.wants(task, user)]
    return Todo(
        tasks=[task for task in shown if asked.kind in ("", task.family)],
        by_family=Counter(task.family for task in shown),
        by_who={who: sum(Asked(who=who, group=asked.group).wants(task, user) for task in tasks) for who in WHO},
        more=more,
        groups=_names({pk for item in items for pk in item.group_ids}),
    )


def _names(pks: set[int]) -> list[tuple[int, str]]:
    """Read whole where it is about many: looking each up by its id takes longer."""
    rows = Group.objects.order_by("name").values_list("pk", "name")
    return [row for row in (rows if len(pks) > FEW else rows.filter(pk__in=pks)) if row[0] in pks]


def _tasks(user: User, at: datetime, items: Sequence[TodayItem]) -> list[Task]:
    marks = marks_of(item.key for item in items)
    may_act = Role(user.role) != Role.VIEWER
    tasks = [
        Task(
            item=item,
            part=part_of(kind=item.kind, due=item.at, urgent=item.urgent, at=at),
            family=family_of(item.kind),
            mark=marks.get(item.key),
            at=at,
            may_act=may_act,
        )
        for item in items
    ]
    if Role(user.role) == Role.VOLUNTEER:
        tasks = [task for task in tasks if task.assignee in (None, user)]
    order = list(Part)
    return sorted(tasks, key=lambda task: (order.index(task.part), not task.item.urgent, task.item.at, task.item.key))


def marks_of(keys: Iterable[str]) -> dict[str, TaskMark]:
    """The marks on things, by key; one query."""
    return {mark.key: mark for mark in TaskMark.objects.filter(key__in=set(keys)).select_related("assignee", "by")}


def colleagues(user: User) -> list[User]:
    """Who a thing can be given to: everybody who acts here, the person first."""
    others = User.objects.filter(is_active=True).exclude(role=Role.VIEWER).exclude(pk=user.pk).order_by("name", "username")
    return [user, *others[:MOST_COLLEAGUES]]
