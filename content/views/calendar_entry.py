"""The panel of one entry of the calendar: what will be said, what stands around it, what may be done. Also a page of its own."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from content import queries
from content import services as content
from content.calendar import doubts
from content.calendar.entries import Source
from content.calendar.wire import OPEN, colour, kind_words, state_words
from content.clashes import Standing
from content.models import Post, Schedule, Slot
from content.policy import REACH, PostState, SlotState
from content.services.rearranging import said
from content.views.found import post_for, schedule_for, slot_for
from content.views.posts import SELDOM
from content.views.previews import preview, preview_of
from content.workflow import DRAFT_OPEN, Act, acts
from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.groups.policy import Lifecycle
from groupops.groups.views.found import actor, is_htmx
from groupops.messaging.models import Binding
from groupops.shared import clock

QUARTER = timedelta(minutes=15)
ROOMS = 100  # rooms to choose from for a test
UNSEEN = (Act.EDIT, Act.MOVE, Act.SEND_BACK)  # have a form of their own, here or on the post's page
KEYS = {Act.APPROVE: "p", Act.HOLD: "h", Act.UNHOLD: "h", Act.SUBMIT: "s"}


@dataclass(frozen=True)
class Panel:
    """What the panel shows of a slot, a post or an occurrence that is only promised."""

    source: Source
    title: str
    kind: str
    state: str
    group: Group
    due_at: datetime
    url: str
    preview: dict[str, str]
    standing: Standing
    schedule: Schedule | None = None
    slot: Slot | None = None
    post: Post | None = None
    day: date | None = None
    why: str = ""
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def colour(self) -> str:
        """Of the state."""
        return colour(self.state)

    @property
    def words(self) -> str:
        """The state in words."""
        return state_words(self.state, self.source)


@require_safe
def slot_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """An occurrence that is a row; the post that stands for it is shown instead."""
    slot = slot_for(request, pk)
    standing = Post.objects.filter(slot=slot).exclude(state=PostState.CANCELLED).first()
    if standing is not None:
        return redirect("content:calendar-post", standing.pk)
    return show(request, of_slot(slot))


@require_safe
def post_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """A post, of its own or of one day of a series."""
    return show(request, of_post(post_for(request, pk), clock.now()))


@require_safe
def plan_entry(request: HttpRequest, pk: int, day: date) -> HttpResponse:
    """An occurrence that the rule promises; once planning has come to it, its row."""
    schedule = schedule_for(request, pk)
    slot = Slot.objects.filter(schedule=schedule, day=day).first()
    if slot is not None:
        return redirect("content:calendar-slot", slot.pk)
    if day - clock.now().date() > REACH or not schedule.rule.without_skips().falls_on(day):
        raise Http404(_("There is nothing here."))
    return show(request, of_plan(schedule, day))


def of_slot(slot: Slot) -> Panel:
    """The panel of a slot."""
    schedule = slot.schedule
    standing = Standing(slot.due_at, schedule.title, schedule.body, schedule.pk, slot=slot.pk)
    address = reverse("content:calendar-slot", args=[slot.pk])
    return Panel(
        Source.SLOT, schedule.title, schedule.kind, slot.state, schedule.group, slot.due_at, address,
        preview(schedule.kind, schedule.body, schedule.group, slot.due_at), standing, schedule, slot, None, slot.day,
        slot.get_why_display() if slot.why else "",
    )  # fmt: skip


def of_post(post: Post, at: datetime) -> Panel:
    """The panel of a post."""
    slot = post.slot
    schedule = slot.schedule if slot else None
    if schedule is not None:
        schedule.group = post.group
    standing = Standing(post.due_at, post.title, post.body, schedule.pk if schedule else None, post=post.pk, slot=post.slot_id)
    return Panel(
        Source.POST, post.title, post.kind, post.state, post.group, post.due_at, reverse("content:calendar-post", args=[post.pk]),
        preview_of(post, at), standing, schedule, slot, post, slot.day if slot else None, post.get_why_display() if post.why else "",
    )  # fmt: skip


def of_plan(schedule: Schedule, day: date) -> Panel:
    """The panel of an occurrence behind the rows."""
    due = schedule.rule.moment(day)
    state = SlotState.SKIPPED if day in schedule.rule.skip else SlotState.PLANNED
    return Panel(
        Source.PLAN, schedule.title, schedule.kind, state, schedule.group, due, reverse("content:calendar-plan", args=[schedule.pk, day]),
        preview(schedule.kind, schedule.body, schedule.group, due), Standing(due, schedule.title, schedule.body, schedule.pk),
        schedule, None, None, day,
    )  # fmt: skip


def show(request: HttpRequest, panel: Panel, *, status: int = 200, **more: Any) -> HttpResponse:
    """The panel: a part of the calendar for htmx, a page of its own else. `more` adds to the context."""
    user, at = actor(request), clock.now()
    rights, zone = access.rights(user, panel.group), timezone.get_current_timezone_name()
    local = clock.local(panel.due_at, zone)
    open_now = is_open(panel, at)
    context = {
        "panel": panel,
        "kind": kind_words(panel.kind),
        "zone": zone,
        "abroad": panel.group.zone != zone and clock.local(panel.due_at, panel.group.zone).utcoffset() != local.utcoffset(),
        "may_plan": GroupRight.CONTENT in rights,
        "open": open_now,
        "movable": open_now and may_move(panel, user, rights) and panel.state != SlotState.SKIPPED,
        "moved": bool(panel.slot and panel.slot.placed),
        "day": local.date(),
        "at_time": local.time(),
        "silent": silence(panel) if open_now else "",
        "doubts": [said(doubt) for doubt in doubts(panel.group, panel.standing)] if open_now and panel.state in OPEN else [],
        "coming": queries.next_occurrences([panel.schedule], at=at)[panel.schedule.pk] if panel.schedule else [],
        "delivery": queries.deliveries([panel.post]).get(panel.post.pk) if panel.post else None,
        "acts": _acts(panel.post, user, rights),
        "seldom": SELDOM,
        "earlier": (panel.due_at - QUARTER).isoformat(),
        "later": (panel.due_at + QUARTER).isoformat(),
        "try_url": _try_url(panel),
        "rooms": rooms(user),
        "test_room": request.session.get("test_room"),
        "back": f"{reverse('content:calendar')}?{urlencode({'date': str(local.date())})}",
        **more,
    }
    return render(
        request, "content/calendar_entry.html#panel" if is_htmx(request) else "content/calendar_entry.html", context, status=status
    )


def silence(panel: Panel) -> str:
    """Why it would not go out as things stand; empty where it would."""
    if panel.group.lifecycle != Lifecycle.ACTIVE:
        return _("The group is not running: as long as that is so, nothing goes out.")
    if panel.post is None:
        return ""
    if queries.is_off(panel.slot):
        return _("The day it was written for is switched off or left out: it does not go out.")
    if panel.post.state == PostState.APPROVED:
        return _("It is held: unless somebody releases the hold, it does not go out.")
    if panel.slot is not None and panel.post.state in DRAFT_OPEN:
        return _("It stands in the place of the series' text and nobody has approved it: unless somebody does, nothing goes out.")
    return ""


def _try_url(panel: Panel) -> str:
    if panel.post is not None:
        return reverse("content:calendar-try-post", args=[panel.post.pk])
    return reverse("content:calendar-try", args=[panel.schedule.pk]) if panel.schedule else ""


def is_open(panel: Panel, at: datetime) -> bool:
    """Whether it lies ahead and nothing has been handed over yet."""
    if panel.post is not None:
        return bool(panel.post.released_at is None and acts(panel.post.state))
    return panel.due_at > at and panel.state in (SlotState.PLANNED, SlotState.SKIPPED)


def may_move(panel: Panel, user: User, rights: Iterable[GroupRight]) -> bool:
    """Whether to offer another time: to whoever plans here, and to writers for a draft of their own. The service decides again."""
    if panel.post is None or panel.slot is not None:
        return GroupRight.CONTENT in rights
    if Act.MOVE not in acts(panel.post.state):
        return False
    mine = panel.post.created_by_id == user.pk and GroupRight.DRAFT in rights
    return mine or content.publishing_right(panel.kind) in rights


def _acts(post: Post | None, user: User, rights: Iterable[GroupRight]) -> list[tuple[Act, str]]:
    """The buttons of a post that this user may press, each with its key."""
    if post is None:
        return []
    publishes = content.publishing_right(post.kind) in rights
    writes = publishes or (GroupRight.DRAFT in rights and post.created_by_id == user.pk)
    found = [act for act in acts(post.state, released=post.released_at is not None) if act not in UNSEEN]
    mine = [act for act in found if publishes or (writes and act in content.BY_WRITER)]
    return [(act, KEYS.get(act, "")) for act in mine if act != Act.RESTORE or post.was]


def rooms(user: User) -> list[Group]:
    """Bound groups in which the reader plans, the smallest first: a test harms least there."""
    bound = access.groups_with(user, GroupRight.CONTENT, sandboxes=True).filter(pk__in=Binding.objects.values("group"))
    return list(bound.order_by("-sandbox", "member_count", "name")[:ROOMS])
