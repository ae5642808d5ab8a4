"""The segments: saved from the roster, counted live, forgotten."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from groupops.groups.views.found import actor
from groupops.record.idempotency import once
from groupops.shared import clock, paging
from groupops.shared.errors import Invalid
from members.filters import MembershipFilter
from members.segments import queries
from members.segments import services as segments
from members.segments.forms import SegmentForm


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """One's own segments and shared ones; each counts its members by itself when it is shown."""
    page = paging.page(queries.segments_for(actor(request)), query=request.GET, order=("name", "id"), descending=False)
    lines = [
        {"segment": row, "url": f"{reverse('members:roster')}?{urlencode(row.query)}", "query": f"?{urlencode(row.query)}"}
        for row in page.rows
    ]
    return render(request, "members/segments.html", {"page": page, "lines": lines, "user_id": actor(request).pk})


@require_safe
def count(request: HttpRequest, pk: int) -> HttpResponse:
    """How many are in it now, in the groups that the reader sees."""
    segment = get_object_or_404(queries.segments_for(actor(request)), pk=pk)
    found, more = queries.count(segment, actor(request))
    return HttpResponse(f"{found:,}{'+' if more else ''}")


@require_POST
@once
def save(request: HttpRequest) -> HttpResponse:
    """Save the view of the roster whose filters come along as `query`."""
    form = SegmentForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("Give the segment a name of at most 30 characters."), field="name")
    segment = segments.save(
        name=form.cleaned_data["name"], query=_filters(request), shared=form.cleaned_data["shared"], by=actor(request), at=clock.now()
    )
    messages.success(request, _("The segment is saved: it stands above the list."))
    return redirect(f"{reverse('members:roster')}?{urlencode(segment.query)}")


def _filters(request: HttpRequest) -> dict[str, str]:
    """The filters of the roster in the typed query; pages and unknown names stay out."""
    query = QueryDict(request.POST.get("query", "")[:2000])
    return {name: str(value) for name, value in query.items() if name in MembershipFilter.base_filters and value}


@require_POST
@once
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget one's own segment."""
    segment = get_object_or_404(queries.segments_for(actor(request)), pk=pk)
    segments.delete(segment=segment, by=actor(request), at=clock.now())
    messages.success(request, _("The segment is forgotten."))
    return redirect("members:segments")
