"""Command palette, the component page."""

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from groupops.accounts.middleware import actor
from groupops.dashboard import palette as command_palette
from groupops.shared import clock


def palette(request: HttpRequest) -> HttpResponse:
    """The palette's hits for `?q=`; a fragment for htmx, a plain page without script."""
    text = request.GET.get("q", "")
    if len(text) > 100:
        raise BadRequest(_("Too long to search for."))
    template = "dashboard/palette.html#hits" if request.headers.get("HX-Request") else "dashboard/palette.html"
    return render(request, template, {"sections": command_palette.hits(actor(request), text), "q": text})


def components(request: HttpRequest) -> HttpResponse:
    """Every component of the house on one page."""
    return render(request, "dashboard/components.html", {"now": clock.now()})
