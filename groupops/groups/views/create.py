"""Open a group: choose a kind, then fill in what is its own."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from groupops.accounts.policy import Right
from groupops.groups import access, queries
from groupops.groups import services as groups
from groupops.groups.forms import CreateForm, refuse
from groupops.groups.models import Kind
from groupops.groups.policy import filled
from groupops.groups.views.found import actor
from groupops.record.idempotency import once
from groupops.shared import clock
from groupops.shared.errors import Refused


@require_safe
def create(request: HttpRequest) -> HttpResponse:
    """The kinds to choose from, with what each is for."""
    access.demand_on_site(actor(request), Right.CREATE_GROUP)
    return render(request, "groups/create.html", {"kinds": Kind.objects.filter(archived=False)})


@require_http_methods(["GET", "HEAD", "POST"])
@once
def create_from(request: HttpRequest, slug: str) -> HttpResponse:
    """A group of the chosen kind; `?name=&moment=` come from a key moment."""
    access.demand_on_site(actor(request), Right.CREATE_GROUP)
    kind = get_object_or_404(Kind, slug=slug, archived=False)
    form = CreateForm(request.POST or None, initial=_initial(request, kind))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                group = groups.create_group(kind=kind, by=actor(request), at=clock.now(), **form.cleaned_data)
            except Refused as refusal:
                status = refuse(form, refusal)
            else:
                messages.success(request, _("“%(name)s” is planned. Next, connect it to a chat.") % {"name": group.name})
                return redirect("groups:detail", group.pk)
    rules = filled(queries.template_for(kind), form["name"].value() or kind.name)
    return render(request, "groups/create_from.html", {"form": form, "kind": kind, "rules": rules}, status=status)


def _initial(request: HttpRequest, kind: Kind) -> dict[str, object]:
    given = {name: request.GET[name][:80] for name in ("name", "moment") if name in request.GET}
    return {"level": kind.level, "zone": actor(request).zone, "owner": actor(request).pk, "moment": ""} | given
