"""Turn and Batch: who, where, what happened, and what each step did. A turn carries ids, no models."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise

from groupops.messaging.adapter import EventKind


class Moved(StrEnum):
    """What an event did to the presence of its person in the group; written by members, read by later steps."""

    JOINED = "joined"  # for the first time: the one to be welcomed
    REJOINED = "rejoined"
    LEFT = "left"
    SEEN = "seen"  # present all along, but this is their first sign


# What a step did: its dotted path, the msgid, and what the msgid's %(names)s stand for.
Note = tuple[str, str, dict[str, Any]]


@dataclass(slots=True)
class Turn:
    """One event on its way through the pipeline."""

    event_id: int
    kind: EventKind
    group_id: int
    zone: str  # of the group; its local day is the day an event counts for
    remote_user: str
    user_name: str
    text: str
    how: str
    at: datetime  # when it occurred
    operator: str = ""  # the remote id of who did it to them: the inviter of a join
    message: str = ""  # the remote id of the message
    reply_to: str = ""  # that of the message it replies to, where the platform says so
    person_id: int | None = None
    membership_id: int | None = None
    moved: Moved | None = None
    stopped: str = ""  # why later steps leave this turn alone
    trace: list[Note] = field(default_factory=list)

    def note(self, step: str, did: str, **values: Any) -> None:
        """Say what a step did with this turn; shown on the message's page in the reader's language.

        `did` is a msgid, marked with gettext_noop; `values` are what its %(names)s stand for, as JSON can keep them.
        """
        self.trace.append((step, did, values))

    def stop(self, step: str, reason: str, **values: Any) -> None:
        """No later step may act on this turn."""
        self.stopped = reason
        self.note(step, reason, **values)


@dataclass
class Batch:
    """The turns of one connection, in the order they arrived, handled in one transaction."""

    connection_id: int
    realm: str  # the adapter's kind: remote ids are unique inside it
    turns: list[Turn]
    received_at: datetime

    def live(self, *kinds: EventKind) -> Iterator[Turn]:
        """The turns that no step stopped, of the given kinds (of all when none is given)."""
        return (turn for turn in self.turns if not turn.stopped and (not kinds or turn.kind in kinds))


Step = Callable[[Batch], None]


def step(label: str | Promise) -> Callable[[Step], Step]:
    """Name a step of settings.INBOUND_PIPELINE as people read it in a trace."""

    def mark(function: Step) -> Step:
        function.label = label  # type: ignore[attr-defined]
        return function

    return mark
