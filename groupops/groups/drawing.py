"""The ecosystem drawn as SVG by the server: boxes of levels, arrows of who feeds whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import ngettext

from groupops.groups.models import Group
from groupops.groups.policy import FEEDS, Level

WIDTH, HEIGHT, BOX_W, BOX_H = 640, 260, 150, 76
# Left to right along the seed's chain; regional groups stand below, between free and paid.
CORNERS: dict[Level, tuple[int, int]] = {
    Level.FREE: (10, 30),
    Level.PAID: (245, 30),
    Level.HIGH_END: (480, 30),
    Level.REGIONAL: (128, 170),
}


@dataclass(frozen=True)
class Box:
    """One level on the map."""

    level: Level
    x: int
    y: int
    groups: str
    members: str


@dataclass(frozen=True)
class Arrow:
    """From a level to one it feeds."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Map:
    """What the template draws."""

    width: int
    height: int
    box_width: int
    box_height: int
    boxes: list[Box]
    arrows: list[Arrow]


def ecosystem_map(groups: Mapping[Level, Sequence[Group]]) -> Map:
    """The map of the given groups by level."""
    boxes = [_box(level, groups[level]) for level in Level]
    arrows = [_arrow(source, target) for source, targets in FEEDS.items() for target in targets]
    return Map(WIDTH, HEIGHT, BOX_W, BOX_H, boxes, arrows)


def _box(level: Level, groups: Sequence[Group]) -> Box:
    x, y = CORNERS[level]
    members = sum(group.member_count for group in groups)
    return Box(
        level,
        x,
        y,
        ngettext("%(n)d group", "%(n)d groups", len(groups)) % {"n": len(groups)},
        ngettext("%(n)d member", "%(n)d members", members) % {"n": members},
    )


def _arrow(source: Level, target: Level) -> Arrow:
    """Edge to edge: sideways between neighbours of one row, else from bottom or top."""
    (x1, y1), (x2, y2) = CORNERS[source], CORNERS[target]
    if y1 == y2:
        return Arrow(x1 + BOX_W + 4, y1 + BOX_H / 2, x2 - 8, y2 + BOX_H / 2)
    if y1 < y2:
        return Arrow(x1 + BOX_W / 2, y1 + BOX_H + 4, x2 + BOX_W / 4, y2 - 8)
    return Arrow(x1 + BOX_W * 3 / 4, y1 - 4, x2 + BOX_W / 2, y2 + BOX_H + 8)
