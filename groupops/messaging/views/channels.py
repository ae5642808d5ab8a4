"""Channels: accounts on platforms, their health, their credentials, and whether they may speak."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from groupops.accounts.sure import sure
from groupops.groups.views.found import actor
from groupops.messaging import queries, registry
from groupops.messaging import services as messaging
from groupops.messaging.adapter import Adapter, Health, Registers
from groupops.messaging.forms import ConnectForm, CredentialsForm, LimitForm, labels
from groupops.messaging.models import Connection
from groupops.messaging.policy import UNSENT
from groupops.record.idempotency import once
from groupops.shared import clock, paging
from groupops.shared.errors import Refused


@require_safe
def connections(request: HttpRequest) -> HttpResponse:
    """Every channel with its health and last proof of life."""
    page = paging.page(queries.connections_for(actor(request)), query=request.GET, order=("id",), descending=False)
    return render(request, "messaging/connections.html", {"page": page, "labels": labels(registry.ADAPTERS)})


@require_safe
def connect(request: HttpRequest) -> HttpResponse:
    """Choose a platform."""
    queries.connections_for(actor(request))
    return render(request, "messaging/connect.html", {"platforms": [_shown(adapter) for adapter in registry.offered()]})


@sure(reading=True, keep=False)
@once
def connect_to(request: HttpRequest, kind: str) -> HttpResponse:
    """Name it, type its credentials, and have them tried."""
    queries.connections_for(actor(request))
    adapter = _offered(kind)
    form = ConnectForm(request.POST or None, adapter=adapter)
    if request.method == "POST" and form.is_valid():
        try:
            made = messaging.connect(name=form.cleaned_data["name"], kind=kind, typed=form.typed, by=actor(request), at=clock.now())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            if issubclass(adapter, Registers):
                return redirect("messaging:appservice", made.pk)
            messages.success(request, _("The channel works. Now choose which group is which room."))
            return redirect("messaging:connection", made.pk)
    return render(
        request, "messaging/connect_to.html", {"form": form, "platform": _shown(adapter)}, status=422 if request.method == "POST" else 200
    )


@require_safe
def connection(request: HttpRequest, pk: int) -> HttpResponse:
    """One channel: health, account, rooms, what waits for it."""
    found = _found(request, pk)
    context = {
        "connection": found,
        "registers": issubclass(registry.by_kind().get(found.adapter, Adapter), Registers),
        "label": labels(registry.ADAPTERS).get(found.adapter, found.adapter),
        "bindings": found.bindings.select_related("group").order_by("group__name")[:200],
        "pauses": queries.pauses_at(found),
        "limits": queries.limits_of(found, at=clock.now()),
        "limit_form": LimitForm(),
        "refusals": found.refusals.order_by("operation"),
        "breaker_open": found.is_broken,
        "door": request.build_absolute_uri(reverse("inbound-door", args=[found.door])) if _pushes(found) else "",
        "waiting": found.deliveries.filter(state__in=UNSENT)[:1001].count(),
    }
    return render(request, "messaging/connection.html", context)


@require_POST
@once
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the platform now."""
    found = _found(request, pk)
    answer = messaging.check(connection=found, at=clock.now())
    tell = messages.success if answer.health == Health.OK else messages.warning
    tell(request, _(answer.line))
    return redirect("messaging:connection", pk)


@sure(reading=True, keep=False)
@once
def rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """New credentials for the same account; fields left empty keep their value."""
    found = _found(request, pk)
    form = CredentialsForm(request.POST or None, adapter=registry.adapter_class(found.adapter), optional=True)
    if request.method == "POST" and form.is_valid():
        try:
            messaging.rotate(connection=found, typed=form.typed, by=actor(request), at=clock.now())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The new credentials work and are kept."))
            return redirect("messaging:connection", pk)
    return render(request, "messaging/rotate.html", {"form": form, "connection": found}, status=422 if request.method == "POST" else 200)


def _pushes(connection: Connection) -> bool:
    adapter = registry.by_kind().get(connection.adapter)
    return adapter is not None and adapter.pushes


def _shown(adapter: type[Adapter]) -> dict[str, Any]:
    """A platform for a template, which would call a class."""
    return {"kind": adapter.kind, "label": adapter.label, "about": adapter.about}


def _found(request: HttpRequest, pk: int) -> Connection:
    return get_object_or_404(queries.connections_for(actor(request)), pk=pk)


def _offered(kind: str) -> type[Adapter]:
    found = {adapter.kind: adapter for adapter in registry.offered()}.get(kind)
    if found is None:
        raise Http404(_("There is no such platform."))
    return found
