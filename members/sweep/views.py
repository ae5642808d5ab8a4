"""Pages of the sweep: the runs, the preview of one with reason and exemption for each, the review, and what is decided there."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.groups.views.found import actor, is_htmx, refreshed
from groupops.record.idempotency import once
from groupops.shared import clock, paging, skipping, undos
from groupops.shared.errors import Conflict, Invalid
from groupops.shared.http import ids, next_url, not_found_unless
from groupops.shared.spreadsheet import csv_response
from members.models import SweepCase, SweepRun
from members.sweep import exempting, queries, reviewing
from members.sweep import services as sweeping
from members.sweep.filters import CaseFilter, ReviewFilter, RunFilter
from members.sweep.forms import StartForm
from members.sweep.reviewing import Many
from members.sweeping import ASKING_MODES, TO_DECIDE, CaseState, Mode

RUNS, CASES, REVIEW = ("at", "id"), ("last_spoke_at", "id"), ("state_at", "id")
ROOM = "members.sweep"  # of its undos
MOST = 200  # people in one go
APPROVE, SECOND, SPARE, AGAIN, WANT_BACK, RESTORED = "approve", "second", "spare", "again", "want_back", "restored"
ACTS = (APPROVE, SECOND, SPARE, AGAIN, WANT_BACK, RESTORED)


class NothingDone(Conflict):
    """None of the chosen people could be dealt with."""


class NoReason(Invalid):
    """Somebody is to stay, and nobody says why."""


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
        "lines": [_line(case, may=may) for case in page.rows],
        "filter": found,
        "state": request.GET.get("state", ""),
        "pills": _pills(request.GET, counts, CaseState),
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


def _line(case: SweepCase, *, may: bool) -> dict[str, Any]:
    """A silent member as pages show them."""
    return {"case": case, "exempt": _exempt(case), "may": may}


def _exempt(case: SweepCase) -> str:
    names = exempting.labels()
    return _(", ").join(str(names.get(code, code)) for code in case.codes)


def _pills(query: QueryDict, counts: dict[str, int], states: Any) -> list[dict[str, Any]]:
    kept = query.copy()
    for name in ("after", "before", "state"):
        kept.pop(name, None)
    everything = {"label": _("All"), "url": f"?{kept.urlencode()}", "active": not query.get("state"), "count": sum(counts.values())}
    pills = [everything]
    for state in states:
        if counts.get(state) or query.get("state") == state:
            kept["state"] = state.value
            pills.append(
                {"label": state.label, "url": f"?{kept.urlencode()}", "active": query.get("state") == state, "count": counts.get(state, 0)}
            )
    return pills


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
    said = [case.last_spoke_at, case.days, _exempt(case), case.get_state_display(), case.state_at, case.asked_at]
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


@require_safe
def review(request: HttpRequest) -> HttpResponse:
    """What waits for a person: silent ones who did not answer, second approvals, those who could not be asked or removed."""
    user = actor(request)
    everything = queries.to_decide(user)
    found = ReviewFilter(request.GET, queryset=everything, request=request)
    not_found_unless(found.is_valid())
    page = paging.page(found.qs, query=request.GET, order=REVIEW, descending=False)
    without = request.GET.copy()
    without.pop("state", None)
    context = {
        "page": page,
        "lines": [_line(case, may=True) | {"is_mine": case.approved_by_id == user.pk} for case in page.rows],
        "filter": found,
        "pills": _pills(request.GET, queries.counts(ReviewFilter(without, queryset=everything, request=request).qs), TO_DECIDE),
        "is_filtered": any(found.form.cleaned_data.values()),
        "back": queries.wanted_back(user)[:MOST],
    }
    return render(request, "members/sweep/review.html#list" if is_htmx(request) else "members/sweep/review.html", context)


@require_POST
@once
def act(request: HttpRequest) -> HttpResponse:
    """Do `do` to the cases `pk` (several), or to the one that `do` names itself: "approve:12"."""
    name, _colon, only = request.POST.get("do", "").partition(":")
    not_found_unless(name in ACTS)
    given = [only] if only else request.POST.getlist("pk")
    cases = list(queries.cases_for(actor(request)).filter(pk__in=ids(given[:MOST])).order_by("pk"))
    result = carry_out(name, cases, why=request.POST.get("why", "").strip(), by=actor(request))
    return _answer(request, name, result)


def carry_out(name: str, cases: list[SweepCase], *, why: str, by: User) -> Many:
    """One of ACTS. Raises NoReason."""
    at = clock.now()
    if name == SPARE:
        if not why:
            raise NoReason(_("Say why they stay."), field="why")
        return reviewing.spare(cases=cases, why=why, by=by, at=at)
    works = {
        APPROVE: reviewing.approve,
        SECOND: reviewing.second,
        AGAIN: reviewing.again,
        WANT_BACK: reviewing.want_back,
        RESTORED: reviewing.restored,
    }
    return works[name](cases=cases, by=by, at=at)


def _answer(request: HttpRequest, name: str, result: Many) -> HttpResponse:
    """Says what was done, with its undo, and what was skipped, with why; leads back."""
    n = len(result.done)
    texts = {
        APPROVE: ngettext("%(n)d removal was approved.", "%(n)d removals were approved.", n),
        SECOND: ngettext("%(n)d removal got its second approval.", "%(n)d removals got their second approval.", n),
        SPARE: ngettext("%(n)d person stays.", "%(n)d people stay.", n),
        AGAIN: ngettext("%(n)d is tried again.", "%(n)d are tried again.", n),
        WANT_BACK: ngettext("%(n)d person is to be invited back.", "%(n)d people are to be invited back.", n),
        RESTORED: ngettext("%(n)d person is back.", "%(n)d people are back.", n),
    }
    if is_htmx(request) and not n:
        raise NothingDone(_skipped(result) or _("Nothing was chosen."))
    if result.done:
        messages.success(request, texts[name] % {"n": n}, extra_tags=_undoing(name, result))
    if skipped := _skipped(result):
        messages.warning(request, skipped)
    elif not result.done:
        messages.warning(request, _("Nothing was chosen."))
    return _back(request)


def _undoing(name: str, result: Many) -> str:
    """What can be taken back: a removal that has not left yet, "they stay" of somebody in review, and that somebody is back."""
    takes = name in (APPROVE, SECOND, RESTORED)
    again = [case.pk for case in result.done if takes or (name == SPARE and case.asked_at and not case.approved_at)]
    if not again:
        return ""
    return undos.tags(reverse("members:sweep-undo", args=[undos.token(ROOM, [name, again])]))


def _skipped(result: Many) -> str:
    told = [(case.membership.person.name, reason) for case, reason in result.skipped[: skipping.TOLD]]
    return skipping.sentence(told, count=len(result.skipped))


@require_POST
@once
def undo(request: HttpRequest, token: str) -> HttpResponse:
    """Take decisions of one go back, as far as nothing has left."""
    name, pks = undos.read(ROOM, token)
    cases, user, at = list(queries.cases_for(actor(request)).filter(pk__in=pks).order_by("pk")), actor(request), clock.now()
    if name == SPARE:
        result = reviewing.unspare(cases=cases, by=user, at=at)
    elif name == RESTORED:
        result = reviewing.not_back(cases=cases, by=user, at=at)
    else:
        result = reviewing.spare(cases=cases, why=_("The approval was taken back."), by=user, at=at)
    n = len(result.done)
    if result.done:
        messages.success(request, ngettext("%(n)d decision was taken back.", "%(n)d decisions were taken back.", n) % {"n": n})
    if skipped := _skipped(result):
        messages.warning(request, skipped)
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    return refreshed(request, next_url(request, default=reverse("members:sweep-review")))
