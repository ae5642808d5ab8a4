"""Kinds of group: the list with the seed's words, and their editor."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups import services as groups
from groupops.groups.forms import KindForm, NewKindForm, refuse
from groupops.groups.models import Kind
from groupops.groups.policy import Lifecycle
from groupops.groups.views.found import actor
from groupops.record.idempotency import once
from groupops.shared import clock
from groupops.shared.errors import Refused


@require_safe
def kinds(request: HttpRequest) -> HttpResponse:
    """Every kind, with how many groups it has that are not archived."""
    access.demand_on_site(actor(request), Right.SEE_ALL_GROUPS)
    rows = Kind.objects.annotate(group_count=Count("groups", filter=~Q(groups__lifecycle=Lifecycle.ARCHIVED)))
    return render(request, "groups/kinds.html", {"kinds": rows, "may_edit": actor(request).has_right(Right.MANAGE_POLICY)})


@require_http_methods(["GET", "HEAD", "POST"])
@once
def kind_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a kind."""
    access.demand_on_site(actor(request), Right.MANAGE_POLICY)
    kind = get_object_or_404(Kind, pk=pk)
    return _form(request, KindForm(request.POST or None, kind=kind), kind)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def kind_new(request: HttpRequest) -> HttpResponse:
    """A new kind."""
    access.demand_on_site(actor(request), Right.MANAGE_POLICY)
    return _form(request, NewKindForm(request.POST or None), None)


def _form(request: HttpRequest, form: KindForm, kind: Kind | None) -> HttpResponse:
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _save(request, form, kind)
            except Refused as refusal:
                status = refuse(form, refusal)
            else:
                messages.success(request, _("Saved."))
                return redirect("groups:kinds")
    return render(request, "groups/kind_edit.html", {"form": form, "kind": kind}, status=status)


def _save(request: HttpRequest, form: KindForm, kind: Kind | None) -> None:
    if kind is None:
        groups.create_kind(by=actor(request), at=clock.now(), **form.kind_values())
    else:
        groups.update_kind(kind=kind, seen=form.cleaned_data["version"] or 0, by=actor(request), at=clock.now(), **form.kind_values())
