"""Reads of the sandbox: which there are, what is in the room, what became of one message, what happened while the clock moved."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.formats import date_format

from content.models import Slot
from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.models import GroupDay
from groupops.groups.policy import Lifecycle
from groupops.inbound import queries as inbox
from groupops.inbound.models import EventState, StoredEvent
from groupops.messaging.adapter import EventKind
from groupops.messaging.models import Delivery
from groupops.shared.clock import local
from groupops.simulator.models import Sandbox
from groupops.simulator.sandbox import cast, rooms
from groupops.simulator.sandbox.cast import Persona
from members.models import DailyActivity, Membership

SHOWN = 80  # of the room's latest; the messages page of the group has all
PAUSE = timedelta(minutes=10)  # of silence, after which the chat shows the time
MOST = 200  # lines of what happened while the clock moved


def sandboxes_for(user: User) -> QuerySet[Sandbox]:
    """The sandboxes that are in use and whose group a user sees, the newest first."""
    open_groups = access.visible_to(user, sandboxes=True).filter(sandbox=True).exclude(lifecycle=Lifecycle.ARCHIVED)
    return Sandbox.objects.filter(group__in=open_groups).select_related("group__kind", "connection", "by").order_by("-created_at", "-pk")


def sandbox_for(user: User, pk: int) -> Sandbox:
    """One of them. Raises Http404."""
    return get_object_or_404(sandboxes_for(user).select_related("group__binding"), pk=pk)


def listing(user: User) -> QuerySet[Sandbox]:
    """As a list shows them, with `said`: how many messages of members; two queries' work in one."""
    said = Count("group__events", filter=Q(group__events__kind=EventKind.MESSAGE, group__events__own=False))
    return sandboxes_for(user).annotate(said=said)


def next_slot(sandbox: Sandbox, after: datetime) -> Slot | None:
    """The slot of the plan that falls due next, with its schedule."""
    rows = Slot.objects.filter(state="planned", schedule__group=sandbox.group_id, schedule__enabled=True, due_at__gt=after)
    return rows.select_related("schedule").order_by("due_at", "pk").first()


@dataclass(frozen=True)
class Line:
    """One line of the chat. `stamp` is a time that stands above it, `mine` whether the member who is played said it."""

    event: StoredEvent
    persona: Persona | None
    is_said: bool
    is_ours: bool
    is_mine: bool
    is_recalled: bool
    stamp: str


def lines(sandbox: Sandbox, me: Persona) -> list[Line]:
    """The chat as `me` sees it, oldest first. Two queries."""
    rows = StoredEvent.objects.filter(group=sandbox.group_id, occurred_at__gte=sandbox.opened_at - PAUSE).defer("raw").order_by("-pk")
    found = list(rows[:SHOWN])[::-1]
    gone = set(rows.filter(kind=EventKind.MESSAGE_DELETED).values_list("remote_message", flat=True))
    return list(_lines(found, gone, me, sandbox.group.zone))


def _lines(found: list[StoredEvent], gone: set[str], me: Persona, zone: str) -> Iterator[Line]:
    last: datetime | None = None
    for event in found:
        persona = persona_of(event)
        yield Line(
            event=event,
            persona=persona,
            is_said=event.kind == EventKind.MESSAGE,
            is_ours=event.own,
            is_mine=persona == me and not event.own,
            is_recalled=event.remote_message in gone,
            stamp=stamp(event.occurred_at, zone) if last is None or event.occurred_at - last >= PAUSE else "",
        )
        last = event.occurred_at


def stamp(at: datetime, zone: str) -> str:
    """A moment as a chat shows it above a message: 11-30 Mon 09:00."""
    here = local(at, zone)
    return f"{here:%m-%d} {date_format(here, 'D')} {here:%H:%M}"


def persona_of(event: StoredEvent) -> Persona | None:
    """Who of the cast it is about."""
    return cast.BY_ID.get(event.remote_user.rpartition("-")[0])


def people(sandbox: Sandbox, at: datetime) -> list[tuple[Persona, str]]:
    """The cast, each with how they stand in the room: here, muted, banned or away."""
    found = rooms.standing(sandbox.connection.credentials["folder"], sandbox.group.binding.remote_id, at=at)
    return [(persona, found.get(persona.remote_id(sandbox.group_id), "away")) for persona in cast.CAST]


@dataclass(frozen=True)
class Story:
    """What became of one event: the steps of the pipeline in their order, and what there is now because of it."""

    event: StoredEvent
    persona: Persona | None
    steps: list[inbox.Line]
    is_parked: bool
    membership: Membership | None
    said_today: int
    day: GroupDay | None
    deliveries: list[Delivery]
    sent_by: Delivery | None


def story(sandbox: Sandbox, event: StoredEvent) -> Story:
    """A constant number of queries. What was made at the moment at which the event was understood was made because of it."""
    day = local(event.occurred_at, sandbox.group.zone).date()
    membership = Membership.objects.filter(group=sandbox.group_id, person=event.person_id).first() if event.person_id else None
    activity = DailyActivity.objects.filter(membership=membership, day=day).first() if membership else None
    deliveries = Delivery.objects.filter(group=sandbox.group_id)
    made = deliveries.filter(created_at=event.received_at).order_by("pk")[:10] if not event.own else []
    return Story(
        event=event,
        persona=persona_of(event),
        steps=inbox.trace_of(event),
        is_parked=event.state == EventState.PARKED,
        membership=membership,
        said_today=activity.messages if activity else 0,
        day=GroupDay.objects.filter(group=sandbox.group_id, day=day).first(),
        deliveries=list(made),
        sent_by=deliveries.filter(receipt__remote_id=event.remote_message).first() if event.own and event.remote_message else None,
    )


@dataclass(frozen=True)
class Entry:
    """Something that happened while the clock moved; `delivery` is the message on its way, if there was one."""

    at: datetime
    stamp: str
    title: str
    state: str
    label: str
    why: str
    delivery: Delivery | None


def journal(sandbox: Sandbox, *, since: datetime, until: datetime) -> list[Entry]:
    """What fell due between two moments, in order: slots with what they led to, and what else was to leave. Three queries."""
    zone, between = sandbox.group.zone, Q(due_at__gt=since, due_at__lte=until)
    slots = list(
        Slot.objects.filter(between, schedule__group=sandbox.group_id).exclude(state="planned").select_related("schedule", "post")[:MOST]
    )
    by_post = {row.subject_id: row for row in Delivery.objects.filter(between, group=sandbox.group_id, purpose="post")[: MOST * 2]}
    entries = []
    for slot in slots:
        post = getattr(slot, "post", None)
        sent = by_post.pop(post.pk, None) if post else None
        state, label = (sent.state, sent.get_state_display()) if sent else (slot.state, slot.get_state_display())
        entries.append(Entry(slot.due_at, stamp(slot.due_at, zone), slot.schedule.title, state, label, slot.get_why_display(), sent))
    others = [*by_post.values(), *Delivery.objects.filter(between, group=sandbox.group_id).exclude(purpose="post")[:MOST]]
    entries += [Entry(row.due_at, stamp(row.due_at, zone), row.text[:40], row.state, row.get_state_display(), "", row) for row in others]
    return sorted(entries, key=lambda entry: entry.at)
