"""Pages of what groups say: a group's messages, one event with its trace, and what could not be understood."""

import json
from datetime import datetime
from typing import Any

from django.contrib import messages as flash
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.groups.queries import policy as policy_of
from groupops.groups.views.found import actor, frame, is_htmx
from groupops.inbound import policy, queries
from groupops.inbound import services as inbound
from groupops.inbound.filters import KIND_LABELS, EventFilter
from groupops.inbound.keeping import NAME
from groupops.inbound.models import EventState, StoredEvent
from groupops.messaging.adapter import EventKind
from groupops.messaging.models import Binding
from groupops.record.idempotency import once
from groupops.shared import clock, paging
from groupops.shared.http import ids

ORDER = ("occurred_at", "id")
NEWER = 50  # rows that one refresh brings at most; the next brings more
FOLLOWED = 50  # waiting rows that a refresh looks after


@require_safe
def messages(request: HttpRequest, group_id: int) -> HttpResponse:
    """A group's messages, newest first; the first page follows what happens by itself."""
    group = access.group_for(actor(request), group_id)
    found, rows = _view(request, group)
    page = paging.page(rows, query=request.GET, order=ORDER)
    emptied = queries.emptied_until(group.pk)
    lines = [_line(event, emptied) for event in page.rows]
    context = frame(request, group, "messages") | {
        "page": page,
        "lines": lines,
        "filter": found,
        "is_filtered": any(value for name, value in request.GET.items() if name in found.filters),
        "bound": Binding.objects.filter(group=group).exists(),
        "text_days": policy_of(NAME, group=group).days,
        "live": None if "after" in request.GET or "before" in request.GET else _live(request, queries.newest_id(rows), lines),
    }
    return render(request, "inbound/messages.html#list" if is_htmx(request) else "inbound/messages.html", context)


@require_safe
def newer(request: HttpRequest, group_id: int) -> HttpResponse:
    """What arrived since ?since=<event id> under the same filters, and waiting rows of ?waiting= that are understood by now."""
    group = access.group_for(actor(request), group_id)
    _found, rows = _view(request, group)
    since, waiting = (ids(request.GET.get(name, "").split(",")[:FOLLOWED]) for name in ("since", "waiting"))
    arrived = list(rows.filter(pk__gt=since[0] if since else 0).order_by("pk")[:NEWER])
    settled = list(rows.filter(pk__in=waiting).exclude(state=EventState.PENDING)) if waiting else []
    if not arrived and not settled:
        return HttpResponse(status=204)
    still = [_line(event) for event in rows.filter(pk__in=set(waiting) - {event.pk for event in settled})] if waiting else []
    lines = [_line(event) for event in reversed(arrived)]
    last = arrived[-1].pk if arrived else since[0] if since else 0
    context = {
        "group": group,
        "lines": lines,
        "settled": [_line(event) for event in settled],
        "live": _live(request, last, [*lines, *still]),
    }
    return render(request, "inbound/messages.html#newer", context)


def _view(request: HttpRequest, group: Group) -> tuple[EventFilter, QuerySet[StoredEvent]]:
    """The filter and the rows it lets through; a filter that makes no sense lets nothing through and says so on the form."""
    found = EventFilter(request.GET, queryset=StoredEvent.objects.filter(group=group).defer("raw"), request=request, zone=group.zone)
    rows: QuerySet[StoredEvent] = found.qs if found.is_valid() else found.queryset.none()
    return found, rows


def _line(event: StoredEvent, emptied: datetime | None = None) -> dict[str, Any]:
    """An event as the list shows it; `emptied`: what was said before then has no text any more."""
    kind = EventKind(event.kind) if event.kind in KIND_LABELS else None
    return {
        "event": event,
        "name": event.user_name or event.remote_user or _("Unknown"),
        "said": kind == EventKind.MESSAGE,
        "kind": KIND_LABELS[kind] if kind else event.kind,
        "trace": queries.trace_of(event),
        "emptied": emptied is not None and not event.text and event.occurred_at < emptied,
    }


def _live(request: HttpRequest, since: int, lines: list[dict[str, Any]]) -> str:
    """The query string of the next refresh: the same filters, where it goes on, and the rows that still wait."""
    query = request.GET.copy()
    for name in ("after", "before", "since", "waiting"):
        query.pop(name, None)
    query["since"] = str(since)
    waiting = [str(line["event"].pk) for line in lines if line["event"].state == EventState.PENDING]
    if waiting:
        query["waiting"] = ",".join(waiting[:FOLLOWED])
    return "?" + query.urlencode()


@require_safe
def message(request: HttpRequest, event_id: int) -> HttpResponse:
    """One event: who, when, what each step did, and for those who may edit the group the raw JSON."""
    event = get_object_or_404(queries.events_for(actor(request), sandboxes=True), pk=event_id)
    can = {right.value for right in access.rights(actor(request), event.group)} if event.group else set()
    raw = json.dumps(event.raw, ensure_ascii=False, indent=2) if _sees_raw(event, can) else None
    context = {"event": event, "line": _line(event, queries.emptied_until(event.group_id)), "group": event.group, "can": can, "raw": raw}
    return render(request, "inbound/message.html", context)


def _sees_raw(event: StoredEvent, can: set[str]) -> bool:
    """Raw JSON may hold more than the chat shows: for those who may edit the group, or who manage the connection of an unbound room."""
    return event.group is None or GroupRight.EDIT in can


@require_POST
@once
def replay(request: HttpRequest, event_id: int) -> HttpResponse:
    """Give one parked event another try."""
    event = get_object_or_404(queries.events_for(actor(request), sandboxes=True), pk=event_id)
    if event.group is None:
        raise Http404
    access.demand(actor(request), GroupRight.EDIT, event.group)
    inbound.replay(event_ids=[event.pk], by=actor(request), at=clock.now())
    flash.success(request, _("The event is worked through again."))
    return redirect("inbound:message", event.pk)


@require_safe
def parked(request: HttpRequest) -> HttpResponse:
    """Everything that could not be understood in the groups one sees, newest first; ?state=dropped shows what was not counted."""
    state = EventState.DROPPED if request.GET.get("state") == EventState.DROPPED else EventState.PARKED
    rows = queries.events_for(actor(request)).filter(state=state).defer("raw")
    page = paging.page(rows, query=request.GET)
    context = {
        "page": page,
        "lines": [_line(event) for event in page.rows],
        "state": state,
        "pills": [
            {"label": EventState.PARKED.label, "url": "?", "active": state == EventState.PARKED},
            {"label": EventState.DROPPED.label, "url": f"?state={EventState.DROPPED}", "active": state == EventState.DROPPED},
        ],
        "most": policy.REPLAYS,
    }
    return render(request, "inbound/parked.html#list" if is_htmx(request) else "inbound/parked.html", context)


@require_POST
@once
def replay_all(request: HttpRequest) -> HttpResponse:
    """Give everything that is parked in the groups one may edit another try, the oldest first."""
    user = actor(request)
    count = inbound.replay(event_ids=queries.replayable(user)[: policy.REPLAYS], by=user, at=clock.now())
    flash.success(request, ngettext("%(n)d event is worked through again.", "%(n)d events are worked through again.", count) % {"n": count})
    return redirect("inbound:parked")
