"""Who came by a code? Members who came lately, ticked by a person."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from groupops.groups.views.found import actor, is_htmx, refreshed
from groupops.record.idempotency import once
from groupops.shared import clock, paging, undos
from groupops.shared.http import ids
from members.joining import arrivals, queries
from members.models import JoinCode

ROOM = "members.joining.arrivals"  # of its undos


def _code(request: HttpRequest, pk: int) -> JoinCode:
    return get_object_or_404(queries.codes_for(actor(request)), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def came(request: HttpRequest, pk: int) -> HttpResponse:
    """Those who came lately into the code's groups and of whom nobody knows by what; a person ticks who came by it."""
    code, user, at = _code(request, pk), actor(request), clock.now()
    if request.method == "POST":
        done = arrivals.arrive(code=code, pks=ids(request.POST.getlist("pk")), by=user, at=at)
        _told(request, code, done)
        return redirect("members:code-came", pk)
    page = paging.page(arrivals.candidates(code, user, at), query=request.GET, order=("joined_at", "id"))
    context = {"code": code, "page": page, "known": arrivals.came(code)}
    return render(request, "members/code_came.html#list" if is_htmx(request) else "members/code_came.html", context)


def _told(request: HttpRequest, code: JoinCode, done: list[int]) -> None:
    if not done:
        messages.warning(request, _("Nothing was chosen that you may change."))
        return
    undoing = reverse("members:code-came-undo", args=[code.pk, undos.token(ROOM, done)])
    text = ngettext("%(n)d member came by this code.", "%(n)d members came by this code.", len(done)) % {"n": len(done)}
    messages.success(request, text, extra_tags=undos.tags(undoing))


@require_POST
@once
def undo(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """They did not come by it."""
    code = _code(request, pk)
    arrivals.take_back(code=code, pks=undos.read(ROOM, token), by=actor(request), at=clock.now())
    messages.success(request, _("It is as it was before."))
    return refreshed(request, "members:code-came", pk)
