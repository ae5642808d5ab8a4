"""Posts: the lists of a group and of the whole site, and one of them with all that happened to it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from content import queries, wording
from content import services as content
from content.forms import PostFilter
from content.models import Post
from content.policy import RESENDABLE, PostState, SlotState
from content.views.found import post_for
from content.views.previews import bubbles
from content.workflow import Act, acts
from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.views.found import actor, frame, is_htmx
from groupops.shared import clock, paging
from groupops.shared.http import not_found_unless

KEYS = {Act.APPROVE: "a", Act.SEND_BACK: "b", Act.HOLD: "h", Act.UNHOLD: "h", Act.SUBMIT: "s", Act.SEND_NOW: "n"}
SELDOM = (Act.CANCEL, Act.RESTORE)


@require_safe
def posts(request: HttpRequest, group_id: int) -> HttpResponse:
    """The posts of a group, newest first, with the state of each and of its delivery."""
    group = access.group_for(actor(request), group_id)
    return _list(request, Post.objects.filter(group=group).select_related("group"), frame(request, group, "calendar"))


@require_safe
def all_posts(request: HttpRequest) -> HttpResponse:
    """The posts of every group one may see."""
    return _list(request, queries.posts(actor(request)), {"group": None, "can": set()})


def _list(request: HttpRequest, rows: QuerySet[Post], context: dict[str, Any]) -> HttpResponse:
    user, group = actor(request), context["group"]
    filters = PostFilter(request.GET, queryset=rows, request=request)
    not_found_unless(filters.is_valid())
    page = paging.page(filters.qs.select_related("slot", "replaced_by"), query=request.GET, order=("due_at", "id"))
    filters.form.fields["state"].widget = forms.HiddenInput()  # the pills choose it
    if group:
        del filters.form.fields["group"]
    context |= {
        "page": page,
        "rows": _rows(user, page.rows),
        "filters": filters.form,
        "pills": _pills(request, filters.form.cleaned_data["state"]),
        "filtered": any(value not in (None, "") for value in filters.form.cleaned_data.values()),
        "may_draft": GroupRight.DRAFT in context["can"] if group else access.groups_with(user, GroupRight.DRAFT).exists(),
        "reviews": queries.for_review(user).count() if not is_htmx(request) else 0,
    }
    return render(request, "content/posts.html#list" if is_htmx(request) else "content/posts.html", context)


def _pills(request: HttpRequest, state: str) -> list[dict[str, Any]]:
    kept = request.GET.copy()
    for name in ("after", "before", "state"):
        kept.pop(name, None)
    pills = []
    held = [(value, _("Held") if value == PostState.APPROVED else label) for value, label in PostState.choices]
    for value, label in [("", _("All")), *held]:
        query = kept.copy()
        query["state"] = value
        pills.append({"label": label, "url": f"?{query.urlencode()}", "active": value == state})
    return pills


def _rows(user: User, found: list[Post]) -> list[dict[str, Any]]:
    deliveries = queries.deliveries(found)
    rights = access.rights_on(user, {post.group for post in found})
    return [
        {
            "post": post,
            "delivery": deliveries.get(post.pk),
            "timed": not content.at_once(post),
            "left_out": is_left_out(post),
            "resendable": post.state in RESENDABLE and content.publishing_right(post.kind) in rights[post.group_id],
        }
        for post in found
    ]


def is_left_out(post: Post) -> bool:
    """Whether its day was left out: it waits for nothing."""
    return post.released_at is None and post.slot is not None and post.slot.state == SlotState.SKIPPED


@require_safe
def post(request: HttpRequest, pk: int) -> HttpResponse:
    """One post: its words, who did what to it, its delivery, what may be done; and the others of its bundle."""
    found, at, user = post_for(request, pk), clock.now(), actor(request)
    bundle = list(queries.in_bundle(found).filter(group__in=access.visible_to(user)))
    rights = access.rights(user, found.group)
    return render(request, "content/post.html", _context(found, bundle, rights, user, at))


def _context(found: Post, bundle: list[Post], rights: Iterable[GroupRight], user: User, at: datetime) -> dict[str, Any]:
    may_publish, drafts = content.publishing_right(found.kind) in rights, GroupRight.DRAFT in rights
    writes = may_publish or (drafts and found.created_by_id == user.pk)
    possible = [act for act in acts(found.state, released=found.released_at is not None) if act != Act.MOVE]
    mine = [act for act in possible if may_publish or (writes and act in content.BY_WRITER)]
    if not found.was:
        mine = [act for act in mine if act != Act.RESTORE]
    return {
        "post": found,
        "bundle": bundle if len(bundle) > 1 else [],
        "bubbles": bubbles(bundle, at),
        "delivery": queries.deliveries([found]).get(found.pk),
        "history": [(entry, wording.did(entry.verb)) for entry in queries.trail_of([found])] if drafts or may_publish else [],
        "timed": not content.at_once(found),
        "left_out": is_left_out(found),
        "acts": [(act, KEYS.get(act, "")) for act in mine if act not in (Act.EDIT, Act.SEND_BACK)],
        "seldom": SELDOM,
        "may_edit": Act.EDIT in mine,
        "may_send_back": Act.SEND_BACK in mine,
        "may_resend": may_publish and found.state in RESENDABLE,
        "may_test": access.groups_with(user, GroupRight.CONTENT, sandboxes=True).exists(),
    }
