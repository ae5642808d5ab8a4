"""Where one is logged in: a list, ending one, ending all others; and what a founder does for a colleague who is locked out."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from groupops.accounts import queries
from groupops.accounts import services as accounts
from groupops.accounts.middleware import actor
from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.accounts.services.allowed import demand_right
from groupops.accounts.sure import sure
from groupops.record.idempotency import once
from groupops.shared import clock, paging
from groupops.shared.http import next_url


@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """One's own."""
    found = queries.sessions_of(actor(request), at=clock.now())
    page = paging.page(found, query=request.GET, order=("last_seen_at", "id"))
    return render(request, "accounts/sessions.html", {"page": page, "sessions": page.rows, "current": request.session.session_key})


@require_POST
@once
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Log one browser out: one's own, or a founder anybody's below."""
    user = actor(request)
    mine = queries.all_sessions() if user.has_right(Right.MANAGE_PEOPLE) else queries.sessions_of(user, at=clock.now())
    found = get_object_or_404(mine, pk=pk)
    accounts.end_session(session=found, by=user, at=clock.now())
    messages.success(request, _("That browser is logged out."))
    return redirect(next_url(request, default="/accounts/sessions/"))


@require_POST
@once
def sessions_end_others(request: HttpRequest) -> HttpResponse:
    """Log every other browser of one's own out."""
    user, key = actor(request), request.session.session_key or ""
    n = accounts.end_sessions(user=user, by=user, at=clock.now(), but=key)
    messages.success(request, ngettext("%(n)d other browser is logged out.", "%(n)d other browsers are logged out.", n) % {"n": n})
    return redirect("sessions")


@require_POST
@sure
@once
def person_sessions_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Log somebody out everywhere."""
    user = _person(request, pk)
    n = accounts.end_sessions(user=user, by=actor(request), at=clock.now())
    messages.success(request, ngettext("%(n)d browser is logged out.", "%(n)d browsers are logged out.", n) % {"n": n})
    return redirect("person", pk)


@require_POST
@sure
@once
def person_factor_reset(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the second factor away from somebody who lost it."""
    user = _person(request, pk)
    accounts.reset_factor(user=user, by=actor(request), at=clock.now())
    text = _("%(name)s logs in with the password alone now, and is asked to set up a new second factor. The founders were told.")
    messages.success(request, text % {"name": user})
    return redirect("person", pk)


def _person(request: HttpRequest, pk: int) -> User:
    demand_right(actor(request))
    return get_object_or_404(User, pk=pk)
