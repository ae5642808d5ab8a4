"""The waiting list: who waits, who can be told that there is room, who came in."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.views.found import actor, is_htmx, refreshed
from groupops.record.idempotency import once
from groupops.shared import clock, paging, undos
from groupops.shared.errors import Conflict, Forbidden
from groupops.shared.http import ids, next_url, not_found_unless
from members.entering import WaitingState
from members.joining import queries, waiting
from members.joining.forms import WaitingFilter
from members.joining.places import place_url

ROOM = "members.joining.waiting"  # of its undos
MOST = 200
TOLD, REVEAL = "told", "reveal"
TO = {state.value: state for state in (WaitingState.JOINED, WaitingState.DROPPED, WaitingState.WAITING)}


@require_safe
def line(request: HttpRequest) -> HttpResponse:
    """Who waits, in one state: those with room first told, those who wait in their order."""
    query = request.GET.copy()
    if not query.get("state"):
        query["state"] = WaitingState.CALLED
    everything = queries.waiting_for(actor(request))
    found = WaitingFilter(query, queryset=everything, request=request)
    not_found_unless(found.is_valid())
    state = found.form.cleaned_data["state"]
    newest = state in (WaitingState.JOINED, WaitingState.DROPPED)
    page = paging.page(found.qs, query=query, order=("created_at", "id"), descending=newest)
    context = {
        "page": page,
        "rows": [{"row": row, "url": place_url(row)} for row in page.rows],
        "state": state,
        "filter": found,
        "pills": _pills(query, state),
        "may": access.groups_with(actor(request), GroupRight.CARE).exists(),
    }
    return render(request, "members/waiting.html#list" if is_htmx(request) else "members/waiting.html", context)


def _pills(query: QueryDict, state: str) -> list[dict[str, Any]]:
    kept, pills = query.copy(), []
    for name in ("after", "before"):
        kept.pop(name, None)
    for value, label in WaitingState.choices:
        kept["state"] = value
        pills.append({"label": label, "url": f"?{kept.urlencode()}", "active": state == value, "count": None})
    return pills


@require_POST
@once
def act(request: HttpRequest) -> HttpResponse:
    """Do `do` to those in `pk`, or to the one that `do` names itself: "told:12"."""
    name, _colon, only = request.POST.get("do", "").partition(":")
    given = [only] if only else request.POST.getlist("pk")[:MOST]
    pks = ids(given)
    not_found_unless(name == TOLD or name in TO)
    user, at = actor(request), clock.now()
    seen = list(queries.waiting_for(user).filter(pk__in=pks).values_list("pk", flat=True))
    if name == TOLD:
        done = waiting.told(pks=seen, by=user, at=at)
        undoing = undos.tags(reverse("members:waiting-undo", args=[undos.token(ROOM, [row.pk for row in done])])) if done else ""
        text = ngettext("%(n)d was told.", "%(n)d were told.", len(done))
    else:
        undoing = ""  # its pills lead back: who was taken off is put back there
        done = waiting.settle(pks=seen, to=TO[name], by=user, at=at)
        text = ngettext("%(n)d was changed.", "%(n)d were changed.", len(done))
    if done:
        messages.success(request, text % {"n": len(done)}, extra_tags=undoing)
    else:
        messages.warning(request, _("Nothing was chosen that you may change."))
    return _back(request)


@require_POST
@once
def undo(request: HttpRequest, token: str) -> HttpResponse:
    """They were not told, after all; while the message that offered it is fresh."""
    user = actor(request)
    seen = list(queries.waiting_for(user).filter(pk__in=undos.read(ROOM, token)).values_list("pk", flat=True))
    done = waiting.untell(pks=seen, by=user, at=clock.now())
    if not done:
        raise Conflict(_("This can no longer be undone."))
    messages.success(request, _("Taken back."))
    return _back(request)


@require_POST
@once
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """How to reach somebody, in full; noted in the operation log."""
    row = get_object_or_404(queries.waiting_for(actor(request)), pk=pk)
    groups = [target.group for target in row.code.targets.select_related("group")]
    rights = access.rights_on(actor(request), groups)
    if not all(GroupRight.CARE in given for given in rights.values()):
        raise Forbidden(access.MISSING[GroupRight.CARE])
    contact = waiting.reveal(row=row, by=actor(request), at=clock.now())
    messages.info(request, f"{row.name}: {contact or _('no longer kept')}")
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    return refreshed(request, next_url(request, default=reverse("members:waiting")))
