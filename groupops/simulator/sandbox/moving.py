"""The clock of a sandbox: put ahead, never back, and on its way everything of its group that falls due, each at its own moment."""

from datetime import datetime

from django.db import transaction
from django.db.models import Min, Q

from content import services as content
from content.models import Post, Slot
from content.policy import PostState, SlotState
from groupops.inbound import pipeline
from groupops.inbound import policy as inbound_policy
from groupops.inbound import queries as inbox
from groupops.inbound import services as inbound
from groupops.messaging import delivery, registry
from groupops.messaging.models import Connection, Delivery
from groupops.messaging.policy import LAPSES, DeliveryState
from groupops.record import services as record
from groupops.shared import secretbox
from groupops.simulator.models import Sandbox
from groupops.simulator.sandbox.policy import STRIDE
from members.arriving import WelcomeState
from members.models import Welcome
from members.newcomers import services as newcomers

ON_ITS_WAY = (DeliveryState.PLANNED, DeliveryState.DUE, DeliveryState.RETRY)
ROUNDS = 5  # of sending and hearing at one moment: a reply may lead to a reply


def move(sandbox: Sandbox, to: datetime) -> None:
    """Put the clock to `to`. Slots, deliveries and lapses on the way come one after another, as if the time had really passed."""
    moment = sandbox.clock
    while (coming := next_moment(sandbox, moment)) < to:
        settle(sandbox, coming)
        moment = coming
    settle(sandbox, to)


def next_moment(sandbox: Sandbox, after: datetime) -> datetime:
    """When something of the group falls due next; at the latest STRIDE on, for slots are rows only so far ahead."""
    group = sandbox.group_id
    slots = Slot.objects.filter(schedule__group=group, state=SlotState.PLANNED, due_at__gt=after)
    posts = Post.objects.filter(group=group, state=PostState.SCHEDULED, due_at__gt=after)
    waiting = Delivery.objects.filter(group=group)
    welcomes = Welcome.objects.filter(group=group, state=WelcomeState.WAITING, due_at__gt=after)
    found = [
        welcomes.aggregate(at=Min("due_at"))["at"],
        slots.aggregate(at=Min("due_at"))["at"],
        posts.aggregate(at=Min("due_at"))["at"],
        waiting.filter(state__in=ON_ITS_WAY, due_at__gt=after).aggregate(at=Min("due_at"))["at"],
        waiting.filter(state__in=ON_ITS_WAY, not_before__gt=after).aggregate(at=Min("not_before"))["at"],
        waiting.filter(state__in=LAPSES, expires_at__gt=after).aggregate(at=Min("expires_at"))["at"],
    ]
    coming: list[datetime] = [at for at in found if at is not None]
    return min([after + STRIDE, *coming])


def settle(sandbox: Sandbox, at: datetime) -> None:
    """Everything that the ticks do for a group, for this one and at this moment: plan, release, welcome, send, lapse, hear, understand."""
    put(sandbox, at)
    content.plan(at=at, group=sandbox.group)
    content.release(at=at, group_id=sandbox.group_id)
    newcomers.say_welcomes(at=at, group_id=sandbox.group_id)
    newcomers.make_lists(at=at, group_id=sandbox.group_id)
    hear(sandbox, at)
    for _round in range(ROUNDS):
        if not _is_due(sandbox, at) or not delivery.run(now=lambda: at, connection_id=sandbox.connection_id):
            break
        hear(sandbox, at)
    delivery.lapse(connection_id=sandbox.connection_id, at=at)


def _is_due(sandbox: Sandbox, at: datetime) -> bool:
    """Whether there is anything to send: asking costs a tenth of sending nothing."""
    ripe = Q(not_before=None) | Q(not_before__lte=at)
    return Delivery.objects.filter(ripe, group=sandbox.group_id, state__in=ON_ITS_WAY, due_at__lte=at).exists()


def put(sandbox: Sandbox, at: datetime) -> None:
    """The hands of the clock: in the row, and where the room reads them. Two movers at once: the later moment stays."""
    with transaction.atomic():
        Sandbox.objects.filter(pk=sandbox.pk, clock__lt=at).update(clock=at)
        sandbox.refresh_from_db(fields=["clock"])
        show(sandbox.connection, sandbox.clock)


def show(connection: Connection, clock: datetime) -> None:
    """The room's own clock: whatever process speaks there stamps it with this time."""
    sealed = secretbox.seal({**connection.credentials, "clock": clock.isoformat()})
    Connection.objects.filter(pk=connection.pk).update(sealed=sealed)
    connection.sealed = sealed


def hear(sandbox: Sandbox, at: datetime) -> None:
    """Fetch what was said and understand it, through the same door and the same steps as any group, in one transaction."""
    connection = sandbox.connection
    connection.refresh_from_db(fields=["cursor", "sealed"])
    adapter = registry.adapter_for(connection)
    more = True
    while more:
        fetched = adapter.fetch_events(connection.cursor)
        with transaction.atomic():
            inbound.store(connection=connection, events=fetched.events, at=at, cursor=fetched.cursor)
            if ids := inbox.pending(connection.pk, inbound_policy.BATCH):
                pipeline.handle(connection=connection, event_ids=ids, at=at)
                record.close_alarm(key=f"inbound-parked:{connection.pk}", at=at)  # its trace says so; nobody is to be woken for it
        more = fetched.more
