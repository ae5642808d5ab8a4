"""The tags: what there are, a new one, put away and brought back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups.views.found import actor, refreshed
from groupops.record.idempotency import once
from groupops.shared import clock
from groupops.shared.errors import Refused
from groupops.shared.http import not_found_unless
from members.models import Tag
from members.segments.queries import segments_for
from members.tags import queries
from members.tags import services as tags
from members.tags.forms import TagForm


@require_http_methods(["GET", "HEAD", "POST"])
@once
def listing(request: HttpRequest) -> HttpResponse:
    """Every tag with how many carry it; operators and founders add one."""
    user = actor(request)
    if request.method == "POST":
        access.demand_on_site(user, Right.MANAGE_POLICY)
    form = TagForm(request.POST if request.method == "POST" else None, segments=segments_for(user))
    if form.is_valid():
        try:
            tags.create(name=form.cleaned_data["name"], rule=form.cleaned_data["rule"], by=user, at=clock.now())
        except Refused as refused:
            form.add_error(refused.field, str(refused))
        else:
            messages.success(request, _("The tag is there."))
            return redirect("members:tags")
    context = {
        "tags": queries.counted(access.visible_to(user))[: queries.MOST],
        "form": form,
        "may_edit": user.has_right(Right.MANAGE_POLICY),
    }
    return render(request, "members/tags.html", context, status=422 if form.errors else 200)


@require_POST
@once
def put_away(request: HttpRequest, pk: int, to: str) -> HttpResponse:
    """Archive a tag, or bring it back."""
    access.demand_on_site(actor(request), Right.MANAGE_POLICY)
    not_found_unless(to in ("archived", "used"))
    tag = get_object_or_404(Tag, pk=pk)
    tags.archive(tag=tag, archived=to == "archived", by=actor(request), at=clock.now())
    undoing = f"undo:{reverse('members:tag-to', args=[pk, 'used'])}" if to == "archived" else ""
    messages.success(request, _("The tag is put away.") if undoing else _("The tag can be given again."), extra_tags=undoing)
    return refreshed(request, "members:tags")
