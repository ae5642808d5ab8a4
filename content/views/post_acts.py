"""Buttons of the posts: one service call each, for one post or its bundle, with undo where there is a way back; the review queue."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from content import queries
from content import services as content
from content.models import Post
from content.policy import PostState
from content.views.found import back, number, post_for
from content.views.previews import bubbles
from content.workflow import Act, allowed
from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.groups.views.found import actor
from groupops.messaging.models import Binding
from groupops.record.idempotency import once
from groupops.shared import clock, undos

DONE = {
    Act.SUBMIT: gettext_lazy("Submitted for approval."),
    Act.APPROVE: gettext_lazy("Approved; it leaves at its time."),
    Act.SEND_BACK: gettext_lazy("Sent back to its writer."),
    Act.HOLD: gettext_lazy("Held; it does not leave by itself."),
    Act.UNHOLD: gettext_lazy("It leaves at its time again."),
    Act.SEND_NOW: gettext_lazy("It leaves now."),
    Act.CANCEL: gettext_lazy("Cancelled; it will not be sent."),
    Act.RESTORE: gettext_lazy("Brought back."),
}
UNDO = {Act.HOLD: Act.UNHOLD, Act.UNHOLD: Act.HOLD, Act.CANCEL: Act.RESTORE, Act.RESTORE: Act.CANCEL, Act.APPROVE: Act.HOLD}
REVIEWS = 200  # posts in the queue at once; the rest follows when these are decided
ROOMS = 100  # rooms to choose from for a test


@require_POST
@once
def act_on_post(request: HttpRequest, pk: int, act: Act) -> HttpResponse:
    """One act on a post, or (`scope=all`) on every post of its bundle that takes it and that the page has shown."""
    found, user = post_for(request, pk, GroupRight.DRAFT), actor(request)
    given = request.POST if {"scope", "seen"} & request.POST.keys() else request.GET  # an undo brings it in its address
    seen = _seen(given.getlist("seen"))
    chosen = _bundle(user, found, act, seen) if given.get("scope") == "all" else [_as_seen(found, seen)]
    result = content.act_on(posts=chosen, act=act, note=request.POST.get("note", ""), by=user, at=clock.now())
    _tell(request, act, result, undo=_undo(act, result.done))
    return back(request, "content:post", pk)


def _bundle(user: User, found: Post, act: Act, seen: dict[int, int]) -> list[Post]:
    rows = [_as_seen(row, seen) for row in queries.in_bundle(found).filter(group__in=access.visible_to(user))]
    takes = [row for row in rows if allowed(act, row.state, released=row.released_at is not None)]
    return [row for row in takes if not seen or row.pk in seen] or [found]


def _seen(pairs: Iterable[str]) -> dict[int, int]:
    """`12:3` is version 3 of post 12, as the page showed it."""
    found = {}
    for pair in pairs:
        pk, _colon, version = pair.partition(":")
        found[number(pk)] = number(version)
    return found


def _as_seen(post: Post, seen: dict[int, int]) -> Post:
    post.version = seen.get(post.pk, post.version)
    return post


def _undo(act: Act, done: list[Post]) -> str:
    """The address that takes it back; only where that brings back what was, for all of them at once, and only these."""
    way = UNDO.get(act)
    if way is None or not done or not all(_comes_back(act, post) for post in done):
        return ""
    address = reverse("content:post-act", args=[done[0].pk, way])
    if len(done) == 1:
        return address
    return f"{address}?{urlencode([('scope', 'all'), *(('seen', f'{post.pk}:{post.version}') for post in done)])}"


def _comes_back(act: Act, post: Post) -> bool:
    if post.released_at or (act == Act.CANCEL and not post.was):
        return False
    return act != Act.APPROVE or post.state == PostState.SCHEDULED


def _tell(request: HttpRequest, act: Act, result: Any, *, undo: str = "") -> None:
    held = [post for post in result.done if act == Act.APPROVE and post.state == PostState.APPROVED]
    if result.done:
        said = _("Approved, but its time is over: move it, or send it now.") if held else str(DONE[act])
        if len(result.done) > 1:
            said += " " + ngettext("(%(n)d group)", "(%(n)d groups)", len(result.done)) % {"n": len(result.done)}
        messages.success(request, said, extra_tags=undos.tags(undo))
    for post, why in result.skipped[:3]:
        messages.warning(request, f"{post.group.name}: {why}")
    if len(result.skipped) > 3:
        more = len(result.skipped) - 3
        messages.warning(request, ngettext("%(n)d more was skipped.", "%(n)d more were skipped.", more) % {"n": more})


@require_POST
@once
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a missed or failed post anew."""
    found = post_for(request, pk, GroupRight.DRAFT)
    content.send_again(post=found, by=actor(request), at=clock.now())
    messages.success(request, _("It leaves now."))
    return back(request, "content:posts", found.group_id)


@require_safe
def review(request: HttpRequest) -> HttpResponse:
    """What waits for the reader's approval, due first; posts written together are one card."""
    user, at = actor(request), clock.now()
    found = list(queries.for_review(user).order_by("due_at", "pk")[:REVIEWS])
    cards = [_card(posts, at) for posts in queries.cards(found)]
    return render(request, "content/review.html", {"cards": cards, "beyond": len(found) == REVIEWS})


def _card(posts: list[Post], at: Any) -> dict[str, Any]:
    first = posts[0]
    over = not content.at_once(first) and first.due_at <= at
    return {"first": first, "posts": posts, "bubbles": bubbles(posts, at), "timed": not content.at_once(first), "over": over}


@require_POST
@once
def review_many(request: HttpRequest) -> HttpResponse:
    """Approve the ticked ones, in the versions that were shown."""
    user, seen = actor(request), _seen(pair for card in request.POST.getlist("pk") for pair in card.split())
    found = [_as_seen(post, seen) for post in queries.for_review(user).filter(pk__in=seen)]
    if found:
        _tell(request, Act.APPROVE, content.act_on(posts=found, act=Act.APPROVE, by=user, at=clock.now()))
    return redirect("content:review")


@once
def test_post(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose a room and say it there as a test; without a room its words can be copied."""
    found, user, at = post_for(request, pk, GroupRight.DRAFT), actor(request), clock.now()
    if request.method == "POST":
        room = access.group_for(user, number(request.POST.get("room", "")), GroupRight.CONTENT)
        sent = content.test_post(post=found, room=room, by=user, at=at)
        request.session["test_room"] = room.pk
        messages.success(request, _("A test is on its way to %(room)s.") % {"room": room.name})
        return redirect("messaging:delivery", sent.pk)
    context = {"post": found, "rooms": _rooms(user), "room": request.session.get("test_room"), "bubbles": bubbles([found], at)}
    return render(request, "content/post_test.html", context)


def _rooms(user: User) -> list[Group]:
    """Bound groups in which the reader plans, the smallest first: a test harms least there."""
    bound = access.groups_with(user, GroupRight.CONTENT, sandboxes=True).filter(pk__in=Binding.objects.values("group"))
    return list(bound.order_by("member_count", "name")[:ROOMS])


class ActInPath:
    """An act in an address: `approve`; one that no button has is a 404."""

    regex = "[a-z-]{4,10}"

    def to_python(self, value: str) -> Act:
        """The act. Raises ValueError."""
        act = Act(value.replace("-", "_"))
        if act not in DONE:
            raise ValueError(value)
        return act

    def to_url(self, value: Act | str) -> str:
        """Its spelling."""
        return str(value).replace("_", "-")
