"""Who lives in a community: tempers, how often each speaks, when they come, rename themselves and go. All invented."""

import random
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from groupops.simulator import rhythm
from groupops.simulator.dice import dice, heavy
from groupops.simulator.words import names
from groupops.simulator.world import ONE, Stage, World

ALREADY_THERE = 0.62  # of a group's final size, when the community opens
TURNOVER = 0.10  # of it, who goes during the growth; as many more come
NEIGHBOURS = 0.12  # of a group, who are members of an earlier group too
AFTERWARDS = 180  # days behind the growth for which comings and goings are known: the demo may run for long


class Temper(StrEnum):
    """What somebody is like in a group."""

    CORE = "core"
    ACTIVE = "active"
    ORDINARY = "ordinary"
    LURKER = "lurker"
    NEWCOMER = "newcomer"  # comes in the second half of the growth
    ADVERTISER = "advertiser"
    QUARRELLER = "quarreller"
    BUYER = "buyer"


@dataclass(frozen=True)
class Habit:
    """How a temper talks: on which share of days (lowest, highest) and how many messages then, on average."""

    share: float  # of a group
    days: tuple[float, float]
    words: float


# Shares, days and words are fitted to the seed's bands (docs/reference/simulator.md).
HABITS: dict[Temper, Habit] = {
    Temper.CORE: Habit(0.064, (0.80, 0.98), 6.0),
    Temper.ACTIVE: Habit(0.175, (0.30, 0.44), 3.0),
    Temper.QUARRELLER: Habit(0.02, (0.30, 0.44), 3.0),
    Temper.BUYER: Habit(0.035, (0.10, 0.18), 1.6),
    Temper.LURKER: Habit(0.075, (0.0, 0.0), 0.0),
    Temper.ORDINARY: Habit(0.631, (0.07, 0.132), 1.5),
}
NEWCOMER = Habit(0.0, (0.06, 0.19), 1.6)
ADVERTISER = Habit(0.0, (0.0, 0.02), 1.0)
STAY_LONG = frozenset({Temper.CORE, Temper.QUARRELLER})


@dataclass(frozen=True)
class Stay:
    """Somebody in one group. `joined` None: they were there before the community was connected. `chatty` scales their words."""

    id: str
    stage: Stage
    name: str
    temper: Temper
    share: float  # of ordinary days on which they speak
    words: float
    joined: datetime | None = None
    left: datetime | None = None
    kicked: bool = False
    introduces: bool = False
    renames: tuple[tuple[datetime, str], ...] = field(default=())

    def present(self, at: datetime) -> bool:
        """Whether they are in the group."""
        return (self.joined is None or self.joined <= at) and (self.left is None or at < self.left)

    def called(self, at: datetime) -> str:
        """The name they go by."""
        name = self.name
        for since, other in self.renames:
            name = other if since <= at else name
        return name


Cast = dict[str, list[Stay]]


def cast(world: World) -> Cast:
    """Everybody who ever is in the community, by room."""
    luck, found = dice(world.name, world.seed, "cast"), Cast()
    known: list[tuple[str, str]] = []
    for stage in world.stages:
        found[stage.room] = _group(world, stage, luck, known)
    return found


