"""Newcomers that stay, as a funnel: all together, by month, group and source."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from groupops.groups import access
from groupops.groups.views.found import actor
from groupops.shared import clock
from members.newcomers import funnel as asked

MONTHS = (1, 3, 6, 12)
DEFAULT = 6


@require_safe
def funnel(request: HttpRequest) -> HttpResponse:
    """`?group=` one group, `?months=` how far back. Five queries, however many newcomers."""
    user, at = actor(request), clock.now()
    given = request.GET.get("group", "")
    group = access.group_for(user, int(given)) if given.isascii() and given.isdecimal() and len(given) < 19 else None
    months = next((n for n in MONTHS if str(n) == request.GET.get("months")), DEFAULT)
    rows = asked.newcomers(user, at, months=months, group=group)
    context: dict[str, Any] = {
        "group": group,
        "groups": access.visible_to(user).order_by("name")[:500],
        "months": months,
        "choices": MONTHS,
        "steps": asked.total(rows, at),
        "tables": [
            (_("By month"), "month", asked.by_month(rows, at)),
            (_("By group"), "group", [] if group else asked.by_group(rows, at)),
            (_("By source"), "source", asked.by_source(rows, at)),
        ],
    }
    return render(request, "members/newcomers_funnel.html", context)
