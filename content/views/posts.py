"""Posts of a group: what was said and what became of it; one-off posts."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from content import queries
from content import services as content
from content.forms import PostFilter, PostForm, attempt
from content.models import Post
from content.policy import RESENDABLE, PostKind, PostState
from content.views.found import back, post_for
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.groups.views.found import actor, frame, is_htmx
from groupops.record.idempotency import once
from groupops.shared import clock, paging
from groupops.shared.http import not_found_unless


@require_safe
def posts(request: HttpRequest, group_id: int) -> HttpResponse:
    """The posts of a group, newest first, with the state of each and of its delivery."""
    group = access.group_for(actor(request), group_id)
    filters = PostFilter(request.GET, queryset=queries.posts(actor(request)).filter(group=group), request=request)
    not_found_unless(filters.is_valid())
    page = paging.page(filters.qs.select_related("slot", "replaced_by"), query=request.GET, order=("due_at", "id"))
    context = {
        **frame(request, group, "calendar"),
        "page": page,
        "rows": _rows(page.rows),
        "states": [("", _("All")), *PostState.choices],
        "state": filters.form.cleaned_data["state"],
    }
    return render(request, "content/posts.html#list" if is_htmx(request) else "content/posts.html", context)


def _rows(found: list[Post]) -> list[dict[str, Any]]:
    deliveries = queries.deliveries(found)
    return [{"post": post, "delivery": deliveries.get(post.pk), "resendable": post.state in RESENDABLE} for post in found]


@once
def create_post(request: HttpRequest, group_id: int) -> HttpResponse:
    """Say something once, now or at a given time."""
    group = access.group_for(actor(request), group_id, GroupRight.CONTENT)
    form = PostForm(request.POST or None, initial={"kind": PostKind.MESSAGE})
    if request.method == "POST" and attempt(form, lambda: _create(request, form, group)):
        return redirect("content:posts", group_id)
    context = {"group": group, "form": form}
    return render(request, "content/post_form.html", context, status=422 if request.method == "POST" else 200)


def _create(request: HttpRequest, form: PostForm, group: Group) -> object:
    values = {name: form.cleaned_data[name] for name in ("title", "kind", "body")}
    made = content.create_post(group=group, **values, due_at=form.moment(group.zone), by=actor(request), at=clock.now())
    messages.success(request, _("%(title)s is on its way.") % {"title": made.title})
    return made


@require_POST
@once
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a post back before it leaves."""
    found = post_for(request, pk, GroupRight.CONTENT)
    content.cancel_post(post=found, by=actor(request), at=clock.now())
    messages.success(request, _("Cancelled; it will not be sent."))
    return back(request, "content:posts", found.group_id)


@require_POST
@once
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a missed or failed post anew."""
    found = post_for(request, pk, GroupRight.CONTENT)
    content.send_again(post=found, by=actor(request), at=clock.now())
    messages.success(request, _("It leaves now."))
    return back(request, "content:posts", found.group_id)
