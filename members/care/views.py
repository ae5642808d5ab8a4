"""A care task is done, is not needed, or is open again."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from groupops.groups.views.found import actor, refreshed
from groupops.record.idempotency import once
from groupops.shared import clock
from groupops.shared.http import next_url
from members.care import queries, services
from members.caring import CareState


@require_POST
@once
def settle(request: HttpRequest, pk: int, to: str) -> HttpResponse:
    """One task; 404 for one of a group that the reader may not care for."""
    if to not in CareState.values or not queries.tasks_for(actor(request), sandboxes=True).filter(pk=pk).exists():
        raise Http404(_("There is no such task, or you cannot see it."))
    state = CareState(to)
    services.settle(pks=[pk], to=state, by=actor(request), at=clock.now())
    undoing = "" if state == CareState.OPEN else f"undo:{reverse('members:care-settle', args=[pk, 'open'])}"
    messages.success(request, str(state.label), extra_tags=undoing)
    return refreshed(request, next_url(request, default=reverse("today")))
