"""关键节点: the list with what each proposes; record, dismiss, bring back."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups import services as groups
from groupops.groups.access import GroupRight
from groupops.groups.forms import MomentForm, refuse
from groupops.groups.models import KeyMoment, Kind
from groupops.groups.policy import MomentSort, propose
from groupops.groups.views.found import actor, refreshed
from groupops.record.idempotency import once
from groupops.shared import clock, paging
from groupops.shared.errors import Refused
from groupops.shared.http import next_url

VIEWS: dict[str, dict[str, Any]] = {
    "open": {"group": None, "dismissed": False},
    "opened": {"group__isnull": False},
    "dismissed": {"dismissed": True},
}


@require_http_methods(["GET", "HEAD", "POST"])
@once
def moments(request: HttpRequest) -> HttpResponse:
    """Key moments, the newest day first, each with its proposal; the form records one."""
    access.demand_on_site(actor(request), Right.SEE_ALL_GROUPS)
    form = MomentForm(request.POST or None, initial={"on": clock.local(clock.now(), actor(request).zone).date()})
    status = 200
    if request.method == "POST":
        access.demand_on_site(actor(request), Right.CREATE_GROUP)
        status = 422
        if form.is_valid():
            try:
                values = form.cleaned_data | {"sort": MomentSort(form.cleaned_data["sort"])}
                groups.record_moment(by=actor(request), at=clock.now(), **values)
            except Refused as refusal:
                status = refuse(form, refusal)
            else:
                messages.success(request, _("Recorded. See what it proposes."))
                return redirect("groups:moments")
    return render(request, "groups/moments.html", _context(request, form), status=status)


def _context(request: HttpRequest, form: MomentForm) -> dict[str, Any]:
    page = paging.page(_rows(request), query=request.GET, order=("on", "id"), size=20)
    kinds = {kind.slug: kind for kind in Kind.objects.filter(archived=False)}
    names = {"open": _("To decide"), "opened": _("With a group"), "dismissed": _("Dismissed")}
    here = request.GET.get("view", "")
    pills = [{"label": _("All"), "url": "?", "active": here not in VIEWS}]
    return {
        "page": page,
        "moments": [_shown(moment, kinds) for moment in page.rows],
        "pills": pills + [{"label": label, "url": f"?view={name}", "active": here == name} for name, label in names.items()],
        "form": form,
        "may_create": actor(request).has_right(Right.CREATE_GROUP),
        "may_draft": access.groups_with(actor(request), GroupRight.DRAFT).exists(),
    }


def _rows(request: HttpRequest) -> QuerySet[KeyMoment]:
    wanted = VIEWS.get(request.GET.get("view", ""), {})
    return KeyMoment.objects.filter(**wanted).select_related("group", "created_by")


def _shown(moment: KeyMoment, kinds: dict[str, Kind]) -> dict[str, Any]:
    proposal = propose(MomentSort(moment.sort), title=moment.title, on=moment.on)
    query = urlencode({"name": proposal.name, "moment": moment.pk})
    kind = kinds.get(proposal.kind)
    where = reverse("groups:create-from", args=[kind.slug]) if kind else reverse("groups:create")
    return {"moment": moment, "proposal": proposal, "kind": kind, "open_url": f"{where}?{query}"}


@require_POST
@once
def moment_dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """Dismiss a proposal; the message offers the way back."""
    moment = _set(request, pk, dismissed=True)
    undo = reverse("groups:moment-restore", args=[pk])
    messages.success(request, _("“%(title)s” is dismissed") % {"title": moment}, extra_tags=f"undo:{undo}")
    return redirect(next_url(request, default=reverse("groups:moments")))


@require_POST
@once
def moment_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring a dismissed proposal back."""
    moment = _set(request, pk, dismissed=False)
    messages.success(request, _("“%(title)s” is back") % {"title": moment})
    return refreshed(request, next_url(request, default=reverse("groups:moments")))


def _set(request: HttpRequest, pk: int, *, dismissed: bool) -> KeyMoment:
    access.demand_on_site(actor(request), Right.CREATE_GROUP)
    return groups.set_dismissed(moment=get_object_or_404(KeyMoment, pk=pk), dismissed=dismissed, by=actor(request), at=clock.now())
