"""Numbers of a generated history, counted anew from its happenings: nothing here asks the generator."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from groupops.simulator.happening import Happening
from groupops.simulator.rhythm import ZONE, DayType, at, day_type
from groupops.simulator.world import World

CORE_DAYS, ACTIVE_DAYS = 15, 6  # of the last thirty, on which somebody spoke
RECENT = timedelta(days=30)
CHINESE_PUNCTUATION = "，。！？～…、；："


def said(told: Iterable[Happening]) -> list[Happening]:
    """The lines."""
    return [one for one in told if one.verb == "say"]


def local(one: Happening) -> datetime:
    """When it happened, on the wall clock of the community."""
    return one.at.astimezone(ZONE)


def members(founders: Iterable[str], told: Iterable[Happening], room: str) -> set[str]:
    """Who is in a room in the end."""
    here = set(founders)
    for one in told:
        if one.room == room and one.verb == "join":
            here.add(one.user)
        elif one.room == room and one.verb == "leave":
            here.discard(one.user)
    return here


def tiers(here: set[str], told: Iterable[Happening], room: str, end: datetime) -> dict[str, float]:
    """The share of each tier among those who are here, by the days on which they spoke in the last thirty."""
    days: defaultdict[str, set[date]] = defaultdict(set)
    for one in said(told):
        if one.room == room and one.at > end - RECENT:
            days[one.user].add(local(one).date())
    counts = Counter(_tier(len(days[user])) for user in here)
    return {tier: counts[tier] / len(here) for tier in ("core", "active", "ordinary", "lurker")}


def _tier(days: int) -> str:
    return "core" if days >= CORE_DAYS else "active" if days >= ACTIVE_DAYS else "ordinary" if days else "lurker"


def per_person(told: Iterable[Happening], room: str) -> list[int]:
    """How many lines each speaker wrote, fewest first."""
    return sorted(Counter(one.user for one in said(told) if one.room == room).values())


def gini(counts: Sequence[int]) -> float:
    """0: all write alike; 1: one writes everything. `counts` ascend."""
    n, total = len(counts), sum(counts)
    return 2 * sum(rank * count for rank, count in enumerate(counts, 1)) / (n * total) - (n + 1) / n


def top_tenth(counts: Sequence[int]) -> float:
    """The share of all lines that the most talkative tenth of the speakers wrote."""
    return sum(counts[-max(len(counts) // 10, 1) :]) / sum(counts)


def hours(told: Iterable[Happening], sort: DayType) -> list[float]:
    """The share of each hour of the day, on days of a sort."""
    found = Counter(local(one).hour for one in said(told) if day_type(local(one).date()) is sort)
    return [found[hour] / found.total() for hour in range(24)]


def a_day(told: Iterable[Happening], world: World, sort: DayType) -> float:
    """Lines on an average day of a sort."""
    days = [
        world.opened + timedelta(days=number) for number in range(world.days) if day_type(world.opened + timedelta(days=number)) is sort
    ]
    lines = Counter(local(one).date() for one in said(told))
    return sum(lines[day] for day in days) / max(len(days), 1)


def gaps(told: Iterable[Happening], room: str) -> list[float]:
    """Seconds between two lines of a room, ascending."""
    times = [one.at for one in said(told) if one.room == room]
    return sorted((later - earlier).total_seconds() for earlier, later in pairwise(times))


def bare(text: str) -> str:
    """A line without punctuation, signs and stickers: whoever only ends a sentence otherwise has said nothing new."""
    outside, inside = [], False
    for letter in text:
        inside = letter == "[" or (inside and letter != "]")
        if letter.isalnum() and not inside:
            outside.append(letter)
    return "".join(outside)


def repeated(texts: Sequence[str]) -> float:
    """The share of lines that were said before, word for word."""
    return 1 - len(set(texts)) / len(texts)


def end_of(world: World) -> datetime:
    """The moment at which the growth ends."""
    return at(world.grown + timedelta(days=1), 0)
