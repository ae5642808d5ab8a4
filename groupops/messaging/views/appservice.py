"""A channel whose platform wants a file first: the file, what to do with it, and the test that the platform reaches us."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from groupops.groups.views.found import actor
from groupops.messaging import queries, registry
from groupops.messaging import services as messaging
from groupops.messaging.adapter import Registers
from groupops.messaging.models import Connection
from groupops.record.idempotency import once
from groupops.shared import clock


@require_safe
def appservice(request: HttpRequest, pk: int) -> HttpResponse:
    """What is done and what is left to do."""
    found = get_object_or_404(queries.connections_for(actor(request)), pk=pk)
    adapter = _registers(found)
    address = settings.PUBLIC_URL + reverse("inbound-door", args=[found.door])
    context = {"connection": found, "proved": adapter.proved(), "filename": adapter.registration(address).filename, "address": address}
    return render(request, "messaging/appservice.html", context)


@require_safe
@never_cache
def appservice_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file, with its secrets: each fetching has a line in the trail. By GET: an answer to a POST would be kept for repeats."""
    found = get_object_or_404(queries.connections_for(actor(request)), pk=pk)
    _registers(found)
    file = messaging.registration(connection=found, origin=settings.PUBLIC_URL, by=actor(request), at=clock.now())
    headers = {"Content-Disposition": f'attachment; filename="{file.filename}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(file.text, content_type="application/yaml; charset=utf-8", headers=headers)


@require_POST
@once
def appservice_test(request: HttpRequest, pk: int) -> HttpResponse:
    """The platform was restarted: does it reach us?"""
    found = get_object_or_404(queries.connections_for(actor(request)), pk=pk)
    _registers(found)
    try:
        messaging.prove(connection=found, by=actor(request), at=clock.now())
    except messaging.NotReached as refusal:
        messages.error(request, str(refusal))
        return redirect("messaging:appservice", pk)
    messages.success(request, _("The homeserver reaches us. Invite the account into your rooms, then choose which group is which room."))
    return redirect("messaging:connection", pk)


def _registers(connection: Connection) -> Registers:
    adapter = registry.adapter_for(connection)
    if not isinstance(adapter, Registers):
        raise Http404(_("This channel needs no registration."))
    return adapter
