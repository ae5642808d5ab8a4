"""Who came by a code? Members who came lately, ticked by a person."""

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from groupops.groups.views.found import actor, is_htmx
from groupops.record.idempotency import once
from groupops.shared import clock, paging
from groupops.shared.http import ids
from members.joining import arrivals, queries
from members.models import JoinCode

UNDO_SALT, UNDO_SECONDS = "members.joining.arrivals", 600


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
    token = signing.dumps(done[:100], salt=UNDO_SALT, compress=True)
    undoing = reverse("members:code-came-undo", args=[code.pk, token])
    text: Any = ngettext("%(n)d member came by this code.", "%(n)d members came by this code.", len(done)) % {"n": len(done)}
    messages.success(request, text, extra_tags=f"undo:{undoing}" if len(done) <= 100 else "")


@require_POST
@once
def undo(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """They did not come by it."""
    code = _code(request, pk)
    try:
        pks = [int(one) for one in signing.loads(token, salt=UNDO_SALT, max_age=UNDO_SECONDS)]
    except signing.BadSignature:
        raise Http404(_("This can no longer be undone.")) from None
    arrivals.take_back(code=code, pks=pks, by=actor(request), at=clock.now())
    messages.success(request, _("It is as it was before."))
    if is_htmx(request):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return redirect("members:code-came", pk)
