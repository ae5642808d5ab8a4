"""The plans of the kinds (群SOP): a kind's week, its lines with the groups they reach, and a line's form."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from content import queries
from content import services as content
from content.forms import LineForm, attempt, initial_of
from content.models import PlanLine, Schedule
from content.policy import Holidays, PostKind, Rule, local_day
from content.views.found import back
from content.views.previews import preview
from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group, Kind
from groupops.groups.views.found import actor
from groupops.record.idempotency import once
from groupops.shared import clock
from groupops.shared.http import ids
from groupops.shared.weekdays import mask_of

SHOWN = 50  # groups named on a page
MANY, UNDONE = 1000, 300  # schedules that one click switches, and that an undo can name in its address
SAID = ("title", "kind", "body", "at_time", "weekdays", "holidays", "catch_up", "enabled")


@require_safe
def plans(request: HttpRequest) -> HttpResponse:
    """To the plan of the first kind."""
    access.demand_on_site(actor(request), Right.SEE_ALL_GROUPS)
    kind = Kind.objects.filter(archived=False).first()
    if kind is None:
        raise Http404(_("There is no kind of group yet."))
    return redirect("content:plan", kind.pk)


@require_safe
def plan(request: HttpRequest, kind_id: int) -> HttpResponse:
    """A kind's plan: the coming week, the lines with their reach, themes, duties."""
    access.demand_on_site(actor(request), Right.SEE_ALL_GROUPS)
    kind = get_object_or_404(Kind, pk=kind_id)
    lines, themes = queries.plan_lines(kind), queries.themes_of_kind(kind)
    reach = queries.reach_of(lines)
    week = queries.week_of(lines, themes, local_day(clock.now(), actor(request).zone))
    context = {
        "kind": kind,
        "pills": _pills(kind),
        "rows": [{"line": line, "reach": reach.get(line.pk)} for line in lines],
        "retired": kind.plan_lines.filter(retired=True).order_by("at", "key"),
        "week": week,
        "unpublished": queries.unpublished(row.day for row in week),
        "themes": themes,
        "duties": queries.duties_of_kind(kind),
        "owner": "kind",
        "owner_id": kind.pk,
        "may_edit": actor(request).has_right(Right.MANAGE_POLICY),
    }
    return render(request, "content/plan.html", context)


def _pills(kind: Kind) -> list[dict[str, Any]]:
    shown = [row for row in Kind.objects.all() if not row.archived or row.pk == kind.pk]
    return [{"label": row.name, "url": reverse("content:plan", args=[row.pk]), "active": row.pk == kind.pk} for row in shown]


@once
def line_new(request: HttpRequest, kind_id: int) -> HttpResponse:
    """A new line of a kind's plan."""
    access.demand_on_site(actor(request), Right.MANAGE_POLICY)
    kind = get_object_or_404(Kind, pk=kind_id)
    initial = {"kind": PostKind.MESSAGE, "weekdays": [1, 2, 3, 4, 5], "catch_up": "skip", "holidays": Holidays.CALENDAR}
    form = LineForm(request.POST or None, initial=initial)
    del form.fields["enabled"]  # a new line is switched on
    if request.method != "POST" or "preview" in request.POST:
        return _page(request, form, kind, None)
    made = attempt(form, lambda: content.create_line(of=kind, by=actor(request), at=clock.now(), **form.values()))
    if made is None:
        return _page(request, form, kind, None, status=422)
    messages.success(request, _("%(title)s is in the plan.") % {"title": made.title})
    return redirect("content:plan", kind.pk)


