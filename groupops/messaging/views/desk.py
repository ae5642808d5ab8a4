"""发送台: everything outgoing by state; what waits for hands as cards; one delivery with its attempts, its receipt and its trail."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.views.found import actor, is_htmx
from groupops.messaging import queries, wording
from groupops.messaging.filters import ALL, INBOX, OPEN, DeliveryFilter
from groupops.messaging.models import Delivery
from groupops.messaging.policy import Decision, DeliveryState
from groupops.messaging.rights import right_for
from groupops.shared import clock, paging
from groupops.shared.http import ids, not_found_unless

S = DeliveryState
VIEWS = (S.WAITING_PERSON, INBOX, *queries.TROUBLE, OPEN, S.SENT, S.CANCELLED, ALL)
LABELS = {INBOX: _("Failure inbox"), OPEN: S.DUE.label, ALL: _("All")} | {state.value: state.label for state in S}
ICONS = {Decision.SENT: "check", Decision.NOT_SENT: "alert-triangle", Decision.AGAIN: "refresh", Decision.CANCEL: "x"}
ADVICE = {
    S.UNKNOWN: _("Look in the room whether it is there, then decide."),
    S.FAILED: _("Remove the cause, then send it again; or leave it."),
    S.MISSED: _("Is it still worth sending? Then send it again; it leaves in ten seconds."),
}
# What is done to rows of the failure inbox: the decision, its key, its icon.
INBOX_ACTS = ((Decision.AGAIN, "r", "refresh"), (Decision.SENT, "s", "check"), (Decision.CANCEL, "x", "x"))
AUDIT_WORDS = {
    "delivery.sent": _("confirmed that it was sent"),
    "delivery.not_sent": _("said that it was not sent"),
    "delivery.again": _("let it be sent again"),
    "delivery.cancel": _("cancelled it"),
    "delivery.undo": _("took the decision back"),
    "delivery.take": _("took it on"),
    "delivery.put_back": _("put it back"),
}
OURS = ("after", "before", "state", "part", "seen")  # of the query: not part of a view's filters


@require_safe
def deliveries(request: HttpRequest) -> HttpResponse:
    """What waits for a person as cards, due first; any other ?state= as a list, newest first. ?part=cards&seen=… refreshes."""
    user, at, query = actor(request), clock.now(), _query(request)
    everything = queries.deliveries_for(user)
    found = DeliveryFilter(query, queryset=everything, request=request)
    not_found_unless(found.is_valid())
    state = found.form.cleaned_data["state"]
    context = {
        "filter": found,
        "pills": _pills(query, state, DeliveryFilter(_stateless(query), queryset=everything, request=request).qs),
        "is_filtered": any(value for name, value in found.form.cleaned_data.items() if name != "state"),
        "is_everything": state == ALL,
        "is_open": state == OPEN,
        "here": f"{request.path}?{_with_state(query, state).urlencode()}",
    }
    if state == S.WAITING_PERSON:
        context |= _cards(request, user, found.qs, at) | {"gone": _gone(request, user, everything, at)}
        part = "messaging/deliveries.html#cards" if request.GET.get("part") == "cards" else "messaging/deliveries.html#view"
    else:
        context |= _list(request, user, found.qs, query, inbox=state in (INBOX, *queries.TROUBLE))
        part = "messaging/deliveries.html#view"
    return render(request, part if is_htmx(request) else "messaging/deliveries.html", context)


def _query(request: HttpRequest) -> QueryDict:
    """The request's, with the desk's own view where none was chosen."""
    query = request.GET.copy()
    if not query.get("state"):
        query["state"] = S.WAITING_PERSON
    return query


def _stateless(query: QueryDict) -> QueryDict:
    kept = query.copy()
    for name in OURS:
        kept.pop(name, None)
    return kept


def _with_state(query: QueryDict, state: str) -> QueryDict:
    kept = _stateless(query)
    kept["state"] = state
    return kept


def _pills(query: QueryDict, state: str, rows: QuerySet[Delivery]) -> list[dict[str, Any]]:
    """One pill a view with what it holds; the other filters travel along."""
    counts = queries.counts(rows)
    nothing = queries.Count(0)
    counts[OPEN] = queries.Count(sum(counts.get(name, nothing).n for name in queries.ON_ITS_WAY))
    counts[INBOX] = queries.Count(sum(counts.get(name, nothing).n for name in queries.TROUBLE))
    return [
        {
            "label": LABELS[value],
            "url": f"?{_with_state(query, value).urlencode()}",
            "active": state == value,
            "count": None if value == ALL else counts.get(value, nothing),
        }
        for value in VIEWS
    ]


def _cards(request: HttpRequest, user: User, rows: QuerySet[Delivery], at: datetime) -> dict[str, Any]:
    cards, beyond = queries.cards(user, rows, at)
    return {"cards": cards, "beyond": beyond, "recent": queries.recent(user, at)}


def _gone(request: HttpRequest, user: User, rows: QuerySet[Delivery], at: datetime) -> list[tuple[Delivery, str]]:
    """What has become of the ?seen= deliveries of the reader's screen."""
    seen = ids(request.GET.get("seen", "").split(","))
    return queries.gone(user, rows, seen, at) if seen else []


def _list(request: HttpRequest, user: User, rows: QuerySet[Delivery], query: QueryDict, *, inbox: bool) -> dict[str, Any]:
    page = paging.page(rows, query=query, order=("due_at", "id"))
    rights = access.rights_on(user, {row.group_id: row.group for row in page.rows}.values()) if inbox else {}
    for row in page.rows:
        row.title = wording.sentence(row)  # type: ignore[attr-defined]  # for the template
        row.advice = ADVICE.get(S(row.state), "")  # type: ignore[attr-defined]
        row.acts = _acts(row, rights) if inbox else []  # type: ignore[attr-defined]
    may_act = any(row.acts for row in page.rows)  # type: ignore[attr-defined]
    return {"page": page, "is_inbox": inbox, "inbox_acts": INBOX_ACTS if may_act else ()}


def _acts(row: Delivery, rights: dict[int, frozenset[GroupRight]]) -> list[tuple[Decision, str, str]]:
    """What the reader may do with a row of the inbox; "it was sent" only where nobody knows."""
    if right_for(row.operation) not in rights[row.group_id]:
        return []
    return [act for act in INBOX_ACTS if act[0] != Decision.SENT or row.state == S.UNKNOWN]


@require_safe
def delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """One delivery: its text, what was asked and done instead, its attempts, its receipt, what may be decided, who decided."""
    user = actor(request)
    rows = queries.deliveries_for(user, sandboxes=True).select_related("receipt__confirmed_by", "taken_by")
    found = get_object_or_404(rows, pk=pk)
    at = clock.now()
    reads_trail = user.has_right(Right.SEE_AUDIT) or access.may(user, GroupRight.EDIT, found.group)
    entries = [(entry, AUDIT_WORDS.get(entry.verb, entry.verb)) for entry in queries.trail(found)] if reads_trail else []
    context = {
        "delivery": found,
        "title": wording.sentence(found),
        "is_saying": wording.is_saying(found),
        "whom": wording.whom(found) if found.user or found.user_name else "",
        "advice": ADVICE.get(S(found.state), ""),
        "tries": list(found.tries.order_by("-number")),
        "receipt": getattr(found, "receipt", None),
        "decisions": [(decision, ICONS[decision]) for decision in queries.decisions(user, found)],
        "undoable": bool(found.undo_state and found.undo_until and found.undo_until >= at),
        "entries": entries,
    }
    return render(request, "messaging/delivery.html", context)
