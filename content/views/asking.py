"""Slots that were found too late and ask a person: send or leave, one or many."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from content import queries
from content import services as content
from content.models import Slot
from content.policy import ASKING, Why
from content.views.found import back, slot_for
from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.views.found import actor, refreshed
from groupops.record.idempotency import once
from groupops.shared import clock, undos
from groupops.shared.errors import Refused
from groupops.shared.http import ids, next_url

ROOM = "content.asking"  # of its undos
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
    decided = [(slot.pk, why) for slot in found if (why := _decided(slot, user, send=send)) is not None]
    done = len(decided)
    said = ngettext("%(n)d leaves now.", "%(n)d leave now.", done) if send else ngettext("%(n)d stays unsent.", "%(n)d stay unsent.", done)
    over = _("%(n)d could not be decided any more.") % {"n": len(pks) - done} if len(pks) > done else ""
    undoing = "" if send else left_back(decided)
    messages.success(request, f"{said % {'n': done}} {over}".strip(), extra_tags=undoing)
    return redirect("content:asking")


def _decided(slot: Slot, user: User, *, send: bool) -> Why | None:
    """Why it asked, none for what leaves now; None where it was over."""
    try:
        if not send:
            return content.leave_slot(slot=slot, by=user, at=clock.now())
        content.send_slot_now(slot=slot, by=user, at=clock.now())
    except Refused:
        return None
    return Why.NONE


@require_POST
@once
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave a slot that asks a person unsent."""
    slot = slot_for(request, pk, GroupRight.CONTENT)
    why = content.leave_slot(slot=slot, by=actor(request), at=clock.now())
    messages.success(request, _("It stays unsent."), extra_tags=left_back([(pk, why)]))
    return back(request, "content:schedule", slot.schedule_id)


def left_back(left: Sequence[tuple[int, Why]]) -> str:
    """Tags of a message: its toast takes back that these were left; none of none."""
    return undos.tags(reverse("content:ask-again", args=[undos.token(ROOM, dict(left))])) if left else ""


@require_POST
@once
def ask_again(request: HttpRequest, token: str) -> HttpResponse:
    """They ask a person again, while the message that offered it is fresh. Raises the last refusal where none does."""
    user, mine = actor(request), access.groups_with(actor(request), GroupRight.CONTENT, sandboxes=True)
    was = {int(pk): Why(why) for pk, why in undos.read(ROOM, token).items()}
    done, refused = 0, None
    for slot in queries.slots(user, sandboxes=True).filter(pk__in=was, schedule__group__in=mine).order_by("due_at", "pk"):
        try:
            content.ask_again(slot=slot, why=was[slot.pk], by=user, at=clock.now())
            done += 1
        except Refused as refusal:
            refused = refusal
    if refused is not None and not done:
        raise refused
    messages.success(request, ngettext("%(n)d asks a person again.", "%(n)d ask a person again.", done) % {"n": done})
    return refreshed(request, next_url(request, default=reverse("content:asking")))
