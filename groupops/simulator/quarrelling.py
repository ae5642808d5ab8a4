"""Quarrels: two or three people, an exchange that rises step by step, and somebody who ends it."""

import random
from datetime import timedelta

from groupops.simulator import grammar
from groupops.simulator.dice import heavy
from groupops.simulator.people import Stay, Temper
from groupops.simulator.scene import Scene
from groupops.simulator.words import quarrels

RATE = 1 / 24  # a day in a group of 150 and more; smaller groups quarrel less
FULL = 150


def breaks_out(size: int, luck: random.Random) -> bool:
    """Whether there is a quarrel today."""
    return luck.random() < RATE * min(size / FULL, 1)


def rivals(here: list[Stay], luck: random.Random) -> list[Stay]:
    """Two of those who are here, now and then three; at least one of them likes to quarrel. Empty: peace."""
    hot = [stay for stay in here if stay.temper is Temper.QUARRELLER]
    others = [stay for stay in here if stay.temper in {Temper.QUARRELLER, Temper.ACTIVE, Temper.ORDINARY}]
    if not hot or len(others) < 3:
        return []
    first = luck.choice(hot)
    return [first, *luck.sample([stay for stay in others if stay is not first], k=luck.choice((1, 1, 1, 2)))]


def quarrel(scene: Scene, kind: str, fighters: list[Stay]) -> None:
    """They answer each other faster and faster; others look on; a core member ends it, mostly."""
    scene.facts["它"] = scene.voices.fresh(lambda: _cause(scene, kind), scene.luck)
    scene.voices.said.discard(scene.facts["它"])
    said = scene.say(fighters[0], quarrels.STEPS[0], "quarrel", pause=0)
    turns = scene.luck.randint(6, 14)
    for turn in range(1, turns):
        step = quarrels.STEPS[min(1 + turn * (len(quarrels.STEPS) - 1) // turns, len(quarrels.STEPS) - 1)]
        who = scene.luck.choice([fighter for fighter in fighters if fighter is not said.who])
        said = scene.say(who, step, "quarrel", pause=60 - 40 * turn / turns, to=said, quote=0.25)
        if scene.luck.random() < 0.2 and (other := scene.pool.take(scene.luck, *fighters)):
            scene.say(other, quarrels.BYSTANDERS, "bystander", pause=15)
    if scene.luck.random() < 0.85 and (host := scene.pool.helper(scene.luck, *fighters)):
        scene.at += timedelta(seconds=heavy(scene.luck, 90))
        scene.facts["甲"], scene.facts["乙"] = (fighter.called(scene.at) for fighter in fighters[:2])
        scene.say(host, quarrels.PEACE, "peace", pause=30)


def _cause(scene: Scene, kind: str) -> str:
    return grammar.expand(scene.luck.choice(quarrels.CAUSES[kind]), scene.luck, scene.facts, scene.banks)
