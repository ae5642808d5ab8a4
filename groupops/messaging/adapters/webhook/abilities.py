"""What a bridge says it can do: read from its answer, and kept as JSON with the channel's credentials, so that nobody need ask again."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_noop as _

from groupops.messaging.adapter import ACTS, Capability, ContentRejected, Level, Operation, weakest
from groupops.messaging.adapters.webhook.answers import said

OFFERED = (*ACTS, Operation.MEMBERS)
LEAST, MOST = 100, 1_000_000  # characters or bytes of a message, seconds of an age: a shorter text could not be cut into numbered parts
NUMBERS, SWITCHES = ("max_chars", "max_bytes", "max_age"), ("own_only", "timed")
WRONG = _("The bridge's list of what it can do is not as documented.")
NOT_HERE = _("The bridge cannot do that here.")
NOT_HERE_NOW = Capability(Level.NONE, why=NOT_HERE)


@dataclass(frozen=True)
class Told:
    """An answer to GET /capabilities, understood."""

    operations: Mapping[Operation, Capability] = field(default_factory=dict)
    dedupes: bool = False

    def kept(self) -> str:
        """As JSON in the bridge's own words, in one spelling."""
        told = {str(operation): _words(capability) for operation, capability in self.operations.items()}
        return json.dumps({"dedupe": self.dedupes, "operations": told}, ensure_ascii=False, sort_keys=True)


def told(data: Any, *, secrets: Collection[str] = ()) -> Told:
    """Raises ContentRejected for anything but what is documented; operations that we do not know are passed over."""
    operations = data.get("operations") if isinstance(data, dict) else None
    if not isinstance(operations, dict):
        raise ContentRejected(WRONG)
    known = {operation: operations[operation.value] for operation in OFFERED if operation.value in operations}
    return Told({operation: _capability(value, secrets) for operation, value in known.items()}, data.get("dedupe") is True)


def remembered(kept: str) -> Told:
    """What was kept; nothing where nothing was."""
    return told(json.loads(kept)) if kept else Told()


def there(own: Mapping[Operation, Capability], live: Mapping[Operation, Capability]) -> dict[Operation, Capability]:
    """What is possible in a room: never more than the channel has."""
    return {operation: weakest(live.get(operation, NOT_HERE_NOW), capability) for operation, capability in own.items()}


def _capability(value: Any, secrets: Collection[str]) -> Capability:
    if not isinstance(value, dict) or value.get("level") not in Level.values:
        raise ContentRejected(WRONG)
    numbers: dict[str, Any] = {name: value.get(name) for name in NUMBERS}
    if not all(number is None or _fits(number) for number in numbers.values()):
        raise ContentRejected(WRONG)
    switches: dict[str, Any] = {name: value.get(name) is True for name in SWITCHES}
    why = said(str(value.get("why") or "").removeprefix("webhook: "), secrets=secrets)
    return Capability(Level(value["level"]), why=why, **numbers, **switches)


def _fits(number: Any) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and LEAST <= number <= MOST


def _words(capability: Capability) -> dict[str, Any]:
    values = {name: getattr(capability, name) for name in (*NUMBERS, *SWITCHES, "why")}
    return {"level": str(capability.level), **{name: value for name, value in values.items() if value}}
