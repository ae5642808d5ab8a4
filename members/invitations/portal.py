"""What guests see: their invitation, and a campaign's page to apply. Looking is counted; a place is taken by a button."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groupops.accounts.middleware import public
from groupops.groups.forms import attempt, refuse
from groupops.shared import clock
from groupops.shared.errors import Refused
from groupops.shared.throttle import limited
from members.entering import pick
from members.invitations import addresses, answering, queries
from members.invitations.forms import ApplyForm, ProofForm
from members.inviting import SEATED, Gate, ProofState, is_open
from members.joining import queries as joining
from members.joining.portal import fresh, way_in
from members.models import Campaign, Invitation


@public
@require_safe
def invitation(request: HttpRequest, link: str) -> HttpResponse:
    """Somebody's own invitation."""
    row = _row(link)
    if request.method == "GET":
        answering.opened(invitation=row, at=clock.now())
    return _page(request, row, link, ProofForm())


def _page(request: HttpRequest, row: Invitation, link: str, form: ProofForm, *, status: int = 200) -> HttpResponse:
    campaign, proof = row.campaign, row.proofs.order_by("-created_at", "-pk").first()
    context = _campaign(campaign) | {"row": row, "link": link, "form": form, "proof": proof}
    context["gate_open"] = campaign.gate == Gate.NONE or row.proofs.filter(state=ProofState.ACCEPTED).exists()
    if row.state in SEATED:
        groups = queries.groups_of(campaign)
        doors = joining.doors(groups)
        chosen = pick((doors[group.pk] for group in groups), clock.now())
        context |= way_in(next(group for group in groups if group.pk == chosen.group_id)) if chosen is not None else {}
    return fresh(render(request, "portal/invitation.html", context, status=status))


def _campaign(campaign: Campaign) -> dict[str, object]:
    """What both pages show of a campaign."""
    groups = queries.groups_of(campaign)
    return {
        "campaign": campaign,
        "first": groups[0],
        "left": campaign.seats - campaign.taken,
        "takes": is_open(state=campaign.state, starts_at=campaign.starts_at, ends_at=campaign.ends_at, at=clock.now()),
    }


def _row(link: str) -> Invitation:
    row = queries.by_link(link)
    if row is None:
        raise Http404(_("There is nothing here."))
    return row


@public
@require_POST
@limited
def accept(request: HttpRequest, link: str) -> HttpResponse:
    """I take my place."""
    row = _row(link)
    try:
        answering.accept(invitation=row, at=clock.now())
    except Refused as refusal:
        messages.warning(request, str(refusal.message))
    return redirect("portal:invitation", link)


@public
@require_POST
@limited
def decline(request: HttpRequest, link: str) -> HttpResponse:
    """No, thanks."""
    answering.decline(invitation=_row(link), at=clock.now())
    return redirect("portal:invitation", link)


@public
@require_POST
@limited
def proof(request: HttpRequest, link: str) -> HttpResponse:
    """What was asked is shown."""
    row = _row(link)
    form = ProofForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, row, link, form, status=422)
    try:
        answering.show(invitation=row, text=form.cleaned_data["text"], picture=form.upload(), at=clock.now())
    except Refused as refusal:
        return _page(request, row, link, form, status=refuse(form, refusal))
    return redirect("portal:invitation", link)


@public
@require_http_methods(["GET", "HEAD", "POST"])
@limited
def apply(request: HttpRequest, link: str) -> HttpResponse:
    """Somebody comes by a campaign's public link and gets an invitation of their own. GET changes nothing."""
    campaign = queries.campaign_by_link(link)
    if campaign is None:
        raise Http404(_("There is nothing here."))
    form, status = ApplyForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        made, status = attempt(form, lambda: answering.apply(campaign=campaign, name=form.cleaned_data["name"], at=clock.now()))
        if made:
            return redirect("portal:invitation", addresses.link_of(made))
    return fresh(render(request, "portal/apply.html", _campaign(campaign) | {"form": form, "link": link}, status=status))
