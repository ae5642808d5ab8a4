"""The roster: everybody across the groups one sees, its export, and what is done to many members at once."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from groupops.accounts.models import User
from groupops.accounts.sure import sure
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.views.found import actor, is_htmx, refreshed
from groupops.record.idempotency import once
from groupops.shared import clock, paging, skipping, undos
from groupops.shared.errors import Invalid
from groupops.shared.http import ids, next_url, not_found_unless
from groupops.shared.spreadsheet import csv_response
from members import policy, queries
from members.care import services as care
from members.caring import CareSort, Wanted
from members.filters import ZERO, MembershipFilter
from members.models import Membership, Tag
from members.segments import queries as segments
from members.sources import queries as sources
from members.tags import queries as tags
from members.tags import services as tagging
from members.tags.services import Marked

ROOM = "members"  # of its undos
MOST = 500  # members in one bulk action
TASK_LENGTH = 500
DAY = timedelta(days=1)
ORDER = ("joined_at", "id")


@require_safe
def roster(request: HttpRequest) -> HttpResponse:
    """Everybody who is or was in a group one sees, the newest first."""
    found, rows = _view(request)
    page = paging.page(rows, query=request.GET, order=ORDER)
    tags.hang_on(page.rows)
    context = {
        "page": page,
        "filter": found,
        "pills": _pills(request),
        "tags": tags.choices()[: tags.MOST],
        "sources": sources.sources(archived=False),
        "is_filtered": any(value for name, value in request.GET.items() if name in found.filters),
        "query": request.GET.urlencode(),
        "days": policy.RECENT_DAYS,
    }
    return render(request, "members/roster.html#list" if is_htmx(request) else "members/roster.html", context)


def _pills(request: HttpRequest) -> list[dict[str, Any]]:
    """Views that everybody wants, and the segments of the reader."""
    views: list[tuple[str, str]] = [
        ("", _("All")),
        ("present=yes&joined=week", _("New this week")),
        ("present=yes&spoke=month", _("Silent for 30 days")),
        ("present=yes&spoke=quarter", _("Silent for 90 days")),
        (f"present=yes&spoke={ZERO}", _("No message at all")),
    ]
    saved = segments.segments_for(actor(request))[: segments.MOST]
    views += [(urlencode(segment.query), segment.name) for segment in saved]
    here = urlencode([(name, value) for name, value in request.GET.items() if value and name in MembershipFilter.base_filters])
    return [{"label": label, "url": f"?{query}", "active": here == query} for query, label in views]


@require_safe
@sure(reading=True)
def export(request: HttpRequest) -> HttpResponseBase:
    """Exactly the roster's view, all pages of it, as CSV."""
    _found, rows = _view(request)
    head = [_("Nickname"), _("Account"), _("Group"), _("Joined"), _("Left"), _("Returns"), _("Last spoke"), _("Messages in 30 days")]
    head += [_("Tier"), _("Source"), _("Invited by")]
    whole = rows.select_related("person__merged_into", "group", "source", "invited_by").order_by("-joined_at", "-id")
    return csv_response("members.csv", head, (_cells(row) for row in whole.iterator(chunk_size=500)))


def _cells(row: Membership) -> list[Any]:
    local = timezone.localtime
    return [
        row.human.name,
        row.person.remote_id,
        row.group.name,
        local(row.joined_at) if row.join_seen else _("first seen %(at)s") % {"at": f"{local(row.joined_at):%Y-%m-%d %H:%M}"},
        local(row.left_at) if row.left_at else "",
        row.rejoins,
        local(row.last_spoke_at) if row.last_spoke_at else _("unknown"),
        row.recent,  # type: ignore[attr-defined]
        row.get_tier_display() if row.tier else _("unknown"),
        row.source.name if row.source else "",
        row.invited_by.name if row.invited_by else "",
    ]


def _view(request: HttpRequest) -> tuple[MembershipFilter, QuerySet[Membership]]:
    """The filter and the rows it lets through: the same for the page and its export."""
    user = actor(request)
    today = clock.local(clock.now(), user.zone).date()
    found = MembershipFilter(request.GET, queryset=queries.with_recent(_rows(request), today), request=request)
    rows: QuerySet[Membership] = found.qs if found.is_valid() else found.queryset.none()
    return found, rows


def _rows(request: HttpRequest) -> QuerySet[Membership]:
    """Of all groups; of a sandbox only where it is named."""
    return queries.memberships_for(actor(request), sandboxes=bool(request.GET.get("group")))


@require_POST
@once
def act(request: HttpRequest) -> HttpResponse:
    """Tag the checked members, take a tag from them, or write down what is to be done for them; says who was skipped and why."""
    do, by, at = request.POST.get("do", ""), actor(request), clock.now()
    rows = _chosen(by, request.POST.getlist("pk"))
    if do == "task":
        _told(request, _to_do(request, rows, by), undoing="")
    else:
        not_found_unless(do in ("give", "take"))
        tag = tags.choices().filter(pk__in=ids([request.POST.get("tag", "")])).first()
        if tag is None:
            raise Invalid(_("Choose a tag first."), field="tag")
        result = (tagging.give if do == "give" else tagging.take)(tag=tag, memberships=rows, by=by, at=at)
        token = undos.token(ROOM, [do, tag.pk, result.done])
        _told(request, result, undoing=reverse("members:undo", args=[token]))
    return redirect(next_url(request, default=reverse("members:roster")))


def _chosen(user: User, given: Sequence[str]) -> list[Membership]:
    return list(queries.memberships_for(user, sandboxes=True).filter(pk__in=ids(given[:MOST])).order_by("pk"))


def _to_do(request: HttpRequest, rows: list[Membership], by: User) -> Marked:
    """One care task each, due tomorrow at this hour; an empty sentence is no task."""
    note, at = request.POST.get("note", "").strip()[:TASK_LENGTH], clock.now()
    if not note:
        raise Invalid(_("Write what is to be done."), field="note")
    rights = access.rights_on(by, {row.group_id: row.group for row in rows}.values())
    mine = [row for row in rows if GroupRight.CARE in rights[row.group_id]]
    occasion = get_random_string(12)
    care.propose(wanted=[Wanted(row.pk, CareSort.CUSTOM, at + DAY, occasion, note) for row in mine], by=by, at=at)
    skipped = [(row.person.name, access.MISSING[GroupRight.CARE]) for row in rows if GroupRight.CARE not in rights[row.group_id]]
    return Marked([row.pk for row in mine], skipped)


def _told(request: HttpRequest, result: Marked, *, undoing: str) -> None:
    if n := len(result.done):
        text = ngettext("Done for %(n)d member.", "Done for %(n)d members.", n) % {"n": n}
        messages.success(request, text, extra_tags=undos.tags(undoing))
    if result.skipped:
        messages.warning(request, skipping.sentence(result.skipped[: skipping.TOLD], count=len(result.skipped)))
    if not (result.done or result.skipped):
        messages.warning(request, _("Nobody was chosen."))


@require_POST
@once
def undo(request: HttpRequest, token: str) -> HttpResponse:
    """Take tags back, or give them back, while the message that offered it is fresh."""
    did, tag_pk, pks = undos.read(ROOM, token)
    by, at = actor(request), clock.now()
    rows = queries.memberships_for(by, sandboxes=True).filter(pk__in=pks)
    tag = get_object_or_404(Tag, pk=tag_pk)
    (tagging.take if did == "give" else tagging.give)(tag=tag, memberships=rows, by=by, at=at)
    messages.success(request, _("It is as it was before."))
    return refreshed(request, next_url(request, default=reverse("members:roster")))