def _group(world: World, stage: Stage, luck: random.Random, known: list[tuple[str, str]]) -> list[Stay]:
    """Those who are there already, those who come during the growth, and those who come behind it."""
    first, goers = round(stage.size * ALREADY_THERE), round(stage.size * TURNOVER)
    come = stage.size - first + goers
    later = round(come / world.days * AFTERWARDS)
    strangers = _identities(world, stage, first + come + later, luck, known)
    tempers = iter(_tempers(first + come, luck) + _tempers(later, luck))
    founders = [_stay(stage, person, next(tempers), luck) for person in strangers[:first]]
    moments = sorted(_comings(world, come, luck)) + sorted(_later(world, later, luck))
    joiners = [_joiner(world, stage, person, next(tempers), at, luck) for person, at in zip(strangers[first:], moments, strict=True)]
    leaving = _leave(world, founders + joiners[:come], goers, luck) + _leave_later(world, joiners[come:], luck)
    known += luck.sample([(stay.id, stay.name) for stay in founders], k=len(founders) // 3)
    return [_renamed(world, stay, luck) for stay in leaving]


def _identities(world: World, stage: Stage, count: int, luck: random.Random, known: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """So many accounts with names; some are known from an earlier group."""
    neighbours = luck.sample(known, k=min(len(known), round(stage.size * NEIGHBOURS)))
    names_of = dict(neighbours)
    taken = set(names_of.values())
    people = list(neighbours)
    while len(people) < count:
        name = names.displayed(stage.kind, luck)
        if name in taken and luck.random() < 0.9:  # namesakes exist, but are rare
            continue
        taken.add(name)
        people.append((f"wxid_{luck.getrandbits(60):012x}"[:17], name))
    luck.shuffle(people)
    return people


def _tempers(count: int, luck: random.Random) -> list[Temper]:
    """So many tempers in the shares of HABITS, to the head; what the rounding leaves is ordinary."""
    found = [temper for temper, habit in HABITS.items() for _ in range(round(habit.share * count))][:count]
    found += [Temper.ORDINARY] * (count - len(found))
    luck.shuffle(found)
    return found


def _stay(stage: Stage, person: tuple[str, str], temper: Temper, luck: random.Random) -> Stay:
    habit = {Temper.NEWCOMER: NEWCOMER, Temper.ADVERTISER: ADVERTISER}.get(temper) or HABITS[temper]
    return Stay(person[0], stage, person[1], temper, luck.uniform(*habit.days), habit.words and heavy(luck, habit.words, 0.5))


def _joiner(world: World, stage: Stage, person: tuple[str, str], temper: Temper, at: datetime, luck: random.Random) -> Stay:
    fresh = at.date() > world.opened + ONE * (world.days // 2)
    if fresh and temper is Temper.ORDINARY:
        temper = Temper.NEWCOMER
    introduces = temper is not Temper.LURKER and luck.random() < 0.6
    return replace(_stay(stage, person, temper, luck), joined=at, introduces=introduces)


def _comings(world: World, count: int, luck: random.Random) -> list[datetime]:
    """When people come during the growth: a few campaign days bring many at once, the last two days somebody each."""
    campaigns = luck.sample(range(1, max(world.days - 1, 2)), k=min(3, max(world.days - 2, 1)))
    days = [world.days - 1, world.days - 2] if world.days > 2 else []
    while len(days) < count:
        days.append(luck.choice(campaigns) if luck.random() < 0.2 else luck.randrange(world.days))
    return [rhythm.waking(world.opened + ONE * day, luck) for day in days[:count]]


def _later(world: World, count: int, luck: random.Random) -> list[datetime]:
    return [rhythm.waking(world.grown + ONE * luck.randint(1, AFTERWARDS), luck) for _ in range(count)]


def _leave(world: World, stays: list[Stay], count: int, luck: random.Random) -> list[Stay]:
    """So many go during the growth; of two who may, the one who says less."""
    arrived = world.grown - ONE
    may = [n for n, stay in enumerate(stays) if stay.temper not in STAY_LONG and not (stay.joined and stay.joined.date() > arrived)]
    going: set[int] = set()
    while len(going) < min(count, len(may)):
        going.add(min(luck.choice(may), luck.choice(may), key=lambda number: (stays[number].share, number)))
    return [_gone(stay, world, luck) if number in going else stay for number, stay in enumerate(stays)]


def _gone(stay: Stay, world: World, luck: random.Random) -> Stay:
    """Out on a day between the one after their coming and the last."""
    since = stay.joined.date() if stay.joined else world.opened
    return replace(stay, left=rhythm.waking(since + ONE * luck.randint(1, max((world.grown - since).days, 1)), luck))


def _leave_later(world: World, stays: list[Stay], luck: random.Random) -> list[Stay]:
    return [
        replace(stay, left=stay.joined + timedelta(days=luck.randint(2, 60))) if stay.joined and luck.random() < TURNOVER * 2 else stay
        for stay in stays
    ]


def _renamed(world: World, stay: Stay, luck: random.Random) -> Stay:
    """One in twenty-five takes another name once."""
    if luck.random() >= 0.04:
        return stay
    at = rhythm.waking(world.opened + ONE * luck.randrange(world.days), luck)
    return replace(stay, renames=((at, names.displayed(stay.stage.kind, luck)),))


def arriving(stays: list[Stay]) -> dict[date, list[Stay]]:
    """Who comes on which day."""
    found: defaultdict[date, list[Stay]] = defaultdict(list)
    for stay in stays:
        if stay.joined:
            found[stay.joined.date()].append(stay)
    return found
