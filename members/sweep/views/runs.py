"""清理预演: the runs, one run with everybody it proposes, its export; the silent ones are asked."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.groups.views.found import actor, is_htmx
from groupops.record.idempotency import once
from groupops.shared import clock, paging
from groupops.shared.http import not_found_unless
from groupops.shared.spreadsheet import csv_response
from members.models import SweepCase, SweepRun
from members.sweep import queries
from members.sweep import services as sweeping
from members.sweep.filters import CaseFilter, RunFilter
from members.sweep.forms import StartForm
from members.sweep.views.showing import exempt_because, line, pills
from members.sweeping import ASKING_MODES, CaseState, Mode

RUNS, CASES = ("at", "id"), ("last_spoke_at", "id")


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Every run, the newest first."""
    user = actor(request)
    found = RunFilter(request.GET, queryset=queries.runs_for(user), request=request)
    page = paging.page(found.qs if found.is_valid() else found.queryset.none(), query=request.GET, order=RUNS)
    counts = queries.counts_of([run.pk for run in page.rows])
    context = {
        "page": page,
        "lines": [{"run": run, "counts": counts.get(run.pk, {})} for run in page.rows],
        "filter": found,
        "is_filtered": bool(request.GET.get("group")),
        "start": StartForm(groups=_sweepable(user)),
        "waiting": queries.to_decide(user).order_by().count(),
    }
    return render(request, "members/sweep/runs.html#list" if is_htmx(request) else "members/sweep/runs.html", context)


def _sweepable(user: User) -> QuerySet[Group]:
    mine = access.groups_with(user, GroupRight.MODERATE)
    return queries.operated().filter(pk__in=mine).order_by("name")


@require_POST
@once
def start(request: HttpRequest) -> HttpResponse:
    """Look at a group now; leads to the preview."""
    form = StartForm(request.POST, groups=access.visible_to(actor(request)))
    if not form.is_valid():
        raise Http404(_("There is no such group, or you cannot see it."))
    run = sweeping.start(group=form.cleaned_data["group"], by=actor(request), at=clock.now())
    return redirect("members:sweep-run", run.pk)


@require_safe
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """清理预演: whoever is silent in a run, the longest silent first, with what exempts them and what became of them."""
    user = actor(request)
    run = get_object_or_404(queries.runs_for(user), pk=pk)
    found = _cases(request, run)
    not_found_unless(found.is_valid())
    rule = queries.rule_of(run.group)
    page = paging.page(found.qs, query=request.GET, order=CASES, descending=False)
    counts = queries.counts(run.cases.all())
    may = access.may(user, GroupRight.MODERATE, run.group)
    context = {
        "run": run,
        "page": page,
        "lines": [line(case, may=may) for case in page.rows],
        "filter": found,
        "state": request.GET.get("state", ""),
        "pills": pills(request.GET, counts, CaseState),
        "is_filtered": any(found.form.cleaned_data.values()),
        "query": request.GET.urlencode(),
        "rule": rule,
        "mode": Mode(rule.mode),
        "may": may,
        "asks": may and rule.mode in ASKING_MODES and not run.blocked and counts.get(CaseState.CANDIDATE, 0) > 0,
        "next": min(max(rule.batch - queries.asked_in(run), 0), counts.get(CaseState.CANDIDATE, 0)),
    }
    return render(request, "members/sweep/run.html#list" if is_htmx(request) else "members/sweep/run.html", context)


def _cases(request: HttpRequest, run: SweepRun) -> CaseFilter:
    return CaseFilter(request.GET, queryset=queries.cases_for(actor(request)).filter(run=run), request=request)


@require_safe
def export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The whole report of a run as its page is filtered, as CSV."""
    run = get_object_or_404(queries.runs_for(actor(request)), pk=pk)
    found = _cases(request, run)
    not_found_unless(found.is_valid())
    head = [
        _("Nickname"), _("Account"), _("Last spoke"), _("Days silent"), _("Exempt"), _("State"), _("Since"),
        _("Asked"), _("Approved by"), _("Second person"), _("Removed"), _("Reason"),
    ]  # fmt: skip
    rows = found.qs.order_by("last_spoke_at", "pk").iterator(chunk_size=500)
    return csv_response(f"sweep-{run.week}.csv", head, (_cells(case) for case in rows))


def _cells(case: SweepCase) -> list[Any]:
    person = case.membership.person
    decided = [case.approved_by or "", case.second_by or "", case.removed_at, _(case.why) if case.why else ""]
    said = [case.last_spoke_at, case.days, exempt_because(case), case.get_state_display(), case.state_at, case.asked_at]
    return [person.name, person.remote_id, *said, *decided]


@require_POST
@once
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the longest silent of a run privately."""
    run = get_object_or_404(queries.runs_for(actor(request)), pk=pk)
    n = sweeping.ask(run=run, by=actor(request), at=clock.now(), address=settings.PUBLIC_URL)
    text = ngettext("%(n)d person is being asked privately.", "%(n)d people are being asked privately.", n) % {"n": n}
    (messages.success if n else messages.warning)(request, text)
    return redirect("members:sweep-run", pk)
