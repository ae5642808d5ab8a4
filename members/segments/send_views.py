"""Messages to segments: write with a preview of whom it reaches, look at what became of it, approve as the second person, stop."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groupops.groups.forms import refuse
from groupops.groups.views.found import actor, is_htmx, refreshed
from groupops.messaging.policy import DeliveryState
from groupops.record.idempotency import once
from groupops.shared import clock, paging
from groupops.shared.errors import Refused
from groupops.shared.http import not_found_unless
from members.models import SegmentReceiver, SegmentSend
from members.segments import queries, receiving, sending
from members.segments.forms import SendForm
from members.segments.receiving import Found
from members.sending import needs_second

SHOWN = 30  # names in a preview


@require_http_methods(["GET", "HEAD", "POST"])
@once
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """Write to a segment: who would get it and why not stands beside; `do=send` sends, anything else shows it as the first one reads it."""
    segment, user = get_object_or_404(queries.segments_for(actor(request)), pk=pk), actor(request)
    form = SendForm(request.POST if request.method == "POST" else None, user=user, initial={"form": request.GET.get("form")})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                if request.POST.get("do") == "send":
                    made = sending.write(segment=segment, **form.cleaned_data, by=user, at=clock.now())
                    return _written(request, made)
                sending.demand_text(**form.cleaned_data)
                status = 200
            except Refused as refusal:
                status = refuse(form, refusal)
    with_form = bool(form.is_bound and form.is_valid() and form.cleaned_data["form"])
    found = receiving.of_segment(segment, user, most=receiving.rule().most, with_form=with_form)
    context = {"segment": segment, "form": form} | _preview(found, form, valid=status == 200)
    return render(request, "members/segment_send.html", context, status=status)


def _written(request: HttpRequest, made: SegmentSend) -> HttpResponse:
    if made.needs_second:
        messages.success(request, _("It waits for a second person: Today shows it to colleagues."))
    else:
        messages.success(request, ngettext("On its way to %(n)d person.", "On its way to %(n)d people.", made.size) % {"n": made.size})
    return redirect("members:send", made.pk)


def _preview(found: Found, form: SendForm, *, valid: bool) -> dict[str, Any]:
    """Whom it reaches: numbers, the first names, the skipped with their reasons, the text as the first one reads it."""
    reached, rule = found.whom.reached, receiving.rule()
    lines = [{"row": found.members[one.membership_id], "by_machine": one.by_machine} for one in reached[:SHOWN]]
    text = ""
    if valid and form.is_bound and reached:
        first = SegmentReceiver(membership=found.members[reached[0].membership_id])
        text = sending.text_for(form.cleaned_data["text"], first, form.cleaned_data["form"])
    return {
        "count": len(reached),
        "by_hand": found.by_hand,
        "lines": lines,
        "skipped": [{"row": found.members[one.membership_id], "why": why.label} for one, why in found.whom.skipped[:SHOWN]],
        "skipped_count": len(found.whom.skipped),
        "rule": rule,
        "too_many": found.more or len(reached) > rule.most,
        "second": needs_second(len(reached), rule),
        "text": text,
    }


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Every message of which the reader sees all receivers' groups, the newest first."""
    page = paging.page(receiving.sends_for(actor(request)), query=request.GET, order=("at", "id"), size=30)
    told = receiving.told(page.rows)
    context = {"page": page, "rows": [{"send": row, "told": told.get(row.pk, 0)} for row in page.rows]}
    return render(request, "members/sends.html#list" if is_htmx(request) else "members/sends.html", context)


def _send(request: HttpRequest, pk: int) -> SegmentSend:
    return get_object_or_404(receiving.sends_for(actor(request)), pk=pk)


@require_safe
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """One message: its text, and what became of it with each receiver."""
    row = _send(request, pk)
    page = paging.page(receiving.receivers_of(row), query=request.GET, order=("id",), descending=False)
    labels = dict(DeliveryState.choices)
    lines = [{"row": one, "state": one.delivery_state, "label": labels.get(one.delivery_state, "")} for one in page.rows]  # type: ignore[attr-defined]
    context = {
        "send": row,
        "page": page,
        "lines": lines,
        "told": receiving.told([row]).get(row.pk, 0),
        "may_approve": row.state == "waiting" and row.by_id != actor(request).pk,
    }
    return render(request, "members/send.html#list" if is_htmx(request) else "members/send.html", context)


@require_POST
@once
def send_to(request: HttpRequest, pk: int, to: str) -> HttpResponse:
    """Approve as the second person, or stop what has not left."""
    row, by, at = _send(request, pk), actor(request), clock.now()
    not_found_unless(to in ("approved", "stopped"))
    if to == "approved":
        sending.approve(send=row, by=by, at=at)
        messages.success(request, _("Approved: it is on its way."))
    else:
        taken = sending.stop(send=row, by=by, at=at)
        messages.success(request, ngettext("Stopped; %(n)d had not left.", "Stopped; %(n)d had not left.", taken) % {"n": taken})
    return refreshed(request, "members:send", pk)
