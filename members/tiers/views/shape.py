"""The tiers of a group or of all: shares against the bands, the flow of a month, who moved."""

from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups import queries as policies
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.groups.views.found import actor, is_htmx
from groupops.shared import clock, paging
from members.tiers import drawing, queries
from members.tiers.given import POLICY
from members.tiers.views.reading import number_in

ORDER = ("at", "id")
ONE = timedelta(days=1)


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The tiers of one group (?group=) or of all that one sees; ?month= names a day of the month that the flow is drawn of."""
    user, at = actor(request), clock.now()
    group = access.group_for(user, pk) if (pk := number_in(request.GET.get("group"))) else None
    seen = queries.groups_seen(user, group)
    page = paging.page(queries.changes(seen), query=request.GET, order=ORDER)
    first, last = _month(request.GET.get("month"), clock.local(at, user.zone).date())
    counts = queries.shape(seen)
    flows = queries.flow(seen, first, last)
    context = {
        "page": page,
        "group": group,
        "groups": access.visible_to(user).order_by("name"),
        "shares": (shares := queries.shares(counts)),
        "known": sum(share.members for share in shares),
        "unknown": counts.get("", 0),
        "gauge": drawing.gauge(shares),
        "sankey": drawing.sankey(flows) if flows else None,
        "flows": [(drawing.name_of(one.was), drawing.name_of(one.tier), one.members) for one in flows if one.was != one.tier],
        "month": first,
        "earlier": _link(group, first - ONE),
        "later": _link(group, last + ONE) if last < clock.local(at, user.zone).date() else "",
        "candidates": queries.candidates(seen, at),
        "may_edit": access.may(user, GroupRight.EDIT, group) if group else user.has_right(Right.MANAGE_POLICY),
        "rule_query": urlencode({"scope": "group", "group": group.pk}) if group else "",
        "rule": policies.shown(policies.policy(POLICY, group=group)),
    }
    return render(request, "members/tiers.html#list" if is_htmx(request) else "members/tiers.html", context)


def _month(text: str | None, today: date) -> tuple[date, date]:
    """The first and last day of the month that an address names by one of its days, else of the present one."""
    try:
        chosen = parse_date(text or "") or today
        first = chosen.replace(day=1)
        return first, (first + timedelta(days=31)).replace(day=1) - ONE
    except (ValueError, OverflowError):
        return _month(None, today)


def _link(group: Group | None, day: date) -> str:
    return "?" + urlencode(({"group": group.pk} if group else {}) | {"month": day.isoformat()})
