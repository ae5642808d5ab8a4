"""Adverts come in waves: a new account waits some days, pours variants of one offer into one or several groups, and is removed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from groupops.simulator import rhythm
from groupops.simulator.dice import dice, heavy
from groupops.simulator.people import AFTERWARDS, Cast, Stay, Temper
from groupops.simulator.scene import Line, Scene
from groupops.simulator.words import adverts, names
from groupops.simulator.world import ONE, World

EVERY = 7.0  # days between two waves in a community, on average
LIKELY = {"tech": 1.0, "startup": 1.0, "product": 0.8, "vip": 0.15}  # how often each kind of group is hit


@dataclass(frozen=True)
class Wave:
    """One account's adverts in one room; the same account may have a wave in another room minutes later."""

    stay: Stay
    at: datetime
    count: int


def planned(world: World) -> dict[str, list[Wave]]:
    """The waves of a community by room, in order of time; their authors' stays end when they are removed."""
    luck = dice(world.name, world.seed, "waves")
    found: dict[str, list[Wave]] = {stage.room: [] for stage in world.stages}
    day = min(7.0, world.days / 3)
    while day < world.days + AFTERWARDS:
        user, name = f"wxid_{luck.getrandbits(60):012x}"[:17], names.nickname(luck)
        rooms = [stage for stage in world.stages if luck.random() < LIKELY.get(stage.kind, 0.5) * 0.6] or [world.stages[0]]
        at = rhythm.waking(world.opened + ONE * int(day), luck)
        for stage in rooms:
            joined = at - timedelta(hours=luck.uniform(3, 24 * 5))
            joined = max(joined, rhythm.at(world.opened, 8) + timedelta(minutes=5))
            end = at + timedelta(minutes=luck.uniform(25, 70))
            stay = Stay(user, stage, name, Temper.ADVERTISER, 0, 0, joined=joined, left=end, kicked=luck.random() < 0.85)
            found[stage.room].append(Wave(stay, at, luck.randint(3, 7)))
            at += timedelta(seconds=luck.randint(20, 240))
        day += heavy(luck, EVERY, 0.6)
    return found


def with_advertisers(cast: Cast, waves: dict[str, list[Wave]]) -> Cast:
    """The cast and those who only come to advertise."""
    return {room: stays + [wave.stay for wave in waves[room]] for room, stays in cast.items()}


def on(waves: Sequence[Wave], day: date) -> list[Wave]:
    """Those of a local day."""
    return [wave for wave in waves if wave.at.astimezone(rhythm.ZONE).date() == day]


def pour(scene: Scene, wave: Wave) -> None:
    """Variants of one offer in a burst, each hidden in another way, and who minds."""
    offer = scene.luck.choice(adverts.TEXTS)
    for _ in range(wave.count):
        scene.facts.clear()
        plain, _offer = scene.voices.put([offer], replace(wave.stay, id="advert"), scene.luck, scene.facts, scene.banks)
        text = scene.voices.fresh(partial(adverts.hidden, plain, scene.luck), scene.luck)
        scene.lines.append(Line(wave.stay, scene.at, text, "advert"))
        scene.at += timedelta(seconds=5 + heavy(scene.luck, 40, 0.8))
    for _ in range(scene.luck.choice((0, 1, 1, 2))):
        if minder := scene.pool.take(scene.luck):
            scene.say(minder, adverts.REACTIONS, "complaint", pause=60)
