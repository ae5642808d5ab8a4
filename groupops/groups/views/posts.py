"""群职务: who holds which post, with the seed's words on each; give, end, hand the group over."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from groupops.groups import access, queries
from groupops.groups import services as groups
from groupops.groups.access import GroupRight
from groupops.groups.forms import HandOverForm, PostForm, refuse
from groupops.groups.models import Group, StaffPost
from groupops.groups.policy import Post
from groupops.groups.views.found import actor, frame
from groupops.record.idempotency import once
from groupops.shared import clock
from groupops.shared.errors import Refused


@require_safe
def posts(request: HttpRequest, pk: int) -> HttpResponse:
    """The posts of a group: holders, advice, duties."""
    return _page(request, access.group_for(actor(request), pk))


def _page(
    request: HttpRequest, group: Group, *, form: PostForm | None = None, hand: HandOverForm | None = None, status: int = 200
) -> HttpResponse:
    held, advice = list(queries.holders(group)), queries.staffing_of([group])[group.pk]
    owner = next((row for row in held if row.post == Post.OWNER), None)
    rows = [{"advice": item, "holders": [row for row in held if row.post == item.post]} for item in advice]
    context: dict[str, Any] = frame(request, group, "posts") | {
        "rows": rows,
        "owner": owner,
        "form": form or PostForm(has_owner=owner is not None),
        "hand_over": hand or HandOverForm(owner=owner),
        "past": group.posts.exclude(until=None).select_related("user").order_by("-until", "-id")[:20],
    }
    return render(request, "groups/posts.html", context, status=status)


@require_POST
@once
def give_post(request: HttpRequest, pk: int) -> HttpResponse:
    """Give somebody a post."""
    group = access.group_for(actor(request), pk, GroupRight.MANAGE_POSTS)
    form = PostForm(request.POST, has_owner=False)  # the service explains why a second owner is refused
    if not form.is_valid():
        return _page(request, group, form=form, status=422)
    user, post = form.cleaned_data["user"], Post(form.cleaned_data["post"])
    if post == Post.OWNER:
        access.demand_first_owner(actor(request))
    try:
        groups.give_post(group=group, user=user, post=post, by=actor(request), at=clock.now())
    except Refused as refusal:
        return _page(request, group, form=form, status=refuse(form, refusal))
    messages.success(request, _("%(user)s is now: %(post)s") % {"user": user, "post": post.label})
    return redirect("groups:posts", pk)


@require_POST
@once
def post_end(request: HttpRequest, pk: int, post: int) -> HttpResponse:
    """End a post."""
    group = access.group_for(actor(request), pk, GroupRight.MANAGE_POSTS)
    row = get_object_or_404(StaffPost, pk=post, group=group)
    ended = groups.end_post(post=row, by=actor(request), at=clock.now())
    messages.success(request, _("%(user)s is no longer: %(post)s") % {"user": ended.user, "post": ended.get_post_display()})
    return redirect("groups:posts", pk)


@require_POST
@once
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand the group over to a new owner."""
    group = access.group_for(actor(request), pk, GroupRight.TRANSFER)
    form = HandOverForm(request.POST, owner=None)
    if not form.is_valid():
        return _page(request, group, hand=form, status=422)
    try:
        new = groups.hand_over(group=group, by=actor(request), at=clock.now(), **form.cleaned_data)
    except Refused as refusal:
        return _page(request, group, hand=form, status=refuse(form, refusal))
    messages.success(request, _("%(user)s is the owner now") % {"user": new.user})
    return redirect("groups:posts", pk)
