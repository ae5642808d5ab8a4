"""Which cases an adapter must pass: computed from what it declares, before anything runs."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any

from groupops.messaging.adapter import (
    ACTS,
    AccountRestricted,
    AdapterError,
    InvalidTarget,
    Level,
    LoginRequired,
    Operation,
    PermissionDenied,
    RateLimited,
    Unavailable,
)
from tests.messaging.contract.peer import Peer

Rows = Callable[[type[Peer]], Sequence[tuple[str, str]]]  # the peer → (operation or way, fault or circumstance)


class Way(StrEnum):
    """How events reach us."""

    POLLED = "polled"
    PUSHED = "pushed"


BY_MACHINE = {Level.NATIVE, Level.EMULATED}
DONE_WITHOUT_ANSWER = ("does_then_never_answers", "does_then_resets", "does_then_bad_gateway")
NO_ANSWER = ("never_answers", "resets", "bad_gateway", "gateway_timeout", "crashes")
REFUSALS: dict[str, type[AdapterError]] = {
    "unavailable": Unavailable,
    "redirects": Unavailable,
    "limited": RateLimited,
    "limited_without_hint": RateLimited,
    "wrong_credential": LoginRequired,
    "restricted": AccountRestricted,
    "lost_rights": PermissionDenied,
    "gone": InvalidTarget,
}
# What an adapter's calls have in common is tried in full on sending only; every other act meets the faults that the design names.
ONLY_SENDING = {"does_then_resets", "does_then_bad_gateway", "resets", "bad_gateway", "gateway_timeout", "redirects", "restricted"}
READING = ("never_answers", "crashes", "unavailable", "limited", "wrong_credential")


def declared(peer: type[Peer], *levels: Level) -> list[Operation]:
    """The operations the adapter declares, of some levels (none given: all that are possible)."""
    found = peer.sample.capabilities()
    wanted = set(levels) or set(Level) - {Level.NONE}
    return [operation for operation in Operation if operation in found and found[operation].level in wanted]


def automatic(peer: type[Peer]) -> list[Operation]:
    """The acts that need no person."""
    return [operation for operation in declared(peer, *BY_MACHINE) if operation in ACTS]


def ways(peer: type[Peer]) -> list[Way]:
    """How it hears."""
    if Operation.EVENTS not in declared(peer):
        return []
    return [way for way, there in ((Way.POLLED, peer.sample.polls), (Way.PUSHED, peer.sample.pushes)) if there]


def acts(circumstance: str) -> Rows:
    """One circumstance, for every automatic act."""
    return lambda peer: [(operation, circumstance) for operation in automatic(peer)]


def one(operation: Operation, circumstance: str) -> Rows:
    """One case, where the operation needs no person."""
    return lambda peer: [(operation, circumstance)] if operation in declared(peer, *BY_MACHINE) else []


def faults(names: Sequence[str]) -> Rows:
    """Faults the platform can show, for every automatic act."""
    return lambda peer: [
        (operation, name)
        for operation in automatic(peer)
        for name in names
        if name not in peer.never and (operation == Operation.SEND_GROUP or name not in ONLY_SENDING)
    ]


def heard(*circumstances: str, ways_only: Sequence[Way] = tuple(Way)) -> Rows:
    """Circumstances of hearing, for every way that events come."""
    return lambda peer: [(way, name) for way in ways(peer) if way in ways_only for name in circumstances if name not in peer.never]


def over(rows: Rows) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A case of the suite: run once per row; each is a cell of the table in the docs."""

    def mark(case: Callable[..., Any]) -> Callable[..., Any]:
        case.rows = rows  # type: ignore[attr-defined]
        return case

    return mark
