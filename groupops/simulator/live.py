"""A community goes on living while the demo runs: its script as the days bring it, more talk than that, and answers to what we post."""

import heapq
import itertools
import logging
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from groupops.simulator import reacting
from groupops.simulator.dice import dice
from groupops.simulator.happening import Happening, utc
from groupops.simulator.history import History
from groupops.simulator.hosting import PlatformAway, Puppets
from groupops.simulator.playing import Play
from groupops.simulator.world import World

log = logging.getLogger(__name__)
TICK = 0.5  # seconds between two looks at the clock
QUIET = 25.0  # seconds without a word after which somebody begins to talk, whatever the hour
LOOK = 5.0  # seconds between two looks for posts of ours
HASTE = 0.25  # of a conversation's own pauses: somebody is watching


@dataclass
class Live:
    """What is about to be said, soonest first, and when something last was."""

    history: History
    puppets: Puppets
    account: str
    luck: random.Random
    waiting: list[tuple[datetime, int, Happening]] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=itertools.count)
    spoken: datetime | None = None
    heard: int = -1  # how far the platform's events were looked through for posts of ours

    def prepare(self, now: datetime) -> None:
        """The days that are over are passed through, so that nobody repeats what was said."""
        for _day in self.history.before(now):
            pass

    def step(self, now: datetime) -> int:
        """Let happen what is due; returns how much. Raises PlatformAway."""
        self._scripted(now)
        self._filled(now)
        due = []
        while self.waiting and self.waiting[0][0] <= now:
            due.append(heapq.heappop(self.waiting)[2])
        if due:
            self.spoken = now
            self.puppets.tell([one.fact() for one in due])
        return len(due)

    def answer_posts(self) -> None:
        """People react to what GroupOps has said since the last look. Raises PlatformAway."""
        first = self.heard < 0
        posts, self.heard = self.puppets.said_by(self.account, since=self.heard)
        for post in posts if not first else ():
            town = self.history.towns.get(post.room)
            for one in reacting.reactions(town, post, self.luck, haste=HASTE) if town else ():
                self._wait(one)

    def _scripted(self, now: datetime) -> None:
        for told in self.history.before(now):
            for one in told:
                self._wait(one)

    def _filled(self, now: datetime) -> None:
        """Nothing is said and nothing waits: somebody begins."""
        self.spoken = self.spoken or now
        soon = self.waiting and self.waiting[0][0] <= now + timedelta(seconds=QUIET)
        if soon or (now - self.spoken).total_seconds() < QUIET:
            return
        self.spoken = now
        towns = list(self.history.towns.values())
        town = self.luck.choices(towns, [town.stage.size for town in towns])[0]
        for one in town.impromptu(now, self.luck, haste=HASTE):
            self._wait(one)

    def _wait(self, one: Happening) -> None:
        heapq.heappush(self.waiting, (one.at, next(self.numbers), one))


def living(world: World, puppets: Puppets, account: str, *, now: datetime) -> Live:
    """A community ready to go on from now."""
    found = Live(History(world), puppets, account, dice(world.name, world.seed, "live", now.isoformat()))
    found.prepare(now)
    return found


def run(found: Live, *, now: Callable[[], datetime], steps: int | None = None, tick: float = TICK) -> None:
    """For ever, or for so many ticks. A platform that is away is waited for."""
    looked = 0.0
    while steps is None or steps > 0:
        try:
            if time.monotonic() - looked > LOOK:
                found.answer_posts()
                looked = time.monotonic()
            found.step(utc(now()))
        except PlatformAway as away:
            log.warning("%s", away)
            time.sleep(tick * 4)
        steps = None if steps is None else steps - 1
        time.sleep(tick)


def go_on(play: Play, *, now: Callable[[], datetime]) -> None:
    """After its history, for ever; what is said is fetched and understood here, where no worker does it."""
    found = living(play.world, play.puppets, play.connection.account, now=now())
    while True:
        run(found, now=now, steps=4)
        play.take_in(now())
