"""Forms of the posts: write for one group or many, edit, one day of a series; each with its live preview."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from content import queries
from content import services as content
from content.calendar import doubts
from content.clashes import Standing
from content.forms import PostForm, attempt, initial_of_post, moment_of, zone_of
from content.forms.calendar import WantedForm
from content.models import Post, Slot
from content.policy import PostKind, PostState
from content.services.rearranging import said
from content.skeletons import SKELETONS, begin
from content.views.found import number, post_for, slot_for
from content.views.previews import preview
from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.groups.policy import Lifecycle
from groupops.groups.views.found import actor
from groupops.record.idempotency import once
from groupops.shared import clock
from groupops.shared.errors import Forbidden, Refused

SHOWN = 4  # groups in the preview
DOUBTS = 3  # of each


@once
def write(request: HttpRequest, group_id: int | None = None) -> HttpResponse:
    """Write a post for one group or several; `?kind=` chooses what the text begins with."""
    user = actor(request)
    group = access.group_for(user, group_id, GroupRight.DRAFT) if group_id else None
    choices = _choices(user)
    if group is None and not choices.exists():
        raise Forbidden(access.MISSING[GroupRight.DRAFT])
    kind = request.GET.get("kind", PostKind.MESSAGE)
    initial = {"groups": [group.pk] if group else [], "kind": kind, "body": begin(kind), **_wanted(request)}
    form = PostForm(request.POST or None, choices=choices, zone=group.zone if group else user.zone, initial=initial)
    context = {"group": group, "kinds": _kinds(kind)}
    if request.method == "POST" and "preview" not in request.POST:
        made = attempt(form, lambda: _create(request, form))
        if made:
            return redirect("content:post", made[0].pk)
        return _form(request, form, context, status=422)
    return _form(request, form, context)


def _wanted(request: HttpRequest) -> dict[str, Any]:
    """The day and time that the calendar's address names: `?day=2026-11-27&at_time=15:00`; what is no such thing is left out."""
    form = WantedForm(request.GET)
    form.is_valid()
    return {name: value for name, value in form.cleaned_data.items() if value is not None}


def _choices(user: User) -> Any:
    return access.groups_with(user, GroupRight.DRAFT).filter(lifecycle=Lifecycle.ACTIVE)


def _kinds(chosen: str) -> list[dict[str, Any]]:
    """The kinds as pills: each opens the form with the shape of its text."""
    return [{"label": kind.label, "url": f"?kind={kind.value}", "active": kind.value == chosen} for kind in SKELETONS]


def _create(request: HttpRequest, form: PostForm) -> list[Post]:
    user, values = actor(request), form.cleaned_data
    groups = list(values["groups"])
    made = content.create_posts(
        groups=groups, title=values["title"], kind=values["kind"], body=values["body"], due_at=form.moment(zone_of(groups, user.zone)),
        by=user, at=clock.now(), draft="draft" in request.POST,
    )  # fmt: skip
    messages.success(request, _said(made))
    return made


def _said(made: list[Post]) -> str:
    first = made[0]
    if first.state == PostState.DRAFT:
        return _("%(title)s is kept as a draft.") % {"title": first.title}
    if first.state == PostState.REVIEW:
        return _("%(title)s waits for approval.") % {"title": first.title}
    if first.released_at:
        return _("%(title)s is on its way.") % {"title": first.title}
    return _("%(title)s is planned.") % {"title": first.title}


