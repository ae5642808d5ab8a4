"""设置 of a group: its fields, and the policies that count for it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from groupops.groups import access, queries
from groupops.groups import services as groups
from groupops.groups.access import GroupRight
from groupops.groups.forms import EditForm, refuse
from groupops.groups.policy import LIFECYCLE_MOVES, Lifecycle
from groupops.groups.views.found import actor, frame
from groupops.record.idempotency import once
from groupops.shared import clock
from groupops.shared.errors import Refused


@require_http_methods(["GET", "HEAD", "POST"])
@once
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a group; the second of two editors is told who changed what."""
    group = access.group_for(actor(request), pk, GroupRight.EDIT)
    form = EditForm(request.POST or None, group=group)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                groups.update_group(group=group, seen=form.cleaned_data["version"], by=actor(request), at=clock.now(), **form.values())
            except Refused as refusal:
                status = refuse(form, refusal)
            else:
                messages.success(request, _("Saved."))
                return redirect("groups:detail", pk)
    context = frame(request, group, "settings") | {
        "form": form,
        "policies": queries.effective(group),
        "moves": [move for move in Lifecycle if move in LIFECYCLE_MOVES[Lifecycle(group.lifecycle)]],
    }
    return render(request, "groups/edit.html", context, status=status)
