"""The review batch: whoever is to be removed is looked at by a person, alone or many at once; with undo."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from groupops.accounts.sure import sure
from groupops.groups.views.found import actor, is_htmx, refreshed
from groupops.record.idempotency import once
from groupops.shared import clock, paging, skipping, undos
from groupops.shared.http import ids, next_url, not_found_unless
from members.sweep import queries, reviewing
from members.sweep.filters import ReviewFilter
from members.sweep.reviewing import Many
from members.sweep.views.acting import ACTS, AGAIN, APPROVE, REMOVING, RESTORED, SECOND, SPARE, WANT_BACK, carry_out
from members.sweep.views.showing import line, pills
from members.sweeping import TO_DECIDE

REVIEW = ("state_at", "id")
ROOM = "members.sweep"  # of its undos
MOST = 200  # people in one go


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
        "lines": [line(case, may=True) | {"is_mine": case.approved_by_id == user.pk} for case in page.rows],
        "filter": found,
        "pills": pills(request.GET, queries.counts(ReviewFilter(without, queryset=everything, request=request).qs), TO_DECIDE),
        "is_filtered": any(found.form.cleaned_data.values()),
        "back": queries.wanted_back(user)[:MOST],
    }
    return render(request, "members/sweep/review.html#list" if is_htmx(request) else "members/sweep/review.html", context)


@require_POST
@sure(when=lambda request: request.POST.get("do", "").partition(":")[0] in REMOVING)
@once
def act(request: HttpRequest) -> HttpResponse:
    """Do `do` to the cases `pk` (several), or to the one that `do` names itself: "approve:12"."""
    name, _colon, only = request.POST.get("do", "").partition(":")
    not_found_unless(name in ACTS)
    given = [only] if only else request.POST.getlist("pk")
    cases = list(queries.cases_for(actor(request)).filter(pk__in=ids(given[:MOST])).order_by("pk"))
    result = carry_out(name, cases, why=request.POST.get("why", "").strip(), by=actor(request))
    return _answer(request, name, result)


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
        raise skipping.NothingDone(_skipped(result) or _("Nothing was chosen."))
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
    return skipping.of_rows(result.skipped, name=lambda case: case.membership.person.name)


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
