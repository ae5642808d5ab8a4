"""A group's plan: which lines follow its kind, which are its own, which are off, and what comes next."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from content import queries
from content import services as content
from content.forms import LineForm, initial_of
from content.models import PlanLine, Schedule
from content.policy import local_day
from content.views.found import schedule_for
from content.views.plan import SAID, shown
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.views.found import actor, frame
from groupops.record.idempotency import once
from groupops.shared import clock


@require_safe
def group_plan(request: HttpRequest, group_id: int) -> HttpResponse:
    """The plan as this group has it, from the first minute on."""
    group = access.group_for(actor(request), group_id)
    at = clock.now()
    rows, themes = queries.plan_of_group(group, at=at), queries.themes_for([group])[group.pk]
    week = queries.week_of([row.schedule for row in rows], themes, local_day(at, group.zone))
    days = [row.day for row in week] + [occurrence.day for row in rows for occurrence in row.coming]
    duties = queries.duties_for([group])[group.pk]
    context = {
        **frame(request, group, "plan"),
        "rows": rows,
        "follows": queries.follows_plan(group),
        "week": week,
        "unpublished": queries.unpublished(days),
        "themes": themes or queries.themes_of_kind(group.kind),
        "own_themes": any(theme.group_id for theme in themes),
        "duties": duties or queries.duties_of_kind(group.kind),
        "own_duties": any(duty.group_id for duty in duties),
        "owner": "group",
        "owner_id": group.pk,
    }
    context["may_edit"] = GroupRight.CONTENT.value in context["can"]
    return render(request, "content/plan_group.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def follow(request: HttpRequest, pk: int) -> HttpResponse:
    """Give up a group's own version of a line: the page shows first what changes."""
    found = schedule_for(request, pk, GroupRight.CONTENT)
    if request.method == "POST":
        content.follow_again(schedule=found, by=actor(request), at=clock.now())
        messages.success(request, _("%(title)s follows the plan of the kind again.") % {"title": found.title})
        return redirect("content:group-plan", found.group_id)
    line = PlanLine.objects.filter(schedules=found).first()
    context = {"schedule": found, "group": found.group, "line": line, "changes": _differences(found, line) if line else []}
    return render(request, "content/plan_follow.html", context)


def _differences(own: Schedule, line: PlanLine) -> list[tuple[Any, str, str]]:
    mine, theirs = LineForm(initial=initial_of(own)), LineForm(initial=initial_of(line))
    parts = [(mine.fields[name].label or name, shown(mine, name), shown(theirs, name)) for name in SAID if name != "enabled"]
    return [part for part in parts if part[1] != part[2]]
