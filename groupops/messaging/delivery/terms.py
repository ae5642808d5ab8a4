"""What a claimed batch goes by, read once for all of it: what the platform refuses for good, its limits, the groups' policies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from groupops.groups import queries as groups
from groupops.messaging import abilities
from groupops.messaging.adapter import Adapter
from groupops.messaging.degrading import Capabilities
from groupops.messaging.models import Binding, Delivery, Limit
from groupops.messaging.restraint import QuietHours, SameText


@dataclass(frozen=True)
class Terms:
    """Of one connection, and of the groups of a batch; a group that is not named goes by the defaults."""

    refused: Mapping[str, str] = field(default_factory=dict)  # operation → the platform's line
    limits: Sequence[Limit] = ()
    quiet: Mapping[int, QuietHours] = field(default_factory=dict)
    repeats: Mapping[int, SameText] = field(default_factory=dict)

    _able: dict[Any, Capabilities] = field(default_factory=dict)

    def able(self, adapter: Adapter, binding: Binding) -> Capabilities:
        """What can be done in a room; counted up once while nothing more is known of it."""
        known = (binding.pk, binding.abilities_at) if binding.abilities else None  # of what nobody looked at nothing more is known
        if known not in self._able:
            self._able[known] = abilities.known(adapter, binding=binding, refused=self.refused)
        return self._able[known]

    def quiet_hours(self, delivery: Delivery) -> QuietHours:
        """Of the delivery's group."""
        return self.quiet.get(delivery.group_id) or QuietHours()

    def same_text(self, delivery: Delivery) -> SameText:
        """Of the delivery's group."""
        return self.repeats.get(delivery.group_id) or SameText()


def of(connection_id: int, rows: Sequence[Delivery]) -> Terms:
    """The terms of a connection and of the groups of `rows` now; three queries."""
    places = {row.group_id: row.group for row in rows}.values()
    quiet, repeats = groups.several_for(["delivery.quiet", "delivery.duplicates"], places)
    return Terms(
        refused=abilities.refusals(connection_id),
        limits=list(Limit.objects.filter(connection=connection_id)),
        quiet=quiet,
        repeats=repeats,
    )
