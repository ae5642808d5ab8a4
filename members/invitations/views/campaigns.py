"""Campaigns: the list, one of them with everybody it invites, made, changed, moved on."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.forms import attempt, refuse
from groupops.groups.views.found import actor, is_htmx
from groupops.record.idempotency import once
from groupops.shared import clock, paging
from groupops.shared.errors import Forbidden, Refused
from groupops.shared.http import not_found_unless
from members.invitations import addresses, queries, services
from members.invitations.forms import CampaignForm, InvitationFilter, InviteForm
from members.invitations.views.finding import back, campaign_of
from members.inviting import MOVES, CampaignState
from members.models import Campaign
from members.sources.queries import Came

MOVE_WORDS = {
    CampaignState.RUNNING: gettext_lazy("Start"),
    CampaignState.PAUSED: gettext_lazy("Pause"),
    CampaignState.ENDED: gettext_lazy("End"),
}


@require_safe
def campaigns(request: HttpRequest) -> HttpResponse:
    """Every campaign of which the reader sees all groups, the newest first: how far its invitations came, who stayed."""
    user = actor(request)
    page = paging.page(queries.campaigns_for(user), query=request.GET, order=("created_at", "id"), size=30)
    numbers, stays = queries.numbers(page.rows), queries.stays(page.rows, clock.now())
    context = {
        "page": page,
        "rows": [_row(row, numbers.get(row.pk, {}), stays.get(row.pk, Came())) for row in page.rows],
        "may_create": access.groups_with(user, GroupRight.EDIT).exists(),
    }
    return render(request, "members/campaigns.html#list" if is_htmx(request) else "members/campaigns.html", context)


def _row(row: Campaign, numbers: dict[str, int], came: Came) -> dict[str, Any]:
    """`bars` are the steps of its funnel as lengths of 100."""
    made = numbers.get("made", 0) or 1
    steps = [(label, numbers.get(name, 0)) for name, label in STEPS]
    bars = [{"label": label, "n": n, "width": round(100 * n / made), "y": 12 * at} for at, (label, n) in enumerate(steps)]
    return {"campaign": row, "numbers": numbers, "bars": bars, "came": came, "left": row.seats - row.taken}


STEPS = [
    ("made", gettext_lazy("Invited")),
    ("sent", gettext_lazy("Sent")),
    ("opened", gettext_lazy("Opened")),
    ("placed", gettext_lazy("Took a place")),
    ("joined", gettext_lazy("Joined")),
]


@require_safe
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """One campaign and its invitations."""
    return _shown(request, campaign_of(request, pk), InviteForm())


def _shown(request: HttpRequest, row: Campaign, form: InviteForm, *, status: int = 200) -> HttpResponse:
    user = actor(request)
    found = InvitationFilter(request.GET, queryset=queries.invitations_for(user).filter(campaign=row), request=request)
    not_found_unless(found.is_valid())
    page = paging.page(found.qs, query=request.GET, order=("created_at", "id"))
    group = next(iter(row.targets.all())).group.name
    context = _row(row, queries.numbers([row]).get(row.pk, {}), queries.stays([row], clock.now()).get(row.pk, Came())) | {
        "page": page,
        "filter": found,
        "lines": [{"row": one, "url": addresses.url_of(one), "text": addresses.message_of(one, row, group)} for one in page.rows],
        "form": form,
        "apply_url": addresses.apply_url(row),
        "may_edit": queries.may(user, GroupRight.EDIT, row),
        "may": queries.may(user, GroupRight.CARE, row),
        "moves": [(to, MOVE_WORDS[CampaignState(to)]) for to in sorted(MOVES[row.state], reverse=True)],
    }
    page_name = "members/campaign.html#list" if is_htmx(request) and request.method == "GET" else "members/campaign.html"
    return render(request, page_name, context, status=status)


@once
def campaign_new(request: HttpRequest) -> HttpResponse:
    """A new campaign, as a draft."""
    if not access.groups_with(actor(request), GroupRight.EDIT).exists():
        raise Forbidden(access.MISSING[GroupRight.EDIT])
    return _form(request, None)


@once
def campaign_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Other words, other groups, other seats."""
    return _form(request, campaign_of(request, pk, GroupRight.EDIT))


def _form(request: HttpRequest, row: Campaign | None) -> HttpResponse:
    user, status, at = actor(request), 200, clock.now()
    form = CampaignForm(request.POST or None, user=user, campaign=row)

    def save() -> Campaign:
        return services.save_campaign(campaign=row, version=form.cleaned_data["version"] or 0, **form.values(), by=user, at=at)

    if request.method == "POST":
        made, status = attempt(form, save)
        if made:
            messages.success(request, _("Saved."))
            return redirect("members:campaign", made.pk)
    return render(request, "members/campaign_form.html", {"form": form, "campaign": row}, status=status)


@require_POST
@once
def campaign_move(request: HttpRequest, pk: int, to: str) -> HttpResponse:
    """Start, pause, end, resume."""
    row = campaign_of(request, pk, GroupRight.EDIT)
    not_found_unless(to in CampaignState.values)
    services.move_campaign(campaign=row, to=to, by=actor(request), at=clock.now())
    messages.success(request, str(CampaignState(to).label))
    return back(request, pk)


@require_POST
@once
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """An invitation for each person of a pasted list."""
    row = campaign_of(request, pk, GroupRight.CARE)
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _shown(request, row, form, status=422)
    try:
        made, known = services.invite(campaign=row, people=form.cleaned_data["people"], inviter=None, by=actor(request), at=clock.now())
    except Refused as refusal:
        return _shown(request, row, form, status=refuse(form, refusal))
    text = ngettext("%(n)d invitation is ready to be sent.", "%(n)d invitations are ready to be sent.", len(made)) % {"n": len(made)}
    messages.success(request, text)
    if known:
        messages.warning(request, ngettext("%(n)d has one already.", "%(n)d have one already.", known) % {"n": known})
    return redirect("members:campaign", pk)
