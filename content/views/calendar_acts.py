"""What the calendar itself does: move an entry, write one day of a series, end a series, say a test."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from content import services as content
from content.forms import FIRST, LAST
from content.forms.calendar import MoveForm
from content.models import Schedule
from content.services.ahead import occurrence
from content.services.posts.common import demand_writer
from content.services.rearranging import Doubtful, rearrange_post, rearrange_slot, said
from content.services.trying import test_schedule
from content.views.calendar_entry import Panel, of_plan, of_post, of_slot, show
from content.views.found import back, number, post_for, schedule_for, slot_for
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.views.found import actor
from groupops.record.idempotency import once
from groupops.shared import clock
from groupops.shared.errors import Invalid


@require_POST
@once
def move_slot(request: HttpRequest, pk: int) -> HttpResponse:
    """Move this one occurrence; `?reset=1` puts it back to where the rule says."""
    slot, at, user = slot_for(request, pk, GroupRight.CONTENT), clock.now(), actor(request)
    address, before, placed = reverse("content:calendar-slot", args=[pk]), slot.due_at, slot.placed
    if "reset" in request.GET:
        content.reset_slot(slot=slot, by=user, at=at)
        return _moved(request, address, slot.due_at, undo="")
    asked = _asked(request)

    def move() -> HttpResponse:
        moved = rearrange_slot(slot=slot, **asked, by=user, at=at)
        undo = _undo(address, before) if placed or before <= at else f"{address}move/?reset=1"
        return _moved(request, address, moved.due_at, undo=undo if before > at else "")

    return _or_doubt(request, move, lambda: of_slot(slot), asked)


@require_POST
@once
def move_post(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a post."""
    post, at, user = post_for(request, pk, GroupRight.DRAFT), clock.now(), actor(request)
    demand_writer(user, post)
    address, before, asked = reverse("content:calendar-post", args=[pk]), post.due_at, _asked(request)
    version = request.POST.get("version") or request.GET.get("version")

    def move() -> HttpResponse:
        moved = rearrange_post(post=post, version=number(version) if version else None, **asked, by=user, at=at)
        return _moved(request, address, moved.due_at, undo=_undo(address, before) if before > at else "")

    return _or_doubt(request, move, lambda: of_post(post, at), asked)


@require_POST
@once
def move_plan(request: HttpRequest, pk: int, day: date) -> HttpResponse:
    """Move an occurrence that no row stands for yet: its row is made first."""
    schedule, at, user = schedule_for(request, pk, GroupRight.CONTENT), clock.now(), actor(request)
    asked = _asked(request)

    def move() -> HttpResponse:
        slot = occurrence(schedule=schedule, day=day, at=at)
        slot.schedule = schedule
        moved = rearrange_slot(slot=slot, **asked, by=user, at=at)
        address = reverse("content:calendar-slot", args=[moved.pk])
        return _moved(request, address, moved.due_at, undo=f"{address}move/?reset=1")

    return _or_doubt(request, move, lambda: of_plan(schedule, day), asked)


@require_POST
@once
def write_plan(request: HttpRequest, pk: int, day: date) -> HttpResponse:
    """Write an occurrence that no row stands for yet: its row is made, then its text is written like any other day's."""
    schedule = schedule_for(request, pk, GroupRight.CONTENT)
    slot = occurrence(schedule=schedule, day=day, at=clock.now())
    return redirect("content:slot-ahead", slot.pk)


@require_POST
@once
def end_series(request: HttpRequest, pk: int) -> HttpResponse:
    """The series says something for the last time on the day in the form."""
    schedule = schedule_for(request, pk, GroupRight.CONTENT)
    last = _day(request.POST.get("end", ""))
    version = number(request.POST.get("version", ""))
    content.update_schedule(schedule=schedule, version=version, end=last, by=actor(request), at=clock.now())
    messages.success(request, _("%(title)s ends on %(day)s.") % {"title": schedule.title, "day": date_format(last, "Y-m-d")})
    return back(request, "content:schedule", pk)


@require_POST
@once
def try_schedule(request: HttpRequest, pk: int) -> HttpResponse:
    """Say in a room, as a test, what a schedule says on a day."""
    schedule, user = schedule_for(request, pk, GroupRight.CONTENT), actor(request)
    room = access.group_for(user, number(request.POST.get("room", "")), GroupRight.CONTENT)
    moment = schedule.rule.moment(_day(request.POST.get("day", "")))
    test_schedule(schedule=schedule, moment=moment, room=room, by=user, at=clock.now())
    return _tried(request, schedule, room.pk, room.name)


@require_POST
@once
def try_post(request: HttpRequest, pk: int) -> HttpResponse:
    """Say a post in a room as a test, and stay where one is."""
    post, user = post_for(request, pk, GroupRight.DRAFT), actor(request)
    room = access.group_for(user, number(request.POST.get("room", "")), GroupRight.CONTENT)
    content.test_post(post=post, room=room, by=user, at=clock.now())
    return _tried(request, post, room.pk, room.name)


def _tried(request: HttpRequest, of: Any, room: int, name: str) -> HttpResponse:
    request.session["test_room"] = room
    messages.success(request, _("A test is on its way to %(room)s.") % {"room": name})
    return back(request, "content:schedule" if isinstance(of, Schedule) else "content:post", of.pk)


def _asked(request: HttpRequest) -> dict[str, Any]:
    """Where it goes, where it was seen, whether doubts were read: from a drag, a form, or the address of an undo. Raises Invalid."""
    form = MoveForm({**request.GET.dict(), **request.POST.dict()})
    if not form.is_valid():
        field, errors = next(iter(form.errors.items()))
        raise Invalid(str(errors[0]), field=field)
    due_at = form.moment(timezone.get_current_timezone_name())
    return {"due_at": due_at, "was": form.cleaned_data["was"], "keep": form.cleaned_data["keep"]}


def _or_doubt(request: HttpRequest, move: Callable[[], HttpResponse], panel: Callable[[], Panel], asked: dict[str, Any]) -> HttpResponse:
    """Moved; or its panel with what speaks against it and the way to keep it anyway."""
    try:
        return move()
    except Doubtful as doubtful:
        asking = {"to": asked["due_at"].isoformat(), "doubts": [said(doubt) for doubt in doubtful.doubts], "at": asked["due_at"]}
        return show(request, panel(), status=doubtful.status, asking=asking)


def _undo(address: str, before: datetime) -> str:
    return f"{address}move/?{urlencode({'to': before.isoformat(), 'keep': 'on'})}"


def _moved(request: HttpRequest, address: str, due_at: datetime, *, undo: str) -> HttpResponse:
    moment = date_format(timezone.localtime(due_at), "m-d H:i")
    messages.success(request, _("Moved to %(moment)s.") % {"moment": moment}, extra_tags=f"undo:{undo}" if undo else "")
    return redirect(address)


def _day(text: str) -> date:
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if found is None or not FIRST <= found <= LAST:
        raise Invalid(_("Choose a day."), field="end")
    return found
