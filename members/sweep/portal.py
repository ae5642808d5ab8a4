"""保留: the page of the link in the private question. Looking at it changes nothing; its buttons post."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from groupops.accounts.middleware import public
from groupops.shared import clock
from members.models import SweepCase
from members.sweep import queries, seats
from members.sweep.forms import LeaveForm
from members.sweep.seat_views import end_of


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def keep(request: HttpRequest, token: str) -> HttpResponse:
    """Keep the seat, or say until when one is away. Posted again it changes nothing more."""
    case = queries.case_of(token)
    if case is None:
        raise Http404(_("This link does not hold."))
    today = clock.local(clock.now(), case.run.group.zone).date()
    away = request.method == "POST" and request.POST.get("do") == "away"
    form = LeaveForm(request.POST if away else None, today=today)
    if request.method != "POST":
        return _page(request, case, form)
    if _gone(case):
        return _page(request, case, form, status=409)
    if away and not form.is_valid():
        return _page(request, case, form, status=422)
    if away:
        until = end_of(form.cleaned_data["until"], case.run.group.zone)
        seats.away(case=case, until=until, reason=form.cleaned_data["reason"], at=clock.now())
    else:
        seats.keep(case=case, at=clock.now())
    return redirect("portal:keep", token)


def _page(request: HttpRequest, case: SweepCase, form: LeaveForm, *, status: int = 200) -> HttpResponse:
    kept = case.membership.kept_at is not None and case.membership.kept_at > case.run.at
    context = {"case": case, "form": form, "kept": kept, "gone": _gone(case)}
    return render(request, "portal/keep.html", context, status=status)


def _gone(case: SweepCase) -> bool:
    return case.state in seats.GONE or case.membership.left_at is not None
