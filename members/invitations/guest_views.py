"""For whom of our groups is an invitation? Found by name or account; a person chooses."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from groupops.groups.views.found import actor
from groupops.record.idempotency import once
from groupops.shared import clock
from groupops.shared.http import ids
from members import queries as members
from members.invitations import guests
from members.invitations.views import own_invitation


@require_http_methods(["GET", "HEAD", "POST"])
@once
def guest(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose a member, or nobody (an empty `member`): then the message is copied by hand."""
    row, user = own_invitation(request, pk), actor(request)
    if request.method == "POST":
        chosen = members.memberships_for(user).filter(pk__in=ids([request.POST.get("member", "")])).first()
        guests.set_guest(invitation=row, membership=chosen, by=user, at=clock.now())
        messages.success(request, _("Noted: it can be sent privately.") if chosen else _("Noted: it is copied by hand."))
        return redirect("members:campaign", row.campaign_id)
    text = request.GET.get("q", "").strip()[:80]
    context = {"row": row, "q": text, "candidates": guests.candidates(row, user, text)}
    return render(request, "members/guest.html", context)
