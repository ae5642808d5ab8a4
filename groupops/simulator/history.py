"""The whole history of a community, day by day, in order of time: a function of the community alone."""

from collections import deque
from collections.abc import Iterator
from datetime import date, datetime
from typing import TextIO

from groupops.simulator import people, waves
from groupops.simulator.days import Town
from groupops.simulator.happening import Happening, utc
from groupops.simulator.rhythm import at
from groupops.simulator.voices import Voices
from groupops.simulator.world import ONE, World


class History:
    """Writes the days one after another, each once; what was said before is known, so that it is not said again."""

    def __init__(self, world: World) -> None:
        self.world = world
        plan = waves.planned(world)
        self.cast = waves.with_advertisers(people.cast(world), plan)
        voices = Voices()
        self._days = self._written()
        self._waiting: deque[Happening] = deque()
        self.towns = {stage.room: Town(world, stage, self.cast[stage.room], plan[stage.room], voices) for stage in world.stages}

    def founders(self, room: str) -> dict[str, str]:
        """Who is in a room when the community is connected: names by account, the owner first."""
        town, begin = self.towns[room], at(self.world.opened, 0)
        there = {stay.id: stay.called(begin) for stay in town.stays if not stay.joined}
        return {town.owner: there[town.owner], **there} if town.owner else there

    def before(self, moment: datetime) -> Iterator[list[Happening]]:
        """What happens until a moment and was not given out yet, day by day. What lies behind it waits for the next call."""
        while True:
            told = []
            while self._waiting and self._waiting[0].at < moment:
                told.append(self._waiting.popleft())
            if told:
                yield told
            if self._waiting:
                return
            day, happened = next(self._days)
            self._waiting.extend(happened)
            if not happened and at(day, 0) >= moment:
                return

    def _written(self) -> Iterator[tuple[date, list[Happening]]]:
        """(local day, what happens on it), without end. What lasts into the night is told with the next day."""
        carried: list[Happening] = []
        day = self.world.opened
        while True:
            midnight = utc(at(day + ONE, 0))
            told = sorted(carried + [one for town in self.towns.values() for one in town.day(day)], key=lambda one: (one.at, one.key))
            carried = [one for one in told if one.at >= midnight]
            yield day, told[: len(told) - len(carried)]
            day += ONE


def export(world: World, file: TextIO, *, until: datetime) -> int:
    """Write the history as JSON Lines; returns how many lines. The same community and moment give the same bytes."""
    count = 0
    for told in History(world).before(until):
        for one in told:
            file.write(one.line() + "\n")
        count += len(told)
    return count
