"""Pages of the members: everybody across the groups one sees, and one person."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from groupops.groups.views.found import actor, is_htmx
from groupops.shared import clock, paging
from groupops.shared.spreadsheet import csv_response
from members import policy, queries
from members.filters import MembershipFilter
from members.models import Membership

ORDER = ("joined_at", "id")


@require_safe
def roster(request: HttpRequest) -> HttpResponse:
    """Everybody who is or was in a group one sees, the newest first."""
    found, rows = _view(request)
    context = {
        "page": paging.page(rows, query=request.GET, order=ORDER),
        "filter": found,
        "is_filtered": any(value for name, value in request.GET.items() if name in found.filters),
        "query": request.GET.urlencode(),
        "days": policy.RECENT_DAYS,
    }
    return render(request, "members/roster.html#list" if is_htmx(request) else "members/roster.html", context)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """Exactly the roster's view, all pages of it, as CSV."""
    _found, rows = _view(request)
    head = [_("Nickname"), _("Account"), _("Group"), _("Joined"), _("Left"), _("Returns"), _("Last spoke"), _("Messages in 30 days")]
    return csv_response("members.csv", head, (_cells(row) for row in rows.order_by("-joined_at", "-id").iterator(chunk_size=500)))


def _cells(row: Membership) -> list[Any]:
    local = timezone.localtime
    return [
        row.person.name,
        row.person.remote_id,
        row.group.name,
        local(row.joined_at) if row.join_seen else _("first seen %(at)s") % {"at": f"{local(row.joined_at):%Y-%m-%d %H:%M}"},
        local(row.left_at) if row.left_at else "",
        row.rejoins,
        local(row.last_spoke_at) if row.last_spoke_at else _("unknown"),
        row.recent,  # type: ignore[attr-defined]
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


@require_safe
def profile(request: HttpRequest, person_id: int) -> HttpResponse:
    """One person: identities, names, memberships and activity, as far as the reader's groups show them."""
    user = actor(request)
    person = get_object_or_404(queries.persons_for(user, sandboxes=True), pk=person_id)
    if person.merged_into_id:
        return redirect("members:profile", person.merged_into_id)
    today = clock.local(clock.now(), user.zone).date()
    rows = queries.with_recent(queries.memberships_for(user, sandboxes=True).filter(person=person), today)
    context = {
        "person": person,
        "identities": queries.identities(person),
        "former": queries.former_names(person),
        "memberships": rows.order_by("-joined_at", "-id"),
        "activity": queries.activity(person, user, today),
        "days": policy.SPARK_DAYS,
        "recent_days": policy.RECENT_DAYS,
    }
    return render(request, "members/profile.html", context)
