"""今日待办: the home page of every role, its list as a fragment, and the address of the live stream."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from content.queries.coverage import coverage
from groupops.accounts.middleware import actor
from groupops.accounts.models import User
from groupops.accounts.policy import Right, Role
from groupops.dashboard import queries
from groupops.dashboard.policy import FAMILIES, OTHER, Family, Part, Snooze, wakes_at
from groupops.dashboard.queries import Asked, Task, Todo
from groupops.groups.views.found import is_htmx
from groupops.messaging import queries as messaging
from groupops.shared import clock
from groupops.shared.http import ids

FOLD = 5  # rows of one family in one part of the list
THEMES = 3  # of the day, by name


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """What a person must do now, the day's sends, the numbers, the first steps; for htmx only the list."""
    if is_htmx(request):
        return render(request, "dashboard/today.html#live", listed(request))
    return render(request, "dashboard/today.html", listed(request) | _around(actor(request)))


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The live stream is served by the ASGI process (groupops.asgi). Here nobody streams: 204 tells the page to poll instead."""
    return HttpResponse(status=204)


def listed(request: HttpRequest) -> dict[str, Any]:
    """Context of the list, filtered by the address."""
    user, at, asked = actor(request), clock.now(), asked_in(request)
    todo, hours, themes = queries.todo(user, at, asked), queries.hours(user, at), queries.themes(user, at)
    return {
        "todo": todo,
        "sections": [_section(part, tasks, asked) for part in Part if (tasks := [task for task in todo.tasks if task.part == part])],
        "who_pills": _who_pills(asked, todo),
        "kind_pills": _kind_pills(asked, todo),
        "more": [(FAMILIES.get(name, OTHER), _page(name)) for name in sorted(todo.more) if asked.kind in ("", name)],
        "asked": asked,
        "here": _address(asked),
        "action": reverse("today-act") + _query(asked),
        "is_filtered": asked != Asked(),
        "may_act": user.role != Role.VIEWER,
        "hours": hours,
        "themes": themes[:THEMES],
        "more_themes": max(0, len(themes) - THEMES),
        "has_slots": any(hour.marks for hour in hours),
    }


def _around(user: User) -> dict[str, Any]:
    """What stands around the list, by role."""
    at, runs = clock.now(), user.has_right(Right.SEE_ALL_GROUPS)
    return {
        "kpis": queries.kpis(user, at) if runs else [],
        "steps": queries.checklist(user),
        "coverage": coverage(user, at) if runs else None,
        "connections": messaging.channels().order_by("name")[:8] if runs else [],
        "colleagues": queries.colleagues(user) if user.role != Role.VIEWER else [],
        "snoozes": [(snooze, wakes_at(snooze, at=at, zone=user.zone)) for snooze in Snooze],
        "live_url": reverse("live") if settings.REDIS_URL else "",
    }


@dataclass(frozen=True)
class Section:
    """One part of the day: its rows, and how many more there are of a family behind its pill."""

    part: Part
    count: int
    tasks: list[Task]
    folded: list[tuple[Family, int, str]]


def _section(part: Part, tasks: list[Task], asked: Asked) -> Section:
    """Fifty questions must not bury one send: of each family the first few, unless the address asks for it alone."""
    if asked.kind:
        return Section(part, len(tasks), tasks, [])
    by_family: dict[str, list[Task]] = defaultdict(list)
    for task in tasks:
        by_family[task.family].append(task)
    hidden = {task.slug for alike in by_family.values() for task in alike[FOLD:]}
    folded = [(alike[0].look, len(alike) - FOLD, _address(asked, kind=family)) for family, alike in by_family.items() if len(alike) > FOLD]
    return Section(part, len(tasks), [task for task in tasks if task.slug not in hidden], folded)


def asked_in(request: HttpRequest) -> Asked:
    """The filters of the address; what is not understood filters nothing."""
    kind, who, group = (request.GET.get(name, "") for name in ("kind", "who", "group"))
    return Asked(
        kind=kind if kind in FAMILIES or kind == "other" else "",
        who=who if who in queries.WHO else "all",
        group=next(iter(ids([group])), None),
    )


def _query(asked: Asked, **other: Any) -> str:
    wanted = {"kind": asked.kind, "who": asked.who, "group": asked.group or ""} | other
    kept = {name: value for name, value in wanted.items() if value and value != "all"}
    return f"?{urlencode(kept)}" if kept else ""


def _address(asked: Asked, **other: Any) -> str:
    return reverse("today") + _query(asked, **other)


def _who_pills(asked: Asked, todo: Todo) -> list[dict[str, Any]]:
    labels = {"all": _("All"), "mine": _("Mine"), "unassigned": _("Unassigned"), "snoozed": _("Snoozed")}
    return [
        {"label": label, "url": _address(asked, who=who), "active": asked.who == who, "count": todo.by_who[who]}
        for who, label in labels.items()
    ]


def _kind_pills(asked: Asked, todo: Todo) -> list[dict[str, Any]]:
    names = [name for name in [*FAMILIES, "other"] if todo.by_family.get(name) or asked.kind == name]
    if len(names) < 2 and not asked.kind:
        return []
    pills = [{"label": _("Everything"), "url": _address(asked, kind=""), "active": not asked.kind, "count": None}]
    for name in names:
        n = todo.by_family.get(name, 0)
        count = f"{n}+" if name in todo.more else n
        label = FAMILIES.get(name, OTHER).label
        pills.append({"label": label, "url": _address(asked, kind=name), "active": asked.kind == name, "count": count})
    return pills


def _page(name: str) -> str:
    family = FAMILIES.get(name, OTHER)
    return reverse(family.page) + family.query