@once
def edit_post(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a post that has not left."""
    found, at = post_for(request, pk, GroupRight.DRAFT), clock.now()
    bundled = queries.in_bundle(found).filter(released_at=None).count() > 1
    initial = initial_of_post(found, timed=not content.at_once(found)) | {"whole_bundle": True}
    led = found.slot_id is not None
    form = PostForm(request.POST or None, zone=found.group.zone, bundled=bundled, led=led, initial=initial)
    context = {"post": found, "group": found.group}
    if request.method != "POST" or "preview" in request.POST:
        return _form(request, form, context)
    changed = attempt(form, lambda: _edit(request, form, found, at))
    if changed is None:
        return _form(request, form, context, status=422)
    revoked = found.state in (PostState.APPROVED, PostState.SCHEDULED) and changed.state == PostState.DRAFT
    messages.success(request, _("Saved. It has to be approved again.") if revoked else _("Saved."))
    return redirect("content:post", pk)


def _edit(request: HttpRequest, form: PostForm, found: Post, at: datetime) -> Post:
    values = form.cleaned_data
    due = form.moment(found.group.zone)
    if found.slot_id is not None or (due and due == found.due_at.replace(second=0, microsecond=0)):
        due = found.due_at  # the field has no seconds
    return content.edit_post(
        post=found, version=values["version"] or 0, title=values["title"], kind=PostKind(values.get("kind") or found.kind),
        body=values["body"], due_at=due, by=actor(request), at=at, whole_bundle=values.get("whole_bundle", False),
    )  # fmt: skip


@once
def write_ahead(request: HttpRequest, pk: int) -> HttpResponse:
    """Another text for one day of a series: it takes the schedule's place on that day."""
    slot = slot_for(request, pk, GroupRight.CONTENT)
    there = Post.objects.filter(slot=slot, released_at=None).exclude(state=PostState.CANCELLED).first()
    said = there or slot.schedule
    form = PostForm(request.POST or None, led=True, initial={"title": said.title, "body": said.body})
    context = {"slot": slot, "group": slot.schedule.group, "ahead": there}
    if request.method != "POST" or "preview" in request.POST:
        return _form(request, form, context)
    made = attempt(form, lambda: _ahead(request, form, slot))
    if made is None:
        return _form(request, form, context, status=422)
    messages.success(request, _said([made]))
    return redirect("content:post", made.pk)


def _ahead(request: HttpRequest, form: PostForm, slot: Slot) -> Post:
    values = form.cleaned_data
    return content.write_ahead(
        slot=slot, title=values["title"], body=values["body"], by=actor(request), at=clock.now(), draft="draft" in request.POST
    )


@require_POST
@once
def drop_ahead(request: HttpRequest, pk: int) -> HttpResponse:
    """Back to what the schedule says on this day."""
    slot = slot_for(request, pk, GroupRight.CONTENT)
    content.drop_ahead(slot=slot, by=actor(request), at=clock.now())
    messages.success(request, _("The schedule's own text leaves on this day."))
    return redirect("content:schedule", slot.schedule_id)


@require_POST
def preview_post(request: HttpRequest) -> HttpResponse:
    """What the form would do, as far as it is filled in: the words of each group, and where the post goes. Writes nothing."""
    user, context = actor(request), _about(request)
    form = PostForm(request.POST, choices=None if context else _choices(user), zone=user.zone, led="slot" in context)
    return render(request, "content/post_form.html#preview", _look_ahead(request, form, context))


def _about(request: HttpRequest) -> dict[str, Any]:
    """What the form of the preview is about: `?post=`, `?slot=`, or nothing yet."""
    if "post" in request.GET:
        found = post_for(request, number(request.GET["post"]), GroupRight.DRAFT)
        return {"post": found, "group": found.group} | ({"slot": found.slot} if found.slot else {})
    if "slot" in request.GET:
        slot = slot_for(request, number(request.GET["slot"]), GroupRight.CONTENT)
        return {"slot": slot, "group": slot.schedule.group}
    return {}


def _form(request: HttpRequest, form: PostForm, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    context |= {"form": form, **_look_ahead(request, form, context)}
    return render(request, "content/post_form.html", context, status=status)


def _look_ahead(request: HttpRequest, form: PostForm, context: dict[str, Any]) -> dict[str, Any]:
    """The context of the preview: from what was sent where that is valid, else from what the form began with."""
    if form.is_bound:
        form.is_valid()
    given = form.cleaned_data if form.is_bound else form.initial
    fixed: Group | None = context.get("group")
    groups = list(given.get("groups") or []) if form.is_bound and "groups" in form.fields else [fixed] if fixed else []
    slot, found = context.get("slot"), context.get("post")
    kind = given.get("kind") or (found.kind if found else slot.schedule.kind if slot else PostKind.MESSAGE)
    user, at = actor(request), clock.now()
    due = slot.due_at if slot else moment_of(given, zone_of(groups, user.zone)) or (found.due_at if found else at)
    new = Standing(
        due, given.get("title") or "", given.get("body") or "", slot and slot.schedule_id, post=found and found.pk, slot=slot and slot.pk
    )
    shown = [
        {"group": group, "preview": preview(kind, new.text, group, due), "doubts": [said(doubt) for doubt in doubts(group, new)[:DOUBTS]]}
        for group in groups[:SHOWN]
    ]
    return {"shown": shown, "beyond": max(len(groups) - SHOWN, 0), "going": [] if found else _going(groups, kind, user)}


def _going(groups: list[Group], kind: str, user: User) -> list[str]:
    """Where the post goes when it is sent off, in words; nothing while the form cannot be sent."""
    try:
        states = list(content.opening_states(groups, PostKind(kind), user, draft=False).values())
    except (Refused, ValueError):
        return []
    return [words(n) for state, words in WORDS.items() if (n := states.count(state))]


WORDS: dict[PostState, Callable[[int], str]] = {
    PostState.REVIEW: lambda n: ngettext("It waits for approval in %(n)d group.", "It waits for approval in %(n)d groups.", n) % {"n": n},
    PostState.SCHEDULED: lambda n: ngettext("It leaves in %(n)d group.", "It leaves in %(n)d groups.", n) % {"n": n},
}
