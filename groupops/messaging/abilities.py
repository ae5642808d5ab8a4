"""What an account can do in a room: of its platform's class, of the live account there and of earlier refusals the weakest wins."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from groupops.messaging.adapter import Adapter, Capability, Level, Operation, weakest
from groupops.messaging.degrading import NOT_THERE, Capabilities
from groupops.messaging.models import Binding, Connection, Delivery, Refusal


def refusals(connection_id: int | None) -> dict[str, str]:
    """What the platform has refused for good: operation → its line."""
    return dict(Refusal.objects.filter(connection=connection_id).values_list("operation", "line"))


def known(adapter: Adapter, *, binding: Binding | None, refused: Mapping[str, str]) -> Capabilities:
    """Every operation's capability, without asking the platform."""
    own = adapter.capabilities()
    live = binding.abilities if binding is not None else {}
    return {operation: _one(operation, own.get(operation, NOT_THERE), live, refused) for operation in Operation}


def _one(operation: Operation, own: Capability, live: Mapping[str, Any], refused: Mapping[str, str]) -> Capability:
    found = [own]
    if operation in live:
        found.append(Capability(**live[operation] | {"level": Level(live[operation]["level"])}))
    if operation in refused:
        found.append(Capability(Level.NONE, why=refused[operation]))
    return weakest(*found)


def learn(delivery: Delivery, operation: Operation, line: str, at: datetime) -> None:
    """The platform has refused an operation for good: from now on the next step of the ladder is taken."""
    Refusal.objects.get_or_create(connection=delivery.connection, operation=operation, defaults={"line": line[:300], "at": at})


def look(binding: Binding, adapter: Adapter, *, at: datetime) -> None:
    """Ask what the live account may do in the room, and keep it. Raises AdapterError."""
    live = adapter.capabilities(binding.remote_id)
    found = {str(operation): asdict(capability) for operation, capability in live.items()}
    Binding.objects.filter(pk=binding.pk).update(abilities=found, abilities_at=at)
    binding.abilities, binding.abilities_at = found, at


def forget(connection: Connection, operation: Operation) -> None:
    """Let a refused operation be tried again."""
    Refusal.objects.filter(connection=connection, operation=operation).delete()
