"""A member held in a tier for a time, with a reason; and let go."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.forms import refuse
from groupops.groups.views.found import actor, refreshed
from groupops.record.idempotency import once
from groupops.shared import clock, undos
from groupops.shared.errors import Refused
from groupops.shared.http import next_url
from members import queries as members
from members.models import Membership
from members.tiers import services as tiers
from members.tiers.forms import LockForm
from members.tiers.services import Held

ROOM = "members.tiers"  # of its undos
LONG = timedelta(days=90)  # how far the form of a lock proposes


@require_http_methods(["GET", "HEAD", "POST"])
@once
def lock(request: HttpRequest, pk: int) -> HttpResponse:
    """Hold a member in a tier until a day, with a reason."""
    row, at = _member(actor(request), pk), clock.now()
    today = clock.local(at, row.group.zone).date()
    form = LockForm(request.POST or None, initial={"tier": row.tier, "until": today + LONG, "reason": row.tier_lock_reason})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                was = tiers.lock(membership=row, **form.cleaned_data, by=actor(request), at=at)
            except Refused as refusal:
                status = refuse(form, refusal)
            else:
                _told(request, row, was, _("%(name)s stays in this tier until %(until)s."))
                return redirect(_profile(request, row))
    return render(request, "members/tier_lock.html", {"row": row, "form": form, "next": next_url(request, default="")}, status=status)


@require_POST
@once
def unlock(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the nights move them again."""
    row = _member(actor(request), pk)
    was = tiers.unlock(membership=row, by=actor(request), at=clock.now())
    _told(request, row, was, _("The lock on %(name)s is gone; the next night judges."))
    return _done(request, row)


@require_POST
@once
def undo(request: HttpRequest, token: str) -> HttpResponse:
    """Take a lock or its release back, while the message that offered it is fresh."""
    pk, was, now = undos.read(ROOM, token)
    row = _member(actor(request), pk)
    tiers.restore(membership=row, was=_held(was), now=_held(now), by=actor(request), at=clock.now())
    messages.success(request, _("Undone."))
    return _done(request, row)


def _member(user: User, pk: int) -> Membership:
    row: Membership = get_object_or_404(members.memberships_for(user, sandboxes=True), pk=pk)
    access.demand(user, GroupRight.CARE, row.group)
    return row


def _told(request: HttpRequest, row: Membership, was: Held, text: str) -> None:
    row.refresh_from_db(fields=tiers.COLUMNS)
    token = undos.token(ROOM, [row.pk, _plain(was), _plain(tiers.held(row))])
    values = {"name": row.person.name, "until": row.tier_locked_until}
    messages.success(request, text % values, extra_tags=undos.tags(reverse("members:tier-undo", args=[token])))


def _plain(one: Held) -> dict[str, Any]:
    return asdict(one) | {"until": one.until.isoformat() if one.until else None}


def _held(plain: dict[str, Any]) -> Held:
    return Held(**(plain | {"until": parse_date(plain["until"]) if plain["until"] else None}))


def _profile(request: HttpRequest, row: Membership) -> str:
    return next_url(request, default=reverse("members:profile", args=[row.person_id]))


def _done(request: HttpRequest, row: Membership) -> HttpResponse:
    return refreshed(request, _profile(request, row))
