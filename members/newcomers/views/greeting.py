"""Newcomers who were greeted: one click for a group, and its undo."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.views.found import actor, refreshed
from groupops.record.idempotency import once
from groupops.shared import clock, undos
from groupops.shared.http import next_url
from members.newcomers import services as newcomers

ROOM = "members.newcomers"  # of its undos


@require_POST
@once
def greet(request: HttpRequest, group_id: int) -> HttpResponse:
    """The newcomers of a group were greeted: those who came up to ?until=, so that nobody is ticked off whom the reader did not see."""
    group = access.group_for(actor(request), group_id, GroupRight.CARE)
    at = clock.now()
    greeted = newcomers.greet(group=group, until=_until(request, at), by=actor(request), at=at)
    text = ngettext("%(n)d newcomer was marked as greeted.", "%(n)d newcomers were marked as greeted.", len(greeted))
    undoing = reverse("members:greet-undo", args=[group_id, undos.token(ROOM, greeted)])
    messages.success(request, text % {"n": len(greeted)}, extra_tags=undos.tags(undoing) if greeted else "")
    return _back(request, group_id)


def _until(request: HttpRequest, at: datetime) -> datetime:
    """What the address says, where it is a moment; else now."""
    try:
        found = parse_datetime(request.GET.get("until", ""))
    except ValueError:
        found = None
    return found if found is not None and found.tzinfo is not None else at


@require_POST
@once
def undo(request: HttpRequest, group_id: int, token: str) -> HttpResponse:
    """They were not, after all."""
    group = access.group_for(actor(request), group_id, GroupRight.CARE)
    count = newcomers.ungreet(group=group, memberships=undos.read(ROOM, token), by=actor(request), at=clock.now())
    messages.success(request, ngettext("%(n)d newcomer waits again.", "%(n)d newcomers wait again.", count) % {"n": count})
    return _back(request, group_id)


def _back(request: HttpRequest, group_id: int) -> HttpResponse:
    return refreshed(request, next_url(request, default=f"{reverse('members:roster')}?group={group_id}"))
