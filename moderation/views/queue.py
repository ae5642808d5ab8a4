"""违规待审: the queue, worked off by keys; what each choice leads to is said before the click."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from groupops.accounts.models import User
from groupops.groups.views.found import actor, is_htmx, refreshed
from groupops.record.idempotency import once
from groupops.shared import clock, paging, skipping, undos
from groupops.shared.http import ids, next_url, not_found_unless
from moderation import queries
from moderation import services as moderation
from moderation.filters import QueueFilter
from moderation.policy import CaseState, Verdict
from moderation.services.many import Many, each
from moderation.triaging import ACTS, CLAIM, RELEASE, SNOOZE, carry_out
from moderation.views.common import lines
from moderation.views.saved import saved

ORDER = ("rank", "opened_at", "id")
ROOM = "moderation.queue"  # of its undos
MOST = 100
COUNTS = "queue-counts"  # the part of the page that is fetched anew when something changed
VIEWS = ("all", "mine", "second", "snoozed")


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for a judgement, the most urgent first. ?view= all | mine | second | snoozed"""
    user, at = actor(request), clock.now()
    view = request.GET.get("view") or "all"
    not_found_unless(view in VIEWS)
    rows = {
        "all": queries.to_judge(user, at),
        "mine": queries.to_judge(user, at).filter(claimed_by=user, claimed_until__gt=at),
        "second": queries.to_judge(user, at).filter(state=CaseState.SECOND),
        "snoozed": queries.put_off(user, at),
    }
    found = QueueFilter(request.GET, queryset=rows[view], request=request)
    not_found_unless(found.is_valid())
    part = "" if not is_htmx(request) else "#counts" if request.headers.get("HX-Target") == COUNTS else "#list"
    context = {
        "filter": found,
        "pills": _pills(request, view, user),
        "is_filtered": any(found.form.cleaned_data.values()),
        "view": view,
        "query": request.GET.urlencode(),
        "saved": saved(request, user),
        "live_url": reverse("live") if settings.REDIS_URL else "",
    }
    if part != "#counts":
        page = paging.page(found.qs, query=request.GET, order=ORDER, descending=False)
        context |= {"page": page, "lines": lines(page.rows, user, at)}
    return render(request, f"moderation/queue.html{part}", context)


def _pills(request: HttpRequest, view: str, user: User) -> list[dict[str, Any]]:
    kept = request.GET.copy()
    for name in ("after", "before", "view"):
        kept.pop(name, None)
    labels = {"all": _("To judge"), "mine": _("Taken by me"), "second": _("For a second reviewer"), "snoozed": _("Put off")}
    counts = queries.counts(user, clock.now())
    pills = []
    for name, label in labels.items():
        kept["view"] = name
        pills.append({"label": label, "url": f"?{kept.urlencode()}", "active": view == name, "count": counts[name]})
    return pills


@require_POST
@once
def act(request: HttpRequest) -> HttpResponse:
    """Do `do` to the cases `pk` (several), or to the one that `do` names with its version: "punish:12:3"."""
    name, _colon, one = request.POST.get("do", "").partition(":")
    not_found_unless(name in ACTS)
    only, _colon, version = one.partition(":")
    given = [only] if only else request.POST.getlist("pk")
    cases = list(queries.cases_for(actor(request)).filter(pk__in=ids(given[:MOST])).order_by("pk"))
    seen = next(iter(ids([version])), None) if only else None
    result = carry_out(name, cases, version=seen, note=request.POST.get("note", ""), by=actor(request))
    if only and cases and is_htmx(request):
        return _row(request, name, result, cases[0].pk)
    return answer(request, name, result)


def _row(request: HttpRequest, name: str, result: Many, pk: int) -> HttpResponse:
    """The row of a case as it stands now, in place of the one that was acted on; nothing where it is to judge no longer."""
    _say(request, name, result)
    user, at = actor(request), clock.now()
    shown = lines(queries.to_judge(user, at).filter(pk=pk), user, at)
    place = {"HX-Retarget": f"#case-{pk}", "HX-Reswap": "outerHTML" if shown else "delete", "HX-Trigger": "queue:refresh"}
    content = render_to_string("moderation/queue.html#row", {"line": shown[0]}, request) if shown else ""
    return HttpResponse(content, headers=place)


def answer(request: HttpRequest, name: str, result: Many) -> HttpResponse:
    """Says what was done, with its undo, and what was skipped, with why; leads back."""
    if is_htmx(request) and not result.done:
        raise skipping.NothingDone(_skipped(result) or _("Nothing was chosen."))
    _say(request, name, result)
    return refreshed(request, next_url(request, default=reverse("moderation:queue")))


def _say(request: HttpRequest, name: str, result: Many) -> None:
    if n := len(result.done):
        messages.success(request, _texts(name, result) % {"n": n}, extra_tags=_undoing(name, result))
    if skipped := _skipped(result):
        messages.warning(request, skipped)
    elif not result.done:
        messages.warning(request, _("Nothing was chosen."))


def _texts(name: str, result: Many) -> str:
    n = len(result.done)
    if name == Verdict.PUNISH and all(case.state == CaseState.SECOND for case in result.done):
        return ngettext("%(n)d case waits for a second reviewer now.", "%(n)d cases wait for a second reviewer now.", n)
    texts = {
        Verdict.PUNISH: ngettext("%(n)d violation: it is dealt with.", "%(n)d violations: they are dealt with.", n),
        Verdict.REMIND: ngettext("%(n)d member is reminded kindly.", "%(n)d members are reminded kindly.", n),
        Verdict.CLEAN: ngettext("%(n)d case: no violation.", "%(n)d cases: no violation.", n),
        Verdict.MISTAKE: ngettext("%(n)d false positive was noted.", "%(n)d false positives were noted.", n),
        CLAIM: ngettext("%(n)d case is yours for ten minutes.", "%(n)d cases are yours for ten minutes.", n),
        RELEASE: ngettext("%(n)d case was given back.", "%(n)d cases were given back.", n),
        SNOOZE: ngettext("%(n)d case was put off for an hour.", "%(n)d cases were put off for an hour.", n),
    }
    return texts[name]


def _undoing(name: str, result: Many) -> str:
    if name not in Verdict.values:
        return ""
    return undos.tags(reverse("moderation:undo", args=[undos.token(ROOM, [case.pk for case in result.done])]))


def _skipped(result: Many) -> str:
    return skipping.of_rows(result.skipped, name=lambda case: case.membership.person.name)


@require_POST
@once
def undo(request: HttpRequest, token: str) -> HttpResponse:
    """Take decisions of one go back, as far as nothing has left."""
    pks, user, at = undos.read(ROOM, token), actor(request), clock.now()
    cases = list(queries.cases_for(user).filter(pk__in=pks).order_by("pk"))
    result = each(cases, lambda case: moderation.undo(case=case, by=user, at=at))
    n = len(result.done)
    if result.done:
        messages.success(request, ngettext("%(n)d decision was taken back.", "%(n)d decisions were taken back.", n) % {"n": n})
    if skipped := _skipped(result):
        messages.warning(request, skipped)
    return refreshed(request, next_url(request, default=reverse("moderation:queue")))
