"""What a person sets on a channel's page: limits, refusals to be tried again, a test message."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from groupops.groups import access
from groupops.groups.views.found import actor
from groupops.messaging import queries
from groupops.messaging import services as messaging
from groupops.messaging.adapter import Operation, Scope
from groupops.messaging.forms import LimitForm
from groupops.messaging.models import Connection
from groupops.record.idempotency import once
from groupops.shared import clock
from groupops.shared.errors import Invalid


@require_POST
@once
def limit(request: HttpRequest, pk: int) -> HttpResponse:
    """Set a limit."""
    found = _found(request, pk)
    form = LimitForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("A limit has at least one act, in at most a day."))
    values = form.cleaned_data
    messaging.set_limit(
        connection=found, scope=Scope(values["scope"]), times=values["times"], seconds=values["seconds"], by=actor(request), at=clock.now()
    )
    messages.success(request, _("The limit holds from now on."))
    return redirect("messaging:connection", pk)


@require_POST
@once
def no_limit(request: HttpRequest, pk: int, limit_id: int) -> HttpResponse:
    """Remove a limit."""
    found = _found(request, pk)
    messaging.remove_limit(
        limit=get_object_or_404(found.limits.select_related("connection"), pk=limit_id), by=actor(request), at=clock.now()
    )
    messages.success(request, _("The limit is gone."))
    return redirect("messaging:connection", pk)


@require_POST
@once
def try_again(request: HttpRequest, pk: int, operation: str) -> HttpResponse:
    """Let a refused operation be tried again."""
    found = _found(request, pk)
    known = get_object_or_404(found.refusals, operation=operation)
    messaging.try_again(connection=found, operation=Operation(known.operation), by=actor(request), at=clock.now())
    messages.success(request, _("It will be tried again the next time it is wanted."))
    return redirect("messaging:connection", pk)


@require_POST
@once
def test_send(request: HttpRequest, pk: int) -> HttpResponse:
    """Say a test message in one of the channel's rooms."""
    found = _found(request, pk)
    group_id = request.POST.get("group", "")
    group = access.group_for(actor(request), int(group_id) if group_id.isascii() and group_id.isdecimal() else 0)
    made = messaging.test_send(connection=found, group=group, by=actor(request), at=clock.now())
    messages.success(request, _("The test message is on its way."))
    return redirect("messaging:delivery", made.pk)


def _found(request: HttpRequest, pk: int) -> Connection:
    return get_object_or_404(queries.connections_for(actor(request)), pk=pk)
