"""A history is played: told to the fake platform at its own times, fetched by the adapter, kept by the door, understood in batches."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from groupops.accounts.models import User
from groupops.groups import services as groups
from groupops.groups.models import Group, Kind
from groupops.groups.policy import Lifecycle
from groupops.inbound import pipeline
from groupops.inbound import services as inbound
from groupops.inbound.models import EventState, StoredEvent
from groupops.messaging import services as messaging
from groupops.messaging.models import Binding, Connection
from groupops.shared.errors import Conflict
from groupops.simulator.dice import dice
from groupops.simulator.happening import Happening, utc
from groupops.simulator.history import History
from groupops.simulator.hosting import Puppets
from groupops.simulator.rhythm import at as wall
from groupops.simulator.world import Stage, World
from members import snapshots

BATCH = 2000  # happenings between two visits to the platform
PATIENCE = 90.0  # seconds for a lease that a killed run left behind; a lease is shorter
BOT_NAME = "运营助手"


class Stuck(Conflict):
    """Somebody holds the inbox of the connection and does not get on."""


@dataclass(frozen=True)
class Played:
    """What one batch brought: how far it goes, happenings in it, and how many of them were new to the platform."""

    until: datetime
    happenings: int
    new: int


@dataclass
class Play:
    """One community, its channel, and the hands on the platform."""

    world: World
    connection: Connection
    puppets: Puppets
    history: History = field(init=False)

    def __post_init__(self) -> None:
        self.history = History(self.world)

    # --- before the first day ------------------------------------------------------------------------------------------
    def open(self, *, owner: User) -> None:
        """Rooms with those who are there already, groups, and the first look at the list of members. Again only what is missing."""
        opened = utc(wall(self.world.opened, 8))
        for stage in self.world.stages:
            self.puppets.tell(self._founding(stage, opened))
        bindings = [self._bound(stage, owner, opened) for stage in self.world.stages]
        if not self.connection.cursor:
            inbound.fetch(connection=self.connection, at=opened)  # from now on we are told what happens
            self.connection.refresh_from_db()
        for binding in bindings:
            if binding.counted_at is None:
                snapshots.compare(binding=binding, at=opened)
        self._understand(opened)

    def _founding(self, stage: Stage, opened: datetime) -> list[dict[str, str]]:
        """The room, and the joins of its founders: before our time, so that nobody tells us of them."""
        luck = dice(self.world.name, self.world.seed, stage.room, "founding")
        founders = self.history.founders(stage.room)
        times = sorted(opened - timedelta(minutes=luck.randint(60, 200 * 24 * 60)) for _founder in founders)
        begun = times[0] if times else opened
        facts = [self._fact(stage, "open", begun, name=stage.name)]
        facts += [
            self._fact(stage, "join", moment, user=user, name=name)
            for moment, (user, name) in zip(times, founders.items(), strict=True)
        ]  # fmt: skip
        return [*facts, self._fact(stage, "join", opened, user=self.connection.account, name=BOT_NAME)]

    def _fact(self, stage: Stage, verb: str, moment: datetime, *, user: str = "", name: str = "") -> dict[str, str]:
        key = f"{self.world.prefix}{stage.room}.{verb}.{user}"
        return {"key": key, "at": moment.isoformat(), "room": stage.room, "verb": verb, "user": user, "name": name}

    def _bound(self, stage: Stage, owner: User, at: datetime) -> Binding:
        group = Group.objects.filter(name=stage.name).first()
        if group is None:
            group = groups.create_group(name=stage.name, kind=Kind.objects.get(slug=stage.kind), owner=owner, by=owner, at=at)
            group = groups.set_lifecycle(group=group, to=Lifecycle.ACTIVE, by=owner, at=at)
        if not Binding.objects.filter(group=group).exists():
            messaging.bind(group=group, connection=self.connection, remote_id=stage.room, by=owner, at=at)
        return Binding.objects.select_related("connection", "group").get(group=group)

    # --- day by day ----------------------------------------------------------------------------------------------------
    def until(self, moment: datetime) -> Iterator[Played]:
        """Everything up to a moment, batch by batch. What the platform was told before is not told again."""
        since = self.puppets.look(self.world.name).latest
        for told in self._batches(moment, since):
            end = told[-1].at
            new = self.puppets.tell([one.fact() for one in told])
            self.take_in(end + timedelta(seconds=1))
            yield Played(end, len(told), new)
        self.take_in(moment)

    def _batches(self, moment: datetime, since: str) -> Iterator[list[Happening]]:
        """Of the last second it is not known whether all of it was told: it is told again, under the same keys."""
        after = datetime.fromisoformat(since) if since else None
        batch: list[Happening] = []
        for told in self.history.before(moment):
            batch += [one for one in told if after is None or one.at >= after]
            if len(batch) >= BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

    # --- through the door ----------------------------------------------------------------------------------------------
    def take_in(self, at: datetime) -> None:
        """Fetch and understand all that the platform has to tell. Raises Stuck."""
        head, since = self.puppets.look(self.world.name).events, time.monotonic()
        while int(self.connection.cursor or 0) < head:
            before = self.connection.cursor
            inbound.fetch(connection=self.connection, at=at)
            self.connection.refresh_from_db(fields=["cursor", "health"])
            since = _patient(since, moved=self.connection.cursor != before)
        self._understand(at)

    def _understand(self, at: datetime) -> None:
        since = time.monotonic()
        waiting = StoredEvent.objects.filter(connection=self.connection, state=EventState.PENDING)
        while waiting.exists():
            since = _patient(since, moved=bool(pipeline.drain(connection=self.connection, at=at)))


def _patient(since: float, *, moved: bool) -> float:
    """When it last got on. Waits a little where it did not: another worker may be at it, or a killed one has left its lease."""
    if moved:
        return time.monotonic()
    if time.monotonic() - since > PATIENCE:
        raise Stuck("The channel's inbox does not get on; its page in the browser says why.")
    time.sleep(0.25)
    return since


def parked(connection: Connection) -> int:
    """Events that broke the pipeline."""
    return StoredEvent.objects.filter(connection=connection, state=EventState.PARKED).count()
