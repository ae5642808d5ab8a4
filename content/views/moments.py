"""The posts that a key moment proposes: choose groups, get drafts."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from content import services as content
from content.forms import MomentPostsForm, attempt
from content.models import Post
from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group, KeyMoment
from groupops.groups.policy import Lifecycle, MomentSort, propose
from groupops.groups.views.found import actor
from groupops.record.idempotency import once
from groupops.shared import clock
from groupops.shared.errors import Forbidden


@once
def moment_posts(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft what a moment proposes; the groups of the proposed kind are ticked beforehand."""
    user = actor(request)
    access.demand_on_site(user, Right.SEE_ALL_GROUPS)
    choices = access.groups_with(user, GroupRight.DRAFT).filter(lifecycle=Lifecycle.ACTIVE)
    if not choices.exists():
        raise Forbidden(access.MISSING[GroupRight.DRAFT])
    moment = get_object_or_404(KeyMoment.objects.select_related("group"), pk=pk)
    proposal = propose(MomentSort(moment.sort), title=moment.title, on=moment.on)
    proposed = Group.objects.filter(kind__slug=proposal.kind).values_list("pk", flat=True)
    initial = {"groups": [moment.group_id] if moment.group_id else list(proposed)}
    form = MomentPostsForm(request.POST or None, choices=choices, initial=initial)
    if request.method == "POST":
        made = attempt(form, lambda: _draft(request, form, moment))
        if made is not None:
            return redirect(f"{request.path}#drafts" if made else request.path)
    drafts = Post.objects.filter(moment=moment, group__in=access.visible_to(user)).select_related("group").order_by("due_at", "pk")[:200]
    context = {"moment": moment, "proposal": proposal, "form": form, "drafts": drafts}
    return render(request, "content/moment_posts.html", context, status=422 if request.method == "POST" else 200)


def _draft(request: HttpRequest, form: forms.Form, moment: KeyMoment) -> list[Post]:
    made = content.draft_moment(moment=moment, groups=form.cleaned_data["groups"], by=actor(request), at=clock.now())
    said = ngettext("%(n)d draft was written.", "%(n)d drafts were written.", len(made)) % {"n": len(made)}
    messages.success(request, said if made else _("These groups have the drafts already."))
    return made
