"""值守覆盖: the last days of a group as a strip, who was on duty, how fast questions were answered; and all groups at a glance."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from content.coverage import DayCover, DayState
from content.queries.coverage import STRIP_DAYS, coverage, strips
from groupops.groups import access
from groupops.groups import queries as groups
from groupops.groups.models import Group
from groupops.groups.policy import Lifecycle
from groupops.groups.views.found import actor, frame, is_htmx
from groupops.record import queries as record
from groupops.shared import clock, paging
from members.questions import queries as questions

ORDER = ("name", "id")


@require_safe
def covered(request: HttpRequest, group_id: int) -> HttpResponse:
    """One group: a page of its own, or the card of it that the roster's page loads."""
    user, at = actor(request), clock.now()
    group = access.group_for(user, group_id)
    context = frame(request, group, "roster") | {
        "days": _marked(strips([group], at)[group.pk]),
        "speed": next(iter(questions.speeds(user, at, group_ids=[group.pk])), None),
        "on_duty": groups.on_duty(group, at),
        "policy": groups.policy("content.coverage", group=group),
        "alarms": [alarm for alarm in record.open_alarms(groups=[group.pk]) if alarm.key.startswith("coverage:")],
        "fortnight": STRIP_DAYS,
    }
    return render(request, "content/coverage.html#card" if is_htmx(request) else "content/coverage.html", context)


def _marked(days: list[DayCover]) -> dict[str, Any]:
    """The strip and its sums."""
    judged = [cover for cover in days if cover.state in (DayState.COVERED, DayState.MOSTLY, DayState.GAP)]
    return {"strip": days, "judged": len(judged), "covered": sum(cover.state != DayState.GAP for cover in judged)}


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Every active group that one sees, by name: its strip, who is on duty now, how fast questions are answered, what stands open."""
    user, at = actor(request), clock.now()
    rows = access.visible_to(user).filter(lifecycle=Lifecycle.ACTIVE)
    page = paging.page(rows, query=request.GET, order=ORDER, descending=False)
    context = {"page": page, "lines": _lines(request, page.rows), "now": coverage(user, at), "fortnight": STRIP_DAYS}
    return render(request, "content/coverage_overview.html#list" if is_htmx(request) else "content/coverage_overview.html", context)


def _lines(request: HttpRequest, rows: list[Group]) -> list[dict[str, Any]]:
    at = clock.now()
    strips_, duty = strips(rows, at), groups.on_duty_in(rows, at)
    speeds = {speed.group_id: speed for speed in questions.speeds(actor(request), at, group_ids=[group.pk for group in rows])}
    return [{"group": group, "on_duty": duty[group.pk], "speed": speeds.get(group.pk)} | _marked(strips_[group.pk]) for group in rows]
