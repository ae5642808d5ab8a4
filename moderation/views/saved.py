"""Saved views of the queue: pills above it, kept and forgotten by whoever they belong to."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from groupops.accounts.models import User
from groupops.groups.views.found import actor
from groupops.record.idempotency import once
from groupops.shared import clock
from moderation.filters import QueueFilter
from moderation.models import QueueView
from moderation.services import viewing

LONGEST_QUERY = 2000


def saved(request: HttpRequest, user: User) -> list[dict[str, Any]]:
    """The reader's own views, as pills; `pk` of the one that is open."""
    now = filters_in(request.GET)
    return [
        {"pk": row.pk, "label": row.name, "url": f"?{urlencode(row.query)}", "active": row.query == now}
        for row in QueueView.objects.filter(owner=user).order_by("pk")
    ]


def filters_in(query: QueryDict) -> dict[str, str]:
    """The filters of the queue in an address; pages and unknown names stay out."""
    return {name: str(value) for name, value in query.items() if value and (name in QueueFilter.base_filters or name == "view")}


@require_POST
@once
def save(request: HttpRequest) -> HttpResponse:
    """Keep the filters that come along as `query`."""
    query = filters_in(QueryDict(request.POST.get("query", "")[:LONGEST_QUERY]))
    made = viewing.save_view(name=request.POST.get("name", ""), query=query, by=actor(request), at=clock.now())
    messages.success(request, _("The view is saved: it stands above the queue."))
    return redirect(f"{reverse('moderation:queue')}?{urlencode(made.query)}")


@require_POST
@once
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget one's own view."""
    user = actor(request)
    viewing.forget_view(view=get_object_or_404(QueueView, pk=pk, owner=user), by=user)
    messages.success(request, _("The view is forgotten."))
    return redirect("moderation:queue")
