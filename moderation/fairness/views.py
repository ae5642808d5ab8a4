"""公平报告: leniency by tier, post, group and reviewer; precision and time by rule and reviewer; small numbers said as such."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import django_filters
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from groupops.groups.models import Group
from groupops.groups.views.found import actor, is_htmx
from groupops.shared import clock
from groupops.shared.http import not_found_unless
from groupops.shared.spreadsheet import csv_response
from moderation.fairness import queries
from moderation.fairness.queries import Line
from moderation.filters import moderated
from moderation.models import Decision
from moderation.policy.fairness import LEAST

PERIODS = (30, 90, 365)
DEFAULT = 90
HOURS = 180  # minutes; longer times are said in hours


class FairnessFilter(django_filters.FilterSet):  # type: ignore[misc]
    """?group=  ?days= the last 30, 90 or 365 days"""

    group = django_filters.ModelChoiceFilter(label=gettext_lazy("Group"), queryset=moderated, empty_label=gettext_lazy("All groups"))
    days = django_filters.ChoiceFilter(
        label=gettext_lazy("Period"),
        choices=[(days, days) for days in PERIODS],
        empty_label=None,
        method="since",
    )

    class Meta:
        model = Decision
        fields: list[str] = []

    def since(self, rows: Any, name: str, value: str) -> Any:
        """Asked of the report itself."""
        return rows


@require_safe
def fairness(request: HttpRequest) -> HttpResponse:
    """The report of a period."""
    days, group, at = *asked(request), clock.now()
    parts = report_of(request, days, group, at)
    kept = request.GET.copy()
    pills = []
    for period in PERIODS:
        kept["days"] = str(period)
        label = _("%(n)d days") % {"n": period}
        pills.append({"label": label, "url": f"?{kept.urlencode()}", "active": period == days, "count": None})
    context = {"parts": _shown(parts), "pills": pills, "least": LEAST, "days": days, "group": group, "groups": moderated(request)}
    context["total"] = sum(line.n for line in parts["posts"])
    template = "moderation/fairness/report.html"
    return render(request, f"{template}#list" if is_htmx(request) else template, context)


def asked(request: HttpRequest) -> tuple[int, Group | None]:
    """The period in days and the group of an address; 404 for what cannot be."""
    found = FairnessFilter(request.GET, queryset=Decision.objects.none(), request=request)
    not_found_unless(found.is_valid())
    return int(found.form.cleaned_data["days"] or DEFAULT), found.form.cleaned_data["group"]


def report_of(request: HttpRequest, days: int, group: Group | None, at: datetime) -> dict[str, list[Line]]:
    """What the reader may see of it."""
    return queries.report(queries.decisions_for(actor(request), at - timedelta(days=days), at, group))


def titles() -> dict[str, str]:
    """What the parts are called."""
    return {
        "tiers": _("By tier"),
        "posts": _("By post"),
        "groups": _("By group"),
        "reviewers": _("By reviewer"),
        "rules": _("By rule"),
    }


def _shown(parts: dict[str, list[Line]]) -> list[dict[str, Any]]:
    return [{"title": title, "lines": [(line, _took(line)) for line in parts[key]]} for key, title in titles().items()]


def _took(line: Line) -> str:
    n = minutes(line)
    return "–" if n is None else _("%(n)d min") % {"n": n} if n < HOURS else _("%(n)d h") % {"n": round(n / 60)}


@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Exactly the view, as CSV."""
    days, group, at = *asked(request), clock.now()
    parts = report_of(request, days, group, at)
    header = [_("Part"), _("Name"), _("Cases"), _("Violations"), _("Reminded only"), _("No violation"), _("False positives")]
    header += [_("Let off (%)"), _("Right (%)"), _("Appeals decided"), _("Overturned"), _("Overturned (%)"), _("Median minutes")]
    return csv_response(f"fairness-{days}.csv", header, _rows(parts))


def _rows(parts: dict[str, list[Line]]) -> Iterator[list[Any]]:
    for key, title in titles().items():
        for line in parts[key]:
            counts = [line.n, line.tally.punished, line.tally.reminded, line.tally.clean, line.mistaken, line.mild]
            yield [title, line.name, *counts, line.precision, line.appealed, line.overturned, line.overturn, minutes(line)]


def minutes(line: Line) -> int | None:
    """The median in minutes."""
    return None if line.median is None else round(line.median.total_seconds() / 60)
