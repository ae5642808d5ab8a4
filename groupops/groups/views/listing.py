"""群组: the list, its export, and what is done to many groups at once."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from groupops.accounts.policy import Right
from groupops.groups import access, queries
from groupops.groups import services as groups
from groupops.groups.access import GroupRight
from groupops.groups.filters import SORTS, GroupFilter
from groupops.groups.models import Group
from groupops.groups.policy import Lifecycle
from groupops.groups.services import BulkResult
from groupops.groups.views.found import actor, is_htmx
from groupops.record.idempotency import once
from groupops.shared import clock, paging, undos
from groupops.shared.http import ids, next_url
from groupops.shared.spreadsheet import csv_response

ROOM = "groups"  # of its undos
MOST = 500  # groups in one bulk action


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Every group the reader may see, with health and the messages of two weeks."""
    found, rows = _view(request)
    sort = _sort(request)
    order, descending = SORTS[sort]
    page = paging.page(rows, query=request.GET, order=order, descending=descending)
    counts = queries.message_counts(page.rows, until=clock.local(clock.now(), actor(request).zone).date())
    for group in page.rows:
        group.messages = counts[group.pk]  # type: ignore[attr-defined]
    context = {
        "page": page,
        "filter": found,
        "is_filtered": any(value for name, value in request.GET.items() if name in found.filters),
        "heads": _heads(request, sort),
        "pills": _pills(request),
        "moves": [(Lifecycle.ACTIVE, _("Start running")), (Lifecycle.PAUSED, _("Pause")), (Lifecycle.ARCHIVED, _("Archive"))],
        "may_create": actor(request).has_right(Right.CREATE_GROUP),
    }
    return render(request, "groups/listing.html#rows" if is_htmx(request) else "groups/listing.html", context)


def _view(request: HttpRequest) -> tuple[GroupFilter, QuerySet[Group]]:
    """The filter, and the rows it lets through: the same for the page and its export. Archived groups show when asked for."""
    found = GroupFilter(request.GET, queryset=queries.listing(access.visible_to(actor(request))), request=request)
    rows: QuerySet[Group] = found.qs
    return found, rows if request.GET.get("lifecycle") else rows.exclude(lifecycle=Lifecycle.ARCHIVED)


def _sort(request: HttpRequest) -> str:
    wanted = request.GET.get("sort", "")
    return wanted if wanted in SORTS else "name"


def _heads(request: HttpRequest, sort: str) -> dict[str, dict[str, str]]:
    """For each sortable column its next order as a query string, and how it is sorted now."""
    heads = {}
    for name in ("name", "members", "health"):
        now = "ascending" if sort == name else "descending" if sort == f"-{name}" else "none"
        query = request.GET.copy()
        for position in ("after", "before"):
            query.pop(position, None)
        query["sort"] = f"-{name}" if now == "ascending" else name
        heads[name] = {"url": f"?{query.urlencode()}", "order": now}
    return heads


def _pills(request: HttpRequest) -> list[dict[str, Any]]:
    views = [
        ("", _("All")),
        ("mine=true", _("Mine")),
        ("lifecycle=active", _("Running")),
        ("lifecycle=planned", _("Not started")),
        ("health=low", _("Needs a look")),
        ("sort=-members", _("Largest first")),
        ("lifecycle=archived", _("Archived")),
    ]
    here = "&".join(f"{name}={value}" for name, value in request.GET.items() if value)
    return [{"label": label, "url": f"?{query}", "active": here == query} for query, label in views]


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The list as CSV: exactly the view, every page of it."""
    order, descending = SORTS[_sort(request)]
    rows = _view(request)[1].order_by(*[f"-{name}" if descending else name for name in order])
    header = [
        _("Group name"),
        _("Kind"),
        _("Lifecycle"),
        _("Level"),
        _("Region"),
        _("Members"),
        _("Group health"),
        _("Time zone"),
        _("Opened"),
    ]
    return csv_response("groups.csv", header, _cells(rows))


def _cells(rows: QuerySet[Group]) -> Iterator[list[Any]]:
    for group in rows.iterator(chunk_size=500):
        words = [group.name, group.kind.name, group.get_lifecycle_display(), group.get_level_display(), group.region]
        yield [*words, group.member_count, group.health, group.zone, group.created_at]


@require_POST
@once
def bulk(request: HttpRequest) -> HttpResponse:
    """Start, pause or archive the checked groups; says how many, which not and why, and offers the way back."""
    to = request.POST.get("to", "")
    if to not in Lifecycle.values:
        raise Http404(_("There is no such action."))
    chosen = ids(request.POST.getlist("pk")[:MOST])
    seen = list(access.visible_to(actor(request)).filter(pk__in=chosen))
    rights = access.rights_on(actor(request), seen)
    allowed = [group for group in seen if GroupRight.EDIT in rights[group.pk]]
    result = groups.set_lifecycle_of(groups=allowed, to=Lifecycle(to), by=actor(request), at=clock.now())
    result.skipped += [(group, access.MISSING[GroupRight.EDIT]) for group in seen if GroupRight.EDIT not in rights[group.pk]]
    _report(request, result, Lifecycle(to))
    return HttpResponseRedirect(next_url(request, default=reverse("groups:list")))


def _report(request: HttpRequest, result: BulkResult, to: Lifecycle) -> None:
    """Toasts: what was done, with its undo, and what was skipped, with why."""
    if result.done:
        text = ngettext("%(n)d group is now: %(state)s", "%(n)d groups are now: %(state)s", len(result.done))
        token = undos.token(ROOM, [[group.pk, was, to] for group, was in result.done])
        tags = undos.tags(reverse("groups:undo", args=[token]))
        messages.success(request, text % {"n": len(result.done), "state": to.label}, extra_tags=tags)
    if result.skipped:
        text = ngettext("%(n)d group was skipped: %(why)s", "%(n)d groups were skipped: %(why)s", len(result.skipped))
        why = "; ".join(f"{group} – {reason}" for group, reason in result.skipped[:5])
        messages.warning(request, text % {"n": len(result.skipped), "why": why})
    if not (result.done or result.skipped):
        messages.warning(request, _("No group was chosen."))


@require_POST
def undo(request: HttpRequest, token: str) -> HttpResponse:
    """Take a lifecycle move back, while the message that offered it is fresh."""
    moves = _moves(token)
    allowed = access.groups_with(actor(request), GroupRight.EDIT).filter(pk__in=moves).values_list("pk", flat=True)
    at: datetime = clock.now()
    result = groups.undo_lifecycle(moves={pk: moves[pk] for pk in allowed}, by=actor(request), at=at)
    text = ngettext("%(n)d group is as it was before", "%(n)d groups are as they were before", len(result.done))
    messages.success(request, text % {"n": len(result.done)})
    if is_htmx(request):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return HttpResponseRedirect(next_url(request, default=reverse("groups:list")))


def _moves(token: str) -> dict[int, tuple[Lifecycle, Lifecycle]]:
    return {pk: (Lifecycle(was), Lifecycle(sent)) for pk, was, sent in undos.read(ROOM, token)}
