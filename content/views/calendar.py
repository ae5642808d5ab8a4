"""The calendar (群日历) as a page: month, week and agenda, of all groups one may see or of one."""

import json
from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from content import queries
from content.calendar import Entry, View, Window, days_of, members_of, spread, texts_of
from content.calendar.days import DayNote, notes, themes, unpublished
from content.calendar.window import turned
from content.calendar.wire import Addresses, colour, kind_words, legend, plain, title_of, words
from content.forms import FIRST, LAST
from content.forms.calendar import CalendarFilter, PlaceForm
from content.models import Post
from content.policy import PostKind
from content.views.previews import preview, preview_of
from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.views.found import actor, frame, is_htmx
from groupops.shared import clock
from groupops.shared.http import not_found_unless

BUBBLES = 20  # groups whose own text is shown at once
SILENT = 5  # posts that would not leave, by name
UNSAFE = str.maketrans({"<": "\\u003C", ">": "\\u003E", "&": "\\u0026"})  # as Django's json_script does it


@dataclass(frozen=True)
class Row:
    """An entry in the agenda."""

    entry: Entry
    url: str
    words: str
    kind: str

    @property
    def title(self) -> str:
        """The title, or the kind where groups have different ones."""
        return title_of(self.entry)

    @property
    def colour(self) -> str:
        """Of its state."""
        return colour(self.entry.state)


@dataclass(frozen=True)
class Day:
    """A day of the agenda."""

    day: date
    note: DayNote | None
    rows: list[Row]
    is_today: bool
    is_past: bool


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """Everything that is said in a month, a week or the next two weeks. `?group=` is the calendar of one group."""
    at, user, zone = clock.now(), actor(request), timezone.get_current_timezone_name()
    filters, place = read_filters(request), PlaceForm(request.GET)
    not_found_unless(place.is_valid())
    today = clock.local(at, zone).date()
    view, on = View(place.cleaned_data["view"] or View.MONTH), place.cleaned_data["date"] or today
    window = filters.window(user, *days_of(view, on), zone)
    found, writable = spread(window, at=at), writable_by(user)
    addresses, marks = (
        Addresses(filters.kept),
        notes(window.days, themes(window.groups, window.days)),
    )
    days = agenda(found.entries, window, marks, addresses, today)
    context = {
        "filters": filters,
        "filtered": bool(filters.kept),
        "view": view,
        "on": on,
        "zone": zone,
        "heading": _heading(view, window, on),
        "views": _views(filters, view, on),
        "back": _address(filters, view, turned(view, on, -1)),
        "now": _address(filters, view, today),
        "forth": _address(filters, view, turned(view, on, 1)),
        "here": _address(filters, view, on),
        "coming": [day for day in days if not day.is_past and (day.rows or day.note or day.is_today)],
        "gone": [day for day in days if day.is_past and day.rows],
        "unpublished": unpublished(window.days),
        "truncated": found.truncated,
        "silent": _silent(window, at),
        "empty": not found.entries,
        "data": embedded({
            "entries": [plain(entry, addresses, writable, at) for entry in found.entries],
            "days": {str(day): {"label": note.label, "mark": note.mark, "theme": note.theme} for day, note in marks.items()},
        }),
        "since": window.first,
        "until": window.last,
        "source": f"{reverse('api-calendar-list')}?{urlencode({'since': str(window.first), 'until': str(window.last)} | filters.kept)}",
        "legend": legend(),
        "may_write": bool(writable),
    }  # fmt: skip
    group = filters.cleaned_data["group"]
    context["create_zone"] = group.zone if group else zone
    context["create_url"] = reverse("content:create-post", args=[group.pk]) if group else reverse("content:write")
    if group is not None:
        context |= frame(request, group, "calendar")
    return render(request, "content/calendar.html#calendar" if is_htmx(request) else "content/calendar.html", context)


