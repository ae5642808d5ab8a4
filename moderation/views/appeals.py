"""申诉: what waits, decided by somebody who did not judge; and how often appeals were right."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from groupops.groups.views.found import actor, is_htmx, refreshed
from groupops.record.idempotency import once
from groupops.shared import clock, paging
from groupops.shared.http import not_found_unless
from moderation import queries
from moderation import services as moderation
from moderation.forms import AppealForm
from moderation.models import Strike
from moderation.policy import AppealState

UPHOLD, REJECT = "uphold", "reject"
VIEWS = ("open", "decided")


@require_safe
def appeals(request: HttpRequest) -> HttpResponse:
    """?view=open (the oldest first) or decided (the newest first)."""
    user, view = actor(request), request.GET.get("view") or "open"
    not_found_unless(view in VIEWS)
    rows, is_open = queries.appeals_for(user), view == "open"
    rows = rows.filter(state=AppealState.OPEN) if is_open else rows.exclude(state=AppealState.OPEN)
    page = paging.page(rows, query=request.GET, order=("at", "id"), descending=not is_open)
    numbers = queries.appeal_numbers(user)
    pills = [
        {"label": _("To decide"), "url": "?view=open", "active": is_open, "count": numbers["open"]},
        {"label": _("Decided"), "url": "?view=decided", "active": not is_open, "count": numbers["all"] - numbers["open"]},
    ]
    context = {"page": page, "pills": pills, "numbers": numbers, "open": is_open, "me": user}
    return render(request, "moderation/appeals.html#list" if is_htmx(request) else "moderation/appeals.html", context)


@require_POST
@once
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """`do` is uphold or reject; a rejection says why in `answer`, which the member reads."""
    row, do = queries.appeal_for(actor(request), pk), request.POST.get("do")
    not_found_unless(do in (UPHOLD, REJECT))
    text = request.POST.get("answer", "")
    moderation.answer(appeal=row, upheld=do == UPHOLD, text=text, by=actor(request), at=clock.now())
    messages.success(request, _("Everything is restored, with an apology.") if do == UPHOLD else _("The member is told why it stays."))
    return refreshed(request, reverse("moderation:appeals"))


@require_POST
@once
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    """The member wrote privately: a colleague enters the appeal against the strike of case `pk`."""
    case, form = queries.case_for(actor(request), pk), AppealForm(request.POST)
    strike = Strike.objects.filter(case=case, overruled_at=None).select_related("group").order_by("-pk").first()
    not_found_unless(strike)
    assert strike is not None  # noqa: S101
    text = form.cleaned_data["text"] if form.is_valid() else request.POST.get("text", "")
    moderation.appeal(strike=strike, text=text, by=actor(request), at=clock.now())
    messages.success(request, _("The appeal was entered; another person decides it."))
    return refreshed(request, "moderation:case", pk)
