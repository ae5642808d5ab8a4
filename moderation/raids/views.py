"""集中涌入: every raid, and who joined in one; many dealt with at once, with their undo."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from groupops.accounts.models import User
from groupops.groups.views.found import actor, is_htmx, refreshed
from groupops.record.idempotency import once
from groupops.shared import clock, paging, skipping, undos
from groupops.shared.http import ids, not_found_unless
from moderation.models import RaidJoin
from moderation.models.raids import JoinOutcome
from moderation.raids import queries, services
from moderation.raids.services import Many

ROOM = "moderation.raids"  # of its undos
MOST = 200
CASE, LET = JoinOutcome.CASE.value, JoinOutcome.LET.value
ACTS = (CASE, LET)


@require_safe
def raids(request: HttpRequest) -> HttpResponse:
    """Those of the groups in which the reader moderates, the newest first."""
    page = paging.page(queries.raids_for(actor(request)), query=request.GET, order=("began_at", "id"))
    template = "moderation/raids/list.html"
    return render(request, f"{template}#list" if is_htmx(request) else template, {"page": page})


@require_safe
def raid(request: HttpRequest, pk: int) -> HttpResponse:
    """One raid and who joined in it. ?view=waits: only those nobody has looked at."""
    row = queries.raid_for(actor(request), pk)
    view = request.GET.get("view", "")
    not_found_unless(view in ("", "waits"))
    found = queries.entries(row)
    page = paging.page(found.filter(outcome="") if view else found, query=request.GET, order=("at", "id"), descending=False, size=50)
    pills = [
        {"label": _("Everybody"), "url": "?", "active": not view, "count": row.joins},
        {"label": JoinOutcome.WAITS.label, "url": "?view=waits", "active": bool(view), "count": row.waits},  # type: ignore[attr-defined]
    ]
    template = "moderation/raids/raid.html"
    return render(request, f"{template}#list" if is_htmx(request) else template, {"raid": row, "page": page, "pills": pills})


@require_POST
@once
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """It is over: welcomes and ways in open again."""
    services.lift(raid=queries.raid_for(actor(request), pk), by=actor(request), at=clock.now())
    messages.success(request, _("It is over: welcomes and ways in are open again."))
    return refreshed(request, "moderation:raid", pk)


@require_POST
@once
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Do `do` (case or let) to those who joined and were chosen (`pk`, several), or to everybody whom nobody has looked at (`all`)."""
    user, do = actor(request), request.POST.get("do", "")
    not_found_unless(do in ACTS)
    row = queries.raid_for(user, pk)
    found = queries.entries(row)
    chosen = found.filter(outcome="") if request.POST.get("all") else found.filter(pk__in=ids(request.POST.getlist("pk")[:MOST]))
    return _answer(request, pk, do, settle(do, list(chosen.order_by("pk")[:MOST]), user))


def settle(do: str, entries: Sequence[RaidJoin], by: User) -> Many:
    """One of ACTS, by the page and over the API."""
    work = services.make_cases if do == CASE else services.let_be
    return work(entries=entries, by=by, at=clock.now())


def _answer(request: HttpRequest, pk: int, do: str, result: Many) -> HttpResponse:
    n = len(result.done)
    skipped = skipping.of_rows(result.skipped, name=lambda row: row.membership.person.name)
    if is_htmx(request) and not n:
        raise skipping.NothingDone(skipped or _("Nothing was chosen."))
    texts = {
        CASE: ngettext("%(n)d case waits in the queue.", "%(n)d cases wait in the queue.", n),
        LET: ngettext("%(n)d person may stay.", "%(n)d people may stay.", n),
    }
    if n:
        token = undos.token(ROOM, [row.pk for row in result.done])
        undoing = undos.tags(reverse("moderation:raid-undo", args=[pk, token])) if do == LET else ""
        messages.success(request, texts[do] % {"n": n}, extra_tags=undoing)
    if skipped:
        messages.warning(request, skipped)
    elif not n:
        messages.warning(request, _("Nothing was chosen."))
    return refreshed(request, "moderation:raid", pk)


@require_POST
@once
def undo(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """Take a "let be" of one go back."""
    user, pks = actor(request), undos.read(ROOM, token)
    rows: list[Any] = list(queries.entries(queries.raid_for(user, pk)).filter(pk__in=pks).order_by("pk"))
    result = services.look_again(entries=rows, by=user, at=clock.now())
    n = len(result.done)
    messages.success(request, ngettext("%(n)d person waits to be looked at.", "%(n)d people wait to be looked at.", n) % {"n": n})
    return refreshed(request, "moderation:raid", pk)
