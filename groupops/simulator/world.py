"""A community: its name and seed, its groups, when it opened. From these everything else follows, the same on every machine."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

ONE = timedelta(days=1)


@dataclass(frozen=True)
class Stage:
    """A group of the community: its kind's slug, its name, its room on the platform, and how many are in it when its history ends."""

    kind: str
    name: str
    room: str
    size: int


@dataclass(frozen=True)
class World:
    """A community from its first day on; `days` is the time over which its groups grow to their sizes."""

    name: str
    seed: int
    opened: date
    days: int
    stages: tuple[Stage, ...]

    @property
    def grown(self) -> date:
        """The last day of the growth: what a history of `days` days ends with."""
        return self.opened + (self.days - 1) * ONE

    @property
    def prefix(self) -> str:
        """How the key of everything begins that happens in it."""
        return f"{self.name}."

    @property
    def aside(self) -> str:
        """How the key of everything begins that is said beside the script: to a post of ours, or while somebody watches."""
        return f"{self.name}-aside."

    def about(self) -> dict[str, Any]:
        """As JSON, to be remembered where the community lives."""
        return asdict(self) | {"opened": self.opened.isoformat()}


def recalled(about: Mapping[str, Any]) -> World:
    """The community that `World.about` described."""
    stages = tuple(Stage(**stage) for stage in about["stages"])
    return World(about["name"], about["seed"], date.fromisoformat(about["opened"]), about["days"], stages)


DEMO = "demo"  # the name of its community
KINDS = ("product", "tech", "vip", "startup")
TITLES = {"product": "产品用户群", "tech": "技术交流群", "vip": "VIP 付费群", "startup": "创业交流群"}


def numbered(*, seed: int, groups: int, members: int, days: int, end: date) -> World:
    """A community of so many groups, of the seed's four kinds in turn, with as many members in each, whose growth ends on `end`."""
    name = f"sim{seed}"
    kinds = [KINDS[number % len(KINDS)] for number in range(groups)]
    stages = tuple(Stage(kind, f"模拟 {seed} · {TITLES[kind]} {n}", f"{name}-{n}", members) for n, kind in enumerate(kinds, 1))
    return World(name, seed, end - (days - 1) * ONE, days, stages)


def demo(*, end: date) -> World:
    """The community of the demo: the seed's four groups, at sizes inside their ranges."""
    stages = (
        Stage("product", "GroupOps 产品用户 1 群", "product-1", 150),
        Stage("tech", "Python 技术交流群", "tech-1", 220),
        Stage("vip", "VIP 会员群", "vip-1", 45),
        Stage("startup", "独立开发者创业群", "startup-1", 90),
    )
    return World(DEMO, 20, end - 89 * ONE, 90, stages)
