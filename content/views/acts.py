"""Buttons of the schedule pages: each one service call, with its undo where it has one."""

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from content import services as content
from content.views.found import back, number, schedule_for, slot_for
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.views.found import actor
from groupops.record.idempotency import once
from groupops.shared import clock


@require_POST
@once
def adopt(request: HttpRequest) -> HttpResponse:
    """Take over the plan of the week for the group in the form."""
    group = access.group_for(actor(request), number(request.POST.get("group", "")), GroupRight.CONTENT)
    added = len(content.adopt_plan(group=group, by=actor(request), at=clock.now()))
    said = ngettext("%(n)d schedule was added; edit it as you like.", "%(n)d schedules were added; edit them as you like.", added) % {
        "n": added
    }
    messages.success(request, said if added else _("The group has the whole plan already."))
    response = back(request, "content:schedules")
    if not request.POST.get("next"):
        response["Location"] = f"{reverse('content:schedules')}?group={group.pk}"
    return response


@require_POST
@once
def enable(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch a schedule on."""
    found = schedule_for(request, pk, GroupRight.CONTENT)
    content.enable(schedule=found, by=actor(request), at=clock.now())
    _done(request, _("%(title)s is switched on."), found.title, reverse("content:disable", args=[pk]))
    return back(request, "content:schedule", pk)


@require_POST
@once
def disable(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch a schedule off."""
    found = schedule_for(request, pk, GroupRight.CONTENT)
    content.disable(schedule=found, by=actor(request), at=clock.now())
    _done(request, _("%(title)s is switched off."), found.title, reverse("content:enable", args=[pk]))
    return back(request, "content:schedule", pk)


@require_POST
@once
def skip(request: HttpRequest, pk: int, day: date) -> HttpResponse:
    """Leave one day out."""
    found = schedule_for(request, pk, GroupRight.CONTENT)
    content.skip_day(schedule=found, day=day, by=actor(request), at=clock.now())
    _done(request, _("Left out on %(title)s."), date_format(day), reverse("content:unskip", args=[pk, day]))
    return back(request, "content:schedule", pk)


@require_POST
@once
def unskip(request: HttpRequest, pk: int, day: date) -> HttpResponse:
    """Take a left-out day back in."""
    found = schedule_for(request, pk, GroupRight.CONTENT)
    content.unskip_day(schedule=found, day=day, by=actor(request), at=clock.now())
    _done(request, _("Planned again on %(title)s."), date_format(day), reverse("content:skip", args=[pk, day]))
    return back(request, "content:schedule", pk)


@require_POST
@once
def send_slot(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a missed slot's post after all."""
    slot = slot_for(request, pk, GroupRight.CONTENT)
    content.send_slot_now(slot=slot, by=actor(request), at=clock.now())
    messages.success(request, _("It leaves now."))
    return back(request, "content:schedule", slot.schedule_id)


def _done(request: HttpRequest, said: str, title: str, undo: str) -> None:
    messages.success(request, said % {"title": title}, extra_tags=f"undo:{undo}")
