"""A group at a glance: facts, health with its reasons, staffing, rules, the numbers of two weeks."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from groupops.groups import access, queries
from groupops.groups.heat import heat_map
from groupops.groups.models import Group
from groupops.groups.policy import WINDOW, DayNumbers, Reason, SizeRange, filled, forecast
from groupops.groups.queries.advice import TREND
from groupops.groups.views.found import actor, frame
from groupops.shared import clock

KEPT = "messages.kept"  # by its name: the policy belongs to an app above


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The overview of one group."""
    group = access.group_for(actor(request), pk)
    today = clock.local(clock.now(), group.zone).date()
    size = queries.size_ranges([group])[group.pk]
    days = queries.day_numbers([group], since=today - timedelta(days=TREND))[group.pk]
    rules = queries.current_rules(group)
    context = frame(request, group, "overview") | {
        "reasons": [Reason(**reason) for reason in group.health_reasons],
        "staffing": queries.staffing_of([group])[group.pk],
        "holders": list(queries.holders(group)),
        "rules": rules,
        "rules_lines": filled(rules.text, group.name).splitlines()[:8] if rules else [],
        "size": size,
        "size_from": _size_from(group, size),
        "filling": forecast(members=group.member_count, high=size.high, days=days, today=today),
        "heat": heat_map(queries.heat_of([group], clock.now())[group.pk]),
        "text_days": queries.policy(KEPT, group=group).days,
        **_numbers(days, today),
    }
    return render(request, "groups/detail.html", context)


def _numbers(days: list[DayNumbers], today: date) -> dict[str, Any]:
    """The last two weeks day by day, and the sums of the last week beside the one before."""
    by_day = {day.day: day for day in days}
    fortnight = [by_day.get(day, DayNumbers(day)) for day in (today - timedelta(days=n) for n in range(WINDOW - 1, -1, -1))]
    week, before = fortnight[7:], fortnight[:7]
    return {
        "days": fortnight,
        "has_numbers": bool(days),
        "message_line": [day.messages for day in fortnight],
        "speakers": [day.speakers for day in fortnight],
        "growth": [day.joins - day.leaves for day in fortnight],
        "posts_sent": [day.posts_sent for day in fortnight],
        "week": _sums(week),
        "before": _sums(before),
    }


def _sums(days: list[DayNumbers]) -> dict[str, int]:
    return {
        "messages": sum(day.messages for day in days),
        "speakers": sum(day.speakers for day in days),
        "growth": sum(day.joins - day.leaves for day in days),
        "posts_sent": sum(day.posts_sent for day in days),
    }


def _size_from(group: Group, size: SizeRange) -> str:
    """Where the size comes from: `group`, `stage` or `kind`."""
    if group.size_low is not None:
        return "group"
    return "kind" if (size.low, size.high) == (group.kind.size_low, group.kind.size_high) else "stage"
