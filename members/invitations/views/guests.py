"""What becomes of invitations: sent, came, taken back, one by one or many at once."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.views.found import actor
from groupops.record.idempotency import once
from groupops.shared import clock
from groupops.shared.http import ids, not_found_unless
from members.invitations import delivery, queries, services
from members.invitations.views.finding import back, campaign_of, own_invitation
from members.inviting import InvitationState
from members.models import Campaign, Invitation, Membership

MOST = 200
ACTS = ("sent", "unsent", "withdraw", "came", "missed", "send")


@require_POST
@once
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Do `do` to the invitations `pk` of a campaign, or to the one it names itself: "sent:12"."""
    row = campaign_of(request, pk, GroupRight.CARE)
    name, _colon, only = request.POST.get("do", "").partition(":")
    not_found_unless(name in ACTS)
    pks = ids(([only] if only else request.POST.getlist("pk"))[:MOST])
    pks = list(Invitation.objects.filter(pk__in=pks, campaign=row).values_list("pk", flat=True))
    n, undoing = _carry_out(request, name, pks, row)
    if n:
        text = ngettext("%(n)d invitation was changed.", "%(n)d invitations were changed.", n) % {"n": n}
        messages.success(request, text, extra_tags=undoing)
    else:
        messages.warning(request, _("Nothing was chosen that you may change."))
    return back(request, pk)


def _carry_out(request: HttpRequest, name: str, pks: Sequence[int], campaign: Campaign) -> tuple[int, str]:
    by, at = actor(request), clock.now()
    if name == "sent":
        done = services.sent(pks=pks, by=by, at=at)
        undo = reverse("members:invitation-unsent", args=[done[0].pk]) if len(done) == 1 else ""
        return len(done), f"undo:{undo}" if undo else ""
    if name == "unsent":
        return len(services.unsent(pks=pks, by=by, at=at)), ""
    if name == "withdraw":
        return len(services.withdraw(pks=pks, by=by, at=at)), ""
    if name == "send":
        for row in Invitation.objects.filter(pk__in=pks).order_by("pk"):
            delivery.send(invitation=row, by=by, at=at)
        return len(pks), ""
    return len(services.attended(pks=pks, came=name == "came", by=by, at=at)), ""


@require_POST
@once
def unsent(request: HttpRequest, pk: int) -> HttpResponse:
    """It was not sent after all."""
    row = own_invitation(request, pk)
    services.unsent(pks=[row.pk], by=actor(request), at=clock.now())
    return back(request, row.campaign_id)


@once
def arrived(request: HttpRequest, pk: int) -> HttpResponse:
    """Who came by this invitation? Members who came after it, those of the same name first; a person chooses."""
    row, at = own_invitation(request, pk), clock.now()
    if request.method == "POST":
        chosen = ids([request.POST.get("member", "")])
        visible = access.visible_to(actor(request))
        member = Membership.objects.filter(pk__in=chosen, group__in=visible).first()
        not_found_unless(member)
        services.arrive(invitation=row, membership=member, by=actor(request), at=at)  # type: ignore[arg-type]
        undoing = reverse("members:invitation-unarrived", args=[pk])
        messages.success(request, _("Noted: they came by this invitation."), extra_tags=f"undo:{undoing}")
        return redirect("members:campaign", row.campaign_id)
    context = {"row": row, "candidates": queries.came_lately(row) if row.state != InvitationState.JOINED else []}
    return render(request, "members/arrived.html", context)


@require_POST
@once
def unarrived(request: HttpRequest, pk: int) -> HttpResponse:
    """They did not."""
    row = own_invitation(request, pk)
    services.unarrive(invitation=row, by=actor(request), at=clock.now())
    return back(request, row.campaign_id)
