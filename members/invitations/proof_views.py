"""入群门槛: what guests showed, accepted or refused, with its undo."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from groupops.groups.views.found import actor, is_htmx, refreshed
from groupops.record.idempotency import once
from groupops.shared import clock, paging
from groupops.shared.http import next_url, not_found_unless
from members.invitations import answering, queries
from members.inviting import ProofState


@require_safe
def proofs(request: HttpRequest) -> HttpResponse:
    """Those in one state: to be looked at, the oldest first."""
    state = request.GET.get("state") or ProofState.WAITING
    not_found_unless(state in ProofState.values)
    rows = queries.proofs_for(actor(request)).filter(state=state)
    page = paging.page(rows, query=request.GET, order=("created_at", "id"), size=20, descending=state != ProofState.WAITING)
    pills = [{"label": label, "url": f"?state={value}", "active": value == state, "count": None} for value, label in ProofState.choices]
    mine = set(queries.cared_for(actor(request)).filter(invitations__proofs__in=page.rows).values_list("pk", flat=True))
    context = {
        "page": page,
        "state": state,
        "pills": pills,
        "lines": [{"row": row, "may": row.invitation.campaign_id in mine} for row in page.rows],
    }
    return render(request, "members/proofs.html#list" if is_htmx(request) else "members/proofs.html", context)


@require_POST
@once
def settle(request: HttpRequest, pk: int, to: str) -> HttpResponse:
    """Accept, refuse, or put back."""
    not_found_unless(to in ProofState.values and queries.proofs_for(actor(request)).filter(pk=pk).exists())
    done = answering.review(pks=[pk], to=ProofState(to), by=actor(request), at=clock.now())
    if done:
        back = reverse("members:proof-settle", args=[pk, done[0][1]])
        messages.success(request, str(ProofState(to).label), extra_tags=f"undo:{back}")
    else:
        messages.warning(request, _("Nothing was chosen that you may change."))
    return refreshed(request, next_url(request, default=reverse("members:proofs")))


@require_safe
def picture(request: HttpRequest, pk: int) -> HttpResponse:
    """The picture of a proof, for whoever may see the campaign. Its type is what we measured."""
    row = get_object_or_404(queries.proofs_for(actor(request)), pk=pk)
    not_found_unless(row.picture)
    headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"}
    return HttpResponse(bytes(row.picture.content), content_type=row.picture.mime, headers=headers)  # type: ignore[union-attr]
