"""案件: one case whole, and the list of all of them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.views.found import actor, is_htmx
from groupops.shared import clock, paging
from groupops.shared.http import not_found_unless
from moderation import queries
from moderation.filters import CaseFilter
from moderation.models import Case
from moderation.policy import OPEN
from moderation.policy.masking import masked
from moderation.queries.around import around, history
from moderation.queries.blacklist import held_against
from moderation.queries.consequences import consequences
from moderation.services import revealing
from moderation.views.common import line, told


@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """Every case, the newest first."""
    user = actor(request)
    found = CaseFilter(request.GET, queryset=queries.cases_for(user), request=request)
    not_found_unless(found.is_valid())
    page = paging.page(found.qs, query=request.GET, order=("opened_at", "id"))
    context = {"page": page, "filter": found, "is_filtered": any(found.form.cleaned_data.values())}
    return render(request, "moderation/cases.html#list" if is_htmx(request) else "moderation/cases.html", context)


@require_safe
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """The evidence, what was said around it, the member's standing and history, similar cases, what each choice leads to."""
    return render(request, "moderation/case.html", _whole(actor(request), queries.case_for(actor(request), pk), full=False))


@require_POST
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """The same with nothing masked, once: for those who may see personal data in full, with a reason that is written down."""
    user, row = actor(request), queries.case_for(actor(request), pk)
    revealing.reveal(case=row, reason=request.POST.get("reason", ""), by=user, at=clock.now())
    return render(request, "moderation/case.html", _whole(user, row, full=True))


def _whole(user: User, row: Case, *, full: bool) -> dict[str, Any]:
    at = clock.now()
    evidence = list(row.evidence.select_related("rule").order_by("at", "pk"))
    said, near = [told(one, full=full) for one in evidence], around(row, evidence)
    context = {
        "case": row,
        "acts": line(row, user, at, []) | {"follows": consequences([row], at)[row.pk]},
        "said": said,
        "open": row.state in OPEN,
        "around": [{"row": one, "text": one.text if full else masked(one.text)} for one in near],
        "history": history(row, at),
        "similar": [_similar(one) for one in queries.similar(row, user)],
        "decisions": list(row.decisions.select_related("by", "second_by", "undone_by").order_by("-at", "-pk")),
        "measures": list(row.measures.order_by("at", "pk")),
        "appealable": row.strikes.filter(overruled_at=None, appeal=None, appeal_until__gte=at).exists(),
        "reports": row.reports.count(),
        "entry": held_against([row.membership_id], at).get(row.membership_id),
        "may_bar": access.may(user, GroupRight.MODERATE, row.group),
    }
    hidden = any(one["masked"] for one in said) or any(masked(one.text) != one.text for one in near)
    return context | {"may_reveal": not full and hidden and access.may(user, GroupRight.REVEAL, row.group)}


def _similar(one: Case) -> dict[str, Any]:
    """With what was decided: the decision that stands."""
    return {"case": one, "decision": next((row for row in one.decisions.all() if row.undone_at is None), None)}
