"""发送台: everything outgoing by state, one delivery with its attempts and receipt, and what a person decides about it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST, require_safe

from groupops.groups.views.found import actor, is_htmx
from groupops.messaging import queries
from groupops.messaging import services as messaging
from groupops.messaging.filters import OPEN, DeliveryFilter
from groupops.messaging.models import Delivery
from groupops.messaging.policy import Decision, DeliveryState
from groupops.record.idempotency import once
from groupops.shared import clock, paging
from groupops.shared.http import not_found_unless

VIEWS = (OPEN, *queries.ATTENTION, DeliveryState.SENT, DeliveryState.CANCELLED)
LABELS = {OPEN: DeliveryState.DUE.label} | {state.value: state.label for state in DeliveryState}
ICONS = {Decision.SENT: "check", Decision.AGAIN: "refresh", Decision.CANCEL: "x"}
DONE = {
    Decision.SENT: gettext_noop("Marked as sent."),
    Decision.AGAIN: gettext_noop("It leaves in ten seconds."),
    Decision.CANCEL: gettext_noop("It will not be sent."),
}


@require_safe
def deliveries(request: HttpRequest) -> HttpResponse:
    """The list, newest first."""
    user = actor(request)
    found = DeliveryFilter(request.GET, queryset=queries.deliveries_for(user), request=request)
    not_found_unless(found.is_valid())
    page = paging.page(found.qs, query=request.GET, order=("due_at", "id"))
    context = {
        "page": page,
        "filter": found,
        "pills": _pills(request, found.form.cleaned_data["state"], queries.attention(user)),
        "is_filtered": any(found.form.cleaned_data.values()),
    }
    return render(request, "messaging/deliveries.html#list" if is_htmx(request) else "messaging/deliveries.html", context)


def _pills(request: HttpRequest, state: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    """One pill a view; the other filters travel along."""
    items = []
    for value in ("", *VIEWS):
        query = request.GET.copy()
        for name in ("after", "before", "state"):
            query.pop(name, None)
        if value:
            query["state"] = value
        label = LABELS[value] if value else _("All")
        items.append({"label": label, "url": f"?{query.urlencode()}", "active": state == value, "count": counts.get(value)})
    return items


@require_safe
def delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """One delivery: its text, its attempts, its receipt, and what may be decided."""
    user = actor(request)
    found = get_object_or_404(queries.deliveries_for(user).select_related("receipt__confirmed_by"), pk=pk)
    at = clock.now()
    context = {
        "delivery": found,
        "tries": list(found.tries.order_by("-number")),
        "receipt": getattr(found, "receipt", None),
        "decisions": [(decision, ICONS[decision]) for decision in queries.decisions(user, found)],
        "undoable": bool(found.undo_state and found.undo_until and found.undo_until >= at),
    }
    return render(request, "messaging/delivery.html", context)


@require_POST
@once
def decide(request: HttpRequest, pk: int, decision: str) -> HttpResponse:
    """Carry a decision out, with its undo."""
    found = get_object_or_404(queries.deliveries_for(actor(request)), pk=pk)
    not_found_unless(decision in Decision.values)
    messaging.decide(delivery=found, decision=Decision(decision), by=actor(request), at=clock.now())
    messages.success(request, _(DONE[Decision(decision)]), extra_tags=f"undo:{reverse('messaging:undo', args=[pk])}")
    return _back(request, found)


@require_POST
@once
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the last decision back."""
    found = get_object_or_404(queries.deliveries_for(actor(request)), pk=pk)
    messaging.undo(delivery=found, by=actor(request), at=clock.now())
    messages.success(request, _("Taken back."))
    return _back(request, found)


def _back(request: HttpRequest, found: Delivery) -> HttpResponse:
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return redirect(target)
    return redirect("messaging:delivery", found.pk)
