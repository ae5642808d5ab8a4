"""Play a recording into a group's room: what the door does not know yet, at the wanted speed, understood as it goes."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from groupops.inbound import pipeline, policy, queries, readers, recording, services
from groupops.inbound.models import EventState
from groupops.inbound.recording import Line
from groupops.messaging.models import Binding

AT_ONCE = math.inf  # the speed of --speed max
TICK = 1.0  # seconds between two signs of life while there is nothing to do
GRACE = 5.0  # seconds that somebody may hold the inbox without getting on: then it was killed, and its lease need not be waited for


@dataclass(frozen=True)
class Played:
    """How far it is: the last line that is kept, what was new since the last report, and how much waits to be understood."""

    line: int
    new: int = 0
    messages: int = 0  # of the new ones
    waiting: int = 0


def play(*, path: Path, binding: Binding, speed: float, now: Callable[[], datetime], day: str = "") -> Iterator[Played]:
    """Feed what is new in the recording at `speed` times real time, and understand it, where no worker does; reports as it goes.

    Nothing has to be remembered between two runs: what the door knows is passed over. Raises BadLine, Unreadable, RoomChanged.
    """
    line, begun = 0, False
    for batch in _paced(_unknown(path, binding, now(), day), speed):
        line = batch[-1].number if batch else line
        fresh = [found for found in batch if found.event]
        new = _feed(path, binding, fresh, first=not begun, at=now()) if fresh else 0
        begun = begun or bool(fresh)
        pipeline.drain(connection=binding.connection, at=now())
        yield Played(line, new, sum(found.kind in recording.SAID for found in fresh))
    for waiting in _settled(binding, now):
        yield Played(line, waiting=waiting)


def _feed(path: Path, binding: Binding, fresh: list[Line], *, first: bool, at: datetime) -> int:
    opening = {"recording": path.name, "line": fresh[0].number} if first else None
    return services.feed(binding=binding, events=[line.event for line in fresh if line.event], at=at, opening=opening)


def _unknown(path: Path, binding: Binding, at: datetime, day: str) -> Iterator[Line]:
    """Every line; those that the door knows without their event."""
    lines = readers.lines(path, group=binding.group, room=binding.remote_id, at=at, day=day)
    while part := list(islice(lines, policy.BATCH)):
        known = queries.known(binding.connection_id, [line.event.key for line in part if line.event])
        for line in part:
            yield line._replace(event=None) if line.event and line.event.key in known else line


def _paced(lines: Iterator[Line], speed: float) -> Iterator[list[Line]]:
    """The lines in batches, each handed out when it is due; an empty batch for every second of waiting."""
    batch: list[Line] = []
    began, first = time.monotonic(), None
    for line in lines:
        if line.event:
            first = first or line.event.occurred_at
            due = began + (line.event.occurred_at - first).total_seconds() / speed
            if batch and due > time.monotonic():
                yield batch
                batch = []
            while (wait := due - time.monotonic()) > 0:
                time.sleep(min(wait, TICK))
                yield []
        batch.append(line)
        if len(batch) == policy.BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _settled(binding: Binding, now: Callable[[], datetime]) -> Iterator[int]:
    """Until everything that was fed is understood: how much still waits.

    What makes the result right are the locks on the events, not the lease: so what a killed worker left behind is taken over.
    """
    least, since, abandoned = math.inf, time.monotonic(), False
    while waiting := queries.replayed(binding, EventState.PENDING).count():
        yield waiting
        if pipeline.drain(connection=binding.connection, at=now()):
            continue
        if waiting < least:
            least, since = waiting, time.monotonic()
        abandoned = abandoned or time.monotonic() - since > GRACE
        if abandoned:
            pipeline.handle(connection=binding.connection, event_ids=queries.pending(binding.connection_id, policy.BATCH), at=now())
        else:
            time.sleep(TICK / 4)
