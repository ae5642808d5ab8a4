"""Slots that were found too late and ask a person: send or leave, one or many."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from content import queries
from content import services as content
from content.models import Slot
from content.policy import ASKING
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.views.found import actor
from groupops.record.idempotency import once
from groupops.shared import clock
from groupops.shared.errors import Refused
from groupops.shared.http import ids

MOST = 200  # on the page, and in one click


@require_safe
def asking(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, oldest first."""
    found = list(queries.waiting_for_a_person(actor(request), clock.now() - ASKING)[:MOST])
    rights = access.rights_on(actor(request), [slot.schedule.group for slot in found])
    rows = [{"slot": slot, "may_write": GroupRight.CONTENT in rights[slot.schedule.group_id]} for slot in found]
    return render(request, "content/asking.html", {"rows": rows, "days": ASKING.days})


@require_POST
@once
def decide(request: HttpRequest) -> HttpResponse:
    """Send or leave the chosen ones: `pk` as often as there are, `do` send or leave. Each on its own: one that is over stops no other."""
    user, send = actor(request), request.POST.get("do") == "send"
    pks = set(ids(request.POST.getlist("pk")))
    mine = access.groups_with(user, GroupRight.CONTENT)
    found = queries.slots(user).filter(pk__in=pks, schedule__group__in=mine).order_by("due_at")[:MOST]
    done = sum(_decided(slot, request, send=send) for slot in found)
    said = ngettext("%(n)d leaves now.", "%(n)d leave now.", done) if send else ngettext("%(n)d stays unsent.", "%(n)d stay unsent.", done)
    over = _("%(n)d could not be decided any more.") % {"n": len(pks) - done} if len(pks) > done else ""
    messages.success(request, f"{said % {'n': done}} {over}".strip())
    return redirect("content:asking")


def _decided(slot: Slot, request: HttpRequest, *, send: bool) -> bool:
    try:
        (content.send_slot_now if send else content.leave_slot)(slot=slot, by=actor(request), at=clock.now())
    except Refused:
        return False
    return True
