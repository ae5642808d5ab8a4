"""What platforms say: events, rooms that are bound, and events as they are kept."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import factory
from factory.django import DjangoModelFactory

from groupops.inbound import pipeline
from groupops.inbound import services as inbound
from groupops.inbound.models import EventState, StoredEvent
from groupops.messaging.adapter import Event, EventKind
from groupops.messaging.models import Binding, Connection
from tests.factories.messaging import BindingFactory

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # a Sunday, noon in Shanghai
_keys = count(1)


def happened(room: str, user: str = "alice", text: str = "早上好", **values: Any) -> Event:
    """A message; another `kind`, `key` or time (`occurred_at`) by name."""
    given: dict[str, Any] = {
        "key": f"event-{next(_keys)}",
        "kind": EventKind.MESSAGE,
        "occurred_at": NOW,
        "user_name": user.title(),
    } | values
    return Event(group=room, user=user, text=text, **given)


def joined(room: str, user: str, **values: Any) -> Event:
    """Somebody comes in."""
    return happened(room, user, "", kind=EventKind.JOINED, **values)


def left(room: str, user: str, how: str = "left", **values: Any) -> Event:
    """Somebody goes."""
    return happened(room, user, "", kind=EventKind.LEFT, how=how, **values)


def hear(binding: Binding, *events: Event, at: datetime = NOW) -> int:
    """Keep the events and understand all of them; returns how many were new."""
    new = inbound.store(connection=binding.connection, events=events, at=at)
    understand(binding.connection, at=at)
    assert not StoredEvent.objects.filter(connection=binding.connection, state=EventState.PARKED).exists()
    return new


def understand(connection: Connection, *, at: datetime = NOW) -> int:
    """Work the inbox through."""
    return pipeline.drain(connection=connection, at=at)


def chatter(binding: Binding, size: int, *, people: int = 0, spread: timedelta = timedelta(seconds=1)) -> list[Event]:
    """Messages of `people` (default: one person each), one after another."""
    names = [f"user{n % (people or size)}" for n in range(size)]
    return [happened(binding.remote_id, name, f"第 {n} 句", occurred_at=NOW + n * spread) for n, name in enumerate(names)]


def kept(connection: Connection) -> dict[str, int]:
    """How many events of a connection are in which state."""
    states = StoredEvent.objects.filter(connection=connection).values_list("state", flat=True)
    return {state: list(states).count(state) for state in set(states)}


class StoredEventFactory(DjangoModelFactory[StoredEvent]):
    """A message that was understood. `group` and `connection` come from its `binding`."""

    class Meta:
        model = StoredEvent
        exclude = ("binding",)

    binding = factory.SubFactory(BindingFactory)
    connection = factory.SelfAttribute("binding.connection")
    group = factory.SelfAttribute("binding.group")
    remote_group = factory.SelfAttribute("binding.remote_id")
    event_key = factory.Sequence(lambda n: f"kept-{n}")
    kind = EventKind.MESSAGE
    remote_user = "alice"
    user_name = "Alice"
    text = "大家好"
    occurred_at = NOW
    received_at = NOW
    state = EventState.DONE


def parked(binding: Binding, **values: Any) -> StoredEvent:
    """An event that broke the pipeline."""
    return StoredEventFactory(binding=binding, state=EventState.PARKED, tries=1, error="ValueError: 坏数据", **values)


def crowd(bindings: Iterable[Binding], size: int) -> None:
    """`size` people who each said something in each of these rooms."""
    for binding in bindings:
        hear(binding, *chatter(binding, size))
