"""Command palette, system status, the component page."""

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from groupops.accounts.middleware import actor
from groupops.accounts.policy import Right
from groupops.dashboard import palette as command_palette
from groupops.dashboard import parts, queries
from groupops.messaging import queries as messaging
from groupops.record import queries as record
from groupops.shared import clock
from groupops.shared.errors import Forbidden


def palette(request: HttpRequest) -> HttpResponse:
    """The palette's hits for `?q=`; a fragment for htmx, a plain page without script."""
    text = request.GET.get("q", "")
    if len(text) > 100:
        raise BadRequest(_("Too long to search for."))
    template = "dashboard/palette.html#hits" if request.headers.get("HX-Request") else "dashboard/palette.html"
    return render(request, template, {"sections": command_palette.hits(actor(request), text), "q": text})


def system(request: HttpRequest) -> HttpResponse:
    """系统状态: what lives, what waits, what is wrong."""
    if not actor(request).has_right(Right.SEE_SYSTEM):
        raise Forbidden(_("Your role does not include the system status."))
    context = {
        "beats": parts.parts(clock.now()),
        "backlog": queries.backlog(),
        "alarms": record.open_alarms(),
        "connections": messaging.channels().order_by("name"),
        "may_connect": actor(request).has_right(Right.MANAGE_CONNECTIONS),
        "unsealed_since": record.unsealed_since(),
    }
    return render(request, "dashboard/system.html", context)


def components(request: HttpRequest) -> HttpResponse:
    """Every component of the house on one page."""
    return render(request, "dashboard/components.html", {"now": clock.now()})
