"""值守: who of the staff is on duty when, as a week, and where nobody is."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from groupops.groups import access, queries
from groupops.groups import services as groups
from groupops.groups.access import GroupRight
from groupops.groups.forms import RosterForm, refuse
from groupops.groups.models import Group, RosterShift
from groupops.groups.policy import week_grid
from groupops.groups.views.found import actor, frame, refreshed
from groupops.record.idempotency import once
from groupops.shared import clock, undos
from groupops.shared.errors import Refused

ROOM = "groups.roster"  # of its undos


@require_safe
def roster(request: HttpRequest, pk: int) -> HttpResponse:
    """The duty roster of a group: the week, and the shifts it is made of."""
    return _page(request, access.group_for(actor(request), pk))


def _page(request: HttpRequest, group: Group, *, form: RosterForm | None = None, status: int = 200) -> HttpResponse:
    shifts, hours = list(queries.roster(group)), queries.policy("content.coverage", group=group)
    grid = week_grid([queries.duty_of(row) for row in shifts], hours)
    context: dict[str, Any] = frame(request, group, "roster") | {
        "shifts": [{"shift": row, "days": _days(row.weekdays)} for row in shifts],
        "grid": grid,
        "gaps": sum(cell.is_gap for row in grid for cell in row),
        "weekdays": list(WEEKDAYS_ABBR.values()),
        "now": clock.local(clock.now(), group.zone),
        "on_duty": queries.on_duty(group, clock.now()),
        "form": form or RosterForm(group=group),
    }
    return render(request, "groups/roster.html", context, status=status)


def _days(mask: int) -> str:
    """The days of a mask in words."""
    return _("Every day") if mask == 0b1111111 else " ".join(str(WEEKDAYS_ABBR[day]) for day in range(7) if mask >> day & 1)


@require_POST
@once
def roster_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Put somebody on duty."""
    group = access.group_for(actor(request), pk, GroupRight.MANAGE_POSTS)
    form = RosterForm(request.POST, group=group)
    if not form.is_valid():
        return _page(request, group, form=form, status=422)
    try:
        rows = groups.put_on_duty(group=group, by=actor(request), at=clock.now(), **form.values())
    except Refused as refusal:
        return _page(request, group, form=form, status=refuse(form, refusal))
    messages.success(
        request, _("%(user)s is on the roster.") % {"user": rows[0].user}, extra_tags=_undo(group, [row.pk for row in rows], to="off")
    )
    return redirect("groups:roster", pk)


@require_POST
@once
def roster_end(request: HttpRequest, pk: int, shift: int) -> HttpResponse:
    """Take a shift off the roster."""
    group = access.group_for(actor(request), pk, GroupRight.MANAGE_POSTS)
    row = get_object_or_404(RosterShift.objects.select_related("user"), pk=shift, group=group)
    ended = groups.take_off_duty(group=group, shifts=[row.pk], by=actor(request), at=clock.now())
    messages.success(
        request, _("Taken off the roster: %(shift)s") % {"shift": row}, extra_tags=_undo(group, ended, to="on") if ended else ""
    )
    return redirect("groups:roster", pk)


@require_POST
@once
def roster_undo(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """Take the last change of the roster back, while the message that offered it is fresh."""
    group = access.group_for(actor(request), pk, GroupRight.MANAGE_POSTS)
    to, shifts = undos.read(ROOM, token)
    turn = groups.put_back_on_duty if to == "on" else groups.take_off_duty
    done = turn(group=group, shifts=shifts, by=actor(request), at=clock.now())
    messages.success(request, _("Taken back.") if done else _("It was changed meanwhile."))
    return refreshed(request, "groups:roster", pk)


def _undo(group: Group, shifts: list[int], *, to: str) -> str:
    return undos.tags(reverse("groups:roster-undo", args=[group.pk, undos.token(ROOM, [to, shifts])]))