@once
def line_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a line; the page says first which groups change with it."""
    access.demand_on_site(actor(request), Right.MANAGE_POLICY)
    line = get_object_or_404(PlanLine.objects.select_related("kind_of_group"), pk=pk)
    form = LineForm(request.POST or None, initial=initial_of(line))
    if request.method != "POST" or "preview" in request.POST:
        return _page(request, form, line.kind_of_group, line)
    changed = attempt(form, lambda: _update(request, form, line))
    if changed is None:
        return _page(request, form, line.kind_of_group, line, status=422)
    messages.success(request, _("Saved. The groups that follow it have changed with it."))
    return redirect("content:plan", line.kind_of_group_id)


def _update(request: HttpRequest, form: LineForm, line: PlanLine) -> PlanLine:
    values = form.values() | {"enabled": form.cleaned_data["enabled"]}
    return content.update_line(line=line, version=form.cleaned_data["version"] or 0, by=actor(request), at=clock.now(), **values)


def _page(request: HttpRequest, form: LineForm, kind: Kind, line: PlanLine | None, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "kind": kind, "line": line, **_effects(request, form, kind, line)}
    return render(request, "content/plan_line.html", context, status=status)


@require_POST
def line_preview(request: HttpRequest, kind_id: int) -> HttpResponse:
    """What the form would change, as far as it is filled in. Writes nothing."""
    access.demand_on_site(actor(request), Right.MANAGE_POLICY)
    kind = get_object_or_404(Kind, pk=kind_id)
    line = kind.plan_lines.filter(pk__in=ids([request.GET.get("of", "")])).first()
    context = {"kind": kind, "line": line, **_effects(request, LineForm(request.POST), kind, line)}
    return render(request, "content/plan_line.html#effects", context)


def _effects(request: HttpRequest, form: LineForm, kind: Kind, line: PlanLine | None) -> dict[str, Any]:
    """What changes, in which groups, and when it would leave next."""
    if form.is_bound:
        form.is_valid()
    values = dict(form.cleaned_data if form.is_bound else form.initial)
    affected = queries.of_line(line).filter(follows=True, off_here=False) if line else None
    names = affected.order_by("group__name").values_list("group__name", flat=True) if affected is not None else _reached(kind)
    coming = _coming(values, actor(request).zone)
    sample = Group(name=kind.name, kind=kind, zone=actor(request).zone)
    return {
        "reach": queries.reach_of([line])[line.pk]
        if line
        else queries.Reach(following=queries.following_groups().filter(kind=kind).count()),
        "names": list(names[:SHOWN]),
        "changes": _changes(line, values) if line and form.is_bound else [],
        "asked": form.is_bound,
        "coming": coming,
        "unpublished": queries.unpublished(occurrence.day for occurrence in coming),
        "sample": sample,
        "preview": preview(values.get("kind") or "", values.get("body") or "", sample, coming[0].due_at if coming else clock.now()),
    }


def _reached(kind: Kind) -> Any:
    return queries.following_groups().filter(kind=kind).order_by("name").values_list("name", flat=True)


def _coming(values: dict[str, Any], zone: str) -> list[queries.Occurrence]:
    if not values.get("weekdays") or not values.get("at_time"):
        return []
    at = clock.now()
    start, holidays = local_day(at, zone) - timedelta(days=1), values.get("holidays") or Holidays.USUAL
    rule = Rule(mask_of(values["weekdays"]), values["at_time"], zone, start, holidays=holidays)
    return [queries.Occurrence(day, due) for day, due in rule.upcoming(at)]


def _changes(line: PlanLine, values: dict[str, Any]) -> list[tuple[str | Promise, Any, Any]]:
    """(label, old, new) of each part that differs, as the form names it."""
    old, new = LineForm(initial=initial_of(line)), LineForm(initial=initial_of(line) | values)
    parts = [(old.fields[name].label or name, shown(old, name), shown(new, name)) for name in SAID]
    return [part for part in parts if part[1] != part[2]]


def shown(form: LineForm, name: str) -> str:
    """A value of a form in words."""
    value, field = form.initial.get(name), form.fields[name]
    words = {str(key): str(label) for key, label in getattr(field, "choices", [])}
    if isinstance(value, list):
        return " ".join(words[str(day)] for day in sorted(set(value)))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return words.get(str(value), f"{value:%H:%M}" if name == "at_time" and value else str(value or ""))


@require_POST
@once
def line_retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a line out of the plan."""
    access.demand_on_site(actor(request), Right.MANAGE_POLICY)
    line = content.retire_line(line=get_object_or_404(PlanLine, pk=pk), by=actor(request), at=clock.now())
    undo = f"undo:{reverse('content:line-restore', args=[pk])}"
    messages.success(request, _("%(title)s is out of the plan.") % {"title": line.title}, extra_tags=undo)
    return back(request, "content:plan", line.kind_of_group_id)


@require_POST
@once
def line_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a retired line back."""
    access.demand_on_site(actor(request), Right.MANAGE_POLICY)
    line = content.restore_line(line=get_object_or_404(PlanLine, pk=pk), by=actor(request), at=clock.now())
    undo = f"undo:{reverse('content:line-retire', args=[pk])}"
    messages.success(request, _("%(title)s is in the plan again.") % {"title": line.title}, extra_tags=undo)
    return back(request, "content:plan", line.kind_of_group_id)


@require_safe
def line_groups(request: HttpRequest, pk: int) -> HttpResponse:
    """What each group has of a line, with a switch for many at once."""
    access.demand_on_site(actor(request), Right.SEE_ALL_GROUPS)
    line = get_object_or_404(PlanLine.objects.select_related("kind_of_group"), pk=pk)
    found = [queries.PlanRow(row) for row in queries.of_line(line).order_by("group__name")]
    writable = access.rights_on(actor(request), [row.schedule.group for row in found])
    rows = [{"row": row, "may_write": GroupRight.CONTENT in writable[row.schedule.group_id]} for row in found]
    return render(request, "content/plan_line_groups.html", {"line": line, "kind": line.kind_of_group, "rows": rows})


@require_POST
@once
def switch_many(request: HttpRequest) -> HttpResponse:
    """Switch schedules on or off, in every group where one may: `pk` as often as there are, `do` on or off."""
    given = request.POST if "do" in request.POST else request.GET  # an undo has them in its address
    on, at, user = given.get("do") == "on", clock.now(), actor(request)
    pks = set(ids(given.getlist("pk")))
    mine = access.groups_with(user, GroupRight.CONTENT)
    done = content.switch_many(
        schedules=queries.schedules(user).filter(pk__in=pks, group__in=mine).order_by("pk")[:MANY], on=on, by=user, at=at
    )
    messages.success(request, _switched(len(done), len(pks) - len(done), on=on), extra_tags=_undo(done, on=on))
    return back(request, "content:schedules")


def _switched(done: int, kept: int, *, on: bool) -> str:
    if on:
        said = ngettext("Switched on in %(n)d group.", "Switched on in %(n)d groups.", done) % {"n": done}
    else:
        said = ngettext("Switched off in %(n)d group.", "Switched off in %(n)d groups.", done) % {"n": done}
    return f"{said} {ngettext('%(n)d stayed as it was.', '%(n)d stayed as they were.', kept) % {'n': kept}}" if kept else said


def _undo(done: list[Schedule], *, on: bool) -> str:
    """Empty for more rows than an address holds."""
    query = urlencode([("do", "off" if on else "on"), *(("pk", row.pk) for row in done)])
    return f"undo:{reverse('content:switch-many')}?{query}" if 0 < len(done) <= UNDONE else ""
