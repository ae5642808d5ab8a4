"""案件: one case whole, and the list of all of them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from groupops.groups.views.found import actor, is_htmx
from groupops.shared import clock, paging
from groupops.shared.http import not_found_unless
from moderation import queries
from moderation.filters import CaseFilter
from moderation.models import Case
from moderation.policy import OPEN
from moderation.queries.around import around, history
from moderation.queries.consequences import consequences
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
    user, at = actor(request), clock.now()
    row = queries.case_for(user, pk)
    said = list(row.evidence.select_related("rule").order_by("at", "pk"))
    following = consequences([row], at)[row.pk]
    context = {
        "case": row,
        "acts": line(row, user, at, []) | {"follows": following},
        "said": [told(one) for one in said],
        "open": row.state in OPEN,
        "around": around(row, said),
        "history": history(row, at),
        "similar": [_similar(one) for one in queries.similar(row, user)],
        "decisions": list(row.decisions.select_related("by", "second_by", "undone_by").order_by("-at", "-pk")),
        "measures": list(row.measures.order_by("at", "pk")),
        "appealable": row.strikes.filter(overruled_at=None, appeal=None, appeal_until__gte=at).exists(),
        "reports": row.reports.count(),
    }
    return render(request, "moderation/case.html", context)


def _similar(one: Case) -> dict[str, Any]:
    """With what was decided: the decision that stands."""
    return {"case": one, "decision": next((row for row in one.decisions.all() if row.undone_at is None), None)}
