"""Everything that can go wrong on a platform, on demand."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Ending(StrEnum):
    """How the platform's side of a connection ends instead of an answer."""

    HANG = "hang"
    RESET = "reset"
    REFUSE = "refuse"  # in-process only: a real refusal is a platform that does not run


@dataclass(frozen=True)
class Fault:
    """A way to fail: whether the request is carried out first, and what the caller sees."""

    does: bool = False
    ending: Ending | None = None
    status: int = 0
    code: str = ""
    hint: float | None = None  # seconds of Retry-After


FAULTS: dict[str, Fault] = {
    "refuses": Fault(ending=Ending.REFUSE),
    "never_answers": Fault(ending=Ending.HANG),
    "does_then_never_answers": Fault(does=True, ending=Ending.HANG),
    "resets": Fault(ending=Ending.RESET),
    "does_then_resets": Fault(does=True, ending=Ending.RESET),
    "bad_gateway": Fault(status=502),
    "does_then_bad_gateway": Fault(does=True, status=502),
    "gateway_timeout": Fault(status=504),
    "crashes": Fault(status=500),
    "unavailable": Fault(status=503),
    "limited": Fault(status=429, code="limited", hint=3.0),
    "limited_without_hint": Fault(status=429, code="limited"),
    "wrong_credential": Fault(status=401, code="wrong_credential"),
    "restricted": Fault(status=403, code="account_restricted"),
    "lost_rights": Fault(status=403, code="forbidden"),
    "gone": Fault(status=404, code="no_such_room"),
    "rejected": Fault(status=422, code="rejected"),
    "redirects": Fault(status=302),
    "twice": Fault(does=True, code="twice"),  # events only: each is told twice
    "shuffled": Fault(does=True, code="shuffled"),  # events only: newest first
    "lost": Fault(does=True, code="lost"),  # events only: never told
}


# What those of events do to a list of them.
DISORDER: dict[str, Callable[[list[Any]], list[Any]]] = {
    "twice": lambda events: [*events, *events],
    "shuffled": lambda events: events[::-1],
    "lost": lambda events: [],
}


@dataclass
class Standing:
    """A fault that was ordered: for which operation and room (None: any), for how many requests (None: until further notice)."""

    name: str
    operation: str | None = None
    room: str | None = None
    times: int | None = None
    share: float = 1.0  # of the requests that match

    def strikes(self, operation: str, room: str) -> bool:
        """Whether this request meets the fault; uses up one of its times."""
        if self.operation not in (None, operation) or self.room not in (None, room) or self.times == 0:
            return False
        if self.share < 1 and random.random() >= self.share:  # noqa: S311  (not for secrets)
            return False
        if self.times is not None:
            self.times -= 1
        return True


def ordered(order: dict[str, Any]) -> Standing:
    """A fault from its JSON order. Raises ValueError for an unknown name or field."""
    if order.get("name") not in FAULTS or set(order) - {"name", "operation", "room", "times", "share"}:
        raise ValueError("no such fault")
    return Standing(**order)
