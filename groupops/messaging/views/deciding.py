"""What people do on the send desk: decide, take on, put back, undo; one delivery or many, each answer says what was skipped and why."""

import json
from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext
from django.views.decorators.http import require_POST

from groupops.accounts.models import User
from groupops.groups.views.found import actor, is_htmx, refreshed
from groupops.messaging import queries
from groupops.messaging import services as messaging
from groupops.messaging.models import Delivery
from groupops.messaging.policy import Decision, DeliveryState
from groupops.messaging.services import Many
from groupops.record.idempotency import once
from groupops.shared import clock, skipping, undos
from groupops.shared.http import ids, next_url, not_found_unless

ROOM = "messaging"  # of its undos
MOST = 200  # deliveries in one go
TAKE, TAKE_OVER, PUT_BACK, UNDO = "take", "take_over", "put_back", "undo"
ACTS = (*Decision.values, TAKE, TAKE_OVER, PUT_BACK, UNDO)
DONE = {
    Decision.SENT: gettext_noop("Marked as sent."),
    Decision.NOT_SENT: gettext_noop("Marked as not sent."),
    Decision.AGAIN: gettext_noop("It leaves in ten seconds."),
    Decision.CANCEL: gettext_noop("It will not be sent."),
}


@require_POST
@once
def decide(request: HttpRequest, pk: int, decision: str) -> HttpResponse:
    """Carry a decision about one delivery out, with its undo."""
    found = get_object_or_404(queries.deliveries_for(actor(request), sandboxes=True), pk=pk)
    not_found_unless(decision in Decision.values)
    messaging.decide(delivery=found, decision=Decision(decision), by=actor(request), at=clock.now())
    messages.success(request, _(DONE[Decision(decision)]), extra_tags=undos.tags(reverse("messaging:undo", args=[pk])))
    return redirect(next_url(request, default=reverse("messaging:delivery", args=[pk])))


@require_POST
@once
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the last decision about one delivery back."""
    found = get_object_or_404(queries.deliveries_for(actor(request), sandboxes=True), pk=pk)
    messaging.undo(delivery=found, by=actor(request), at=clock.now())
    messages.success(request, _("Taken back."))
    return refreshed(request, next_url(request, default=reverse("messaging:delivery", args=[pk])))


@require_POST
@once
def act(request: HttpRequest) -> HttpResponse:
    """Do `do` to the deliveries `pk` (several), or to the one that `do` names itself: "again:12"."""
    name, _colon, only = request.POST.get("do", "").partition(":")
    not_found_unless(name in ACTS)
    rows = _chosen(actor(request), [only] if only else request.POST.getlist("pk"))
    if not rows:
        return _answer(request, Many(), "", "")
    result = _carry_out(name, rows, actor(request))
    token = undos.token(ROOM, [row.pk for row in result.done])
    undoing = reverse("messaging:undo-many", args=[token]) if name in Decision.values and result.done else ""
    return _answer(request, result, _said(name, len(result.done)), undoing)


@require_POST
@once
def undo_many(request: HttpRequest, token: str) -> HttpResponse:
    """Take the decisions of one go back, while the message that offered it is fresh."""
    pks = undos.read(ROOM, token)
    rows = list(queries.deliveries_for(actor(request)).filter(pk__in=pks))
    result = messaging.undo_many(deliveries=rows, by=actor(request), at=clock.now())
    return _answer(request, result, _said(UNDO, len(result.done)), "")


def _chosen(user: User, given: Sequence[str]) -> list[Delivery]:
    """The deliveries that were named and that the reader sees, in time order."""
    return list(queries.deliveries_for(user).filter(pk__in=ids(given[:MOST])).order_by("due_at", "pk"))


def _carry_out(name: str, rows: Sequence[Delivery], by: User) -> Many:
    at = clock.now()
    if name in Decision.values:
        return messaging.decide_many(deliveries=rows, decision=Decision(name), by=by, at=at)
    if name == UNDO:
        return messaging.undo_many(deliveries=rows, by=by, at=at)
    if name == PUT_BACK:
        return messaging.put_back_many(deliveries=rows, by=by, at=at)
    return messaging.take_many(deliveries=rows, by=by, at=at, over=name == TAKE_OVER)


def _said(name: str, n: int) -> str:
    texts = {
        Decision.SENT: ngettext("%(n)d was marked as sent.", "%(n)d were marked as sent.", n),
        Decision.NOT_SENT: ngettext("%(n)d was marked as not sent.", "%(n)d were marked as not sent.", n),
        Decision.AGAIN: ngettext("%(n)d leaves in ten seconds.", "%(n)d leave in ten seconds.", n),
        Decision.CANCEL: ngettext("%(n)d will not be sent.", "%(n)d will not be sent.", n),
        UNDO: ngettext("%(n)d decision was taken back.", "%(n)d decisions were taken back.", n),
        PUT_BACK: _("Put back: somebody else can take it on."),
    }
    return texts.get(name, _("You have taken it on.")) % {"n": n}


def _answer(request: HttpRequest, result: Many, text: str, undoing: str) -> HttpResponse:
    """Says what was done, with its undo, and what was skipped, with why. The desk's script refreshes itself; others are led back."""
    skipped = _skipped(result)
    if is_htmx(request):
        if not result.done:
            raise skipping.NothingDone(skipped or _("Tick the groups it is about first."))
        if not _on_cards(request):
            _flash(request, result, text, skipped, undoing)
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        toast = {"text": " ".join(filter(None, [text, skipped])), "kind": "warning" if skipped else "success", "undo": undoing}
        return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"toast": toast, "desk:refresh": True})})
    _flash(request, result, text, skipped, undoing)
    return redirect(next_url(request, default=reverse("messaging:deliveries")))


def _flash(request: HttpRequest, result: Many, text: str, skipped: str, undoing: str) -> None:
    if result.done:
        messages.success(request, text, extra_tags=undos.tags(undoing))
    if skipped or not result.done:
        messages.warning(request, skipped or _("Nothing was chosen."))


def _on_cards(request: HttpRequest) -> bool:
    """Whether the reader's page shows the cards: it brings itself up to date."""
    page = urlsplit(request.headers.get("HX-Current-URL", ""))
    return page.path == reverse("messaging:deliveries") and parse_qs(page.query).get("state", [""])[0] in ("", DeliveryState.WAITING_PERSON)


def _skipped(result: Many) -> str:
    return skipping.of_rows(result.skipped, name=lambda row: str(row.group))
