"""What a claimed batch goes by, read once for all of it: what the platform refuses for good, and its limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from groupops.messaging import abilities
from groupops.messaging.models import Limit


@dataclass(frozen=True)
class Terms:
    """Of one connection."""

    refused: Mapping[str, str] = field(default_factory=dict)  # operation → the platform's line
    limits: Sequence[Limit] = ()


def of(connection_id: int) -> Terms:
    """The terms of a connection now; two queries."""
    return Terms(abilities.refusals(connection_id), list(Limit.objects.filter(connection=connection_id)))
