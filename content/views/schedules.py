"""Schedules: the list by group, one of them, its form and the form's live preview."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from content import queries
from content import services as content
from content.calendar import doubts
from content.clashes import Standing
from content.forms import ScheduleFilter, ScheduleForm, attempt, initial_of
from content.models import Schedule, Slot
from content.policy import Holidays, PostKind, Rule, local_day, mask_of
from content.services.rearranging import said
from content.views.found import number, schedule_for
from content.views.previews import preview as preview_text
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.groups.views.found import actor, frame, is_htmx
from groupops.record.idempotency import once
from groupops.shared import clock, paging
from groupops.shared.errors import Forbidden
from groupops.shared.http import not_found_unless

UPCOMING = 10
DOUBTS = 3


@require_safe
def schedules(request: HttpRequest) -> HttpResponse:
    """The schedules of the groups one may see, by group, with the next five occurrences of each."""
    at, user = clock.now(), actor(request)
    filters = ScheduleFilter(request.GET, queryset=queries.schedules(user, sandboxes=bool(request.GET.get("group"))), request=request)
    not_found_unless(filters.is_valid())
    page = paging.page(filters.qs, query=request.GET, order=("group_id", "id"), descending=False)
    group: Group | None = filters.form.cleaned_data["group"]
    context = {
        "filters": filters.form,
        "filtered": any(value not in (None, "") for value in filters.form.cleaned_data.values()),
        "page": page,
        "rows": _rows(request, page.rows, at),
        "group": group,
        "adoptable": _adoptable(request, group),
        "writable": access.groups_with(user, GroupRight.CONTENT).order_by("name")[:200],
    }
    if group:
        context |= frame(request, group, "calendar")
    return render(request, "content/schedules.html#list" if is_htmx(request) else "content/schedules.html", context)


def _rows(request: HttpRequest, found: list[Schedule], at: datetime) -> list[dict[str, Any]]:
    coming = queries.next_occurrences(found, at=at)
    rights = access.rights_on(actor(request), {schedule.group for schedule in found})
    return [{"schedule": row, "coming": coming[row.pk], "may_write": GroupRight.CONTENT in rights[row.group_id]} for row in found]


def _adoptable(request: HttpRequest, group: Group | None) -> bool:
    """Whether the group does not take over its kind's plan yet, and the user may let it."""
    return group is not None and access.may(actor(request), GroupRight.CONTENT, group) and not queries.follows_plan(group)


@require_safe
def schedule(request: HttpRequest, pk: int) -> HttpResponse:
    """One schedule: what it says, its coming slots, and what became of the past ones."""
    found, at = schedule_for(request, pk), clock.now()
    past = paging.page(queries.past_slots(found, at), query=request.GET, order=("due_at", "id"), size=20)
    context = {
        "schedule": found,
        "may_write": access.may(actor(request), GroupRight.CONTENT, found.group),
        "upcoming": list(found.slots.filter(due_at__gt=at).order_by("due_at")[:UPCOMING]),
        "past": past,
        "rows": _past_rows(past.rows),
        "preview": preview_text(found.kind, found.body, found.group, at),
    }
    return render(request, "content/schedule.html#past" if is_htmx(request) else "content/schedule.html", context)


def _past_rows(found: list[Slot]) -> list[dict[str, Any]]:
    posts = {slot.pk: slot.post for slot in found if hasattr(slot, "post")}
    deliveries = queries.deliveries(posts.values())
    rows: list[dict[str, Any]] = [{"slot": slot, "post": posts.get(slot.pk), "asks": slot.why in content.ASKING} for slot in found]
    return [row | {"delivery": deliveries.get(row["post"].pk) if row["post"] else None} for row in rows]


@once
def create(request: HttpRequest) -> HttpResponse:
    """A new schedule; `?group=` chooses its group."""
    choices = access.groups_with(actor(request), GroupRight.CONTENT, sandboxes=True)
    if not choices.exists():
        raise Forbidden(access.MISSING[GroupRight.CONTENT])
    at = clock.now()
    initial = {
        "group": request.GET.get("group"),
        "kind": PostKind.MESSAGE,
        "weekdays": [1, 2, 3, 4, 5],
        "start": local_day(at, actor(request).zone),
        "catch_up": "skip",
    }
    form = ScheduleForm(request.POST or None, choices=choices, initial=initial)
    if request.method != "POST" or "preview" in request.POST:
        return _form(request, form)
    made = attempt(form, lambda: content.create_schedule(group=form.cleaned_data["group"], **form.values(), by=actor(request), at=at))
    if made is None:
        return _form(request, form, status=422)
    messages.success(request, _("%(title)s is planned.") % {"title": made.title})
    return redirect("content:schedule", made.pk)


@once
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a schedule; its open slots move along."""
    found, at = schedule_for(request, pk, GroupRight.CONTENT), clock.now()
    form = ScheduleForm(request.POST or None, choices=None, initial=initial_of(found))
    if request.method != "POST" or "preview" in request.POST:
        return _form(request, form, found)
    changed = attempt(
        form,
        lambda: content.update_schedule(
            schedule=found, version=form.cleaned_data["version"] or 0, by=actor(request), at=at, **form.values()
        ),
    )
    if changed is None:
        return _form(request, form, found, status=422)
    messages.success(request, _("Saved. The coming slots moved along."))
    return redirect("content:schedule", found.pk)


def _form(request: HttpRequest, form: ScheduleForm, found: Schedule | None = None, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "schedule": found, **_look_ahead(form, found)}
    return render(request, "content/schedule_form.html", context, status=status)


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """What the form would do, as far as it is filled in: the next five times, and the message as the group sees it. Writes nothing."""
    found = schedule_for(request, number(request.GET["of"]), GroupRight.CONTENT) if "of" in request.GET else None
    form = ScheduleForm(request.POST, choices=None if found else access.groups_with(actor(request), GroupRight.CONTENT, sandboxes=True))
    return render(request, "content/schedule_form.html#preview", _look_ahead(form, found))


def _look_ahead(form: ScheduleForm, found: Schedule | None) -> dict[str, Any]:
    """The context of the preview: from what was sent where that is valid, else from what the form began with."""
    if form.is_bound:
        form.is_valid()
    given = form.cleaned_data if form.is_bound else {"body": form.initial.get("body", "")}
    group: Group | None = found.group if found else given.get("group")
    if group is None:
        return {"group": None}
    at = clock.now()
    needed = ("weekdays", "at_time", "start")
    values = given if form.is_bound else form.initial
    coming = []
    if all(values.get(name) for name in needed):
        days = {"start": values["start"], "end": values.get("end"), "holidays": values.get("holidays") or Holidays.USUAL}
        rule = Rule(mask_of(values["weekdays"]), values["at_time"], group.zone, **days)
        coming = [queries.Occurrence(day, due) for day, due in rule.upcoming(at)]
    moment = coming[0].due_at if coming else at
    return {
        "group": group,
        "coming": coming,
        "complete": bool(coming),
        "doubts": _doubts(group, coming[0].due_at, given, found) if coming and form.is_bound else [],
        "preview": preview_text(given.get("kind") or "", given.get("body") or "", group, moment),
    }


def _doubts(group: Group, moment: datetime, given: dict[str, Any], found: Schedule | None) -> list[str]:
    """What speaks against its next time: another post of the group close by, the same text lately. Its own days are no others."""
    series = found.pk if found else None
    new = Standing(moment, given.get("title") or "", given.get("body") or "", series)
    others = [doubt for doubt in doubts(group, new) if series is None or doubt.other.series != series]
    return [said(doubt) for doubt in others[:DOUBTS]]