def _silent(window: Window, at: datetime) -> dict[str, Any]:
    """The posts of these days that would not leave as things stand: how many, and the first of them."""
    found = list(queries.silent_among(window.groups, max(window.since, at), window.until)[: SILENT + 1])
    rows = [{"post": post, "off": queries.is_off(post.slot)} for post in found[:SILENT]]
    return {"rows": rows, "more": len(found) > SILENT}


@require_safe
def together(request: HttpRequest) -> HttpResponse:
    """The groups that say the same at the same moment, each with its state and its own entry."""
    filters, at = read_filters(request), clock.now()
    due_at = _moment(request.GET.get("at", ""))
    if due_at is None or not FIRST <= due_at.date() <= LAST or request.GET.get("of") not in PostKind.values:
        raise Http404(_("There is nothing here."))
    day = due_at.date()
    window = filters.window(actor(request), day, day, timezone.get_current_timezone_name())
    found = members_of(window, due_at=due_at, title=request.GET.get("title", ""), kind=request.GET["of"], at=at)
    not_found_unless(found)
    addresses = Addresses()
    context = {
        "first": found[0],
        "kind": kind_words(found[0].first.kind),
        "rows": [Row(entry, addresses.of(entry), words(entry), "") for entry in found],
        "bubbles": _bubbles(found, at),
        "beyond": max(len(found) - BUBBLES, 0),
        "back": f"{reverse('content:calendar')}?date={clock.local(due_at, window.zone).date()}",
    }
    return render(request, "content/calendar_together.html#panel" if is_htmx(request) else "content/calendar_together.html", context)


def _bubbles(found: list[Entry], at: datetime) -> list[dict[str, Any]]:
    """What each of the first groups reads: [{"group", "preview"}]."""
    shown = []
    for part, said in texts_of(found[:BUBBLES]):
        words = preview_of(said, at) if isinstance(said, Post) else preview(said.kind, said.body, said.group, part.due_at)
        shown.append({"group": said.group, "preview": words})
    return shown


def read_filters(request: HttpRequest) -> CalendarFilter:
    """The filters of the address. Raises Http404 for what cannot be."""
    filters = CalendarFilter(request.GET, groups=access.visible_to(actor(request), sandboxes=True))
    not_found_unless(filters.is_valid())
    return filters


def writable_by(user: User) -> Container[int]:
    """The groups in which a user plans content: one query."""
    return set(access.groups_with(user, GroupRight.CONTENT, sandboxes=True).values_list("pk", flat=True))


def agenda(entries: list[Entry], window: Window, marks: dict[date, DayNote], addresses: Addresses, today: date) -> list[Day]:
    """Every day of the window with its rows, on the wall clock of the window."""
    by_day: dict[date, list[Row]] = {}
    for entry in entries:
        day = clock.local(entry.due_at, window.zone).date()
        by_day.setdefault(day, []).append(Row(entry, addresses.of(entry), words(entry), kind_words(entry.first.kind)))
    return [Day(day, marks.get(day), by_day.get(day, []), day == today, day < today) for day in window.days]


def embedded(data: Any) -> SafeString:
    """JSON that may stand inside an HTML element; its own text cannot end it."""
    return SafeString(json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(UNSAFE))


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _heading(view: View, window: Window, on: date) -> str:
    if view == View.MONTH:
        return date_format(on, _("F Y"))
    first, last = (date_format(day, _("F j")) for day in (window.first, window.last))
    return _("%(first)s – %(last)s, %(year)d") % {"first": first, "last": last, "year": window.last.year}


def _views(filters: CalendarFilter, view: View, on: date) -> list[dict[str, Any]]:
    labels = {View.MONTH: _("Month"), View.WEEK: _("Week"), View.AGENDA: _("Agenda")}
    return [{"label": label, "url": _address(filters, name, on), "active": name == view, "key": name[0]} for name, label in labels.items()]


def _address(filters: CalendarFilter, view: View, on: date) -> str:
    return f"{reverse('content:calendar')}?{urlencode({'view': view.value, 'date': on.isoformat()} | filters.kept)}"
