"""Shares against the seed's bands and the flow of a month, drawn as SVG by the server."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.tiering import UNKNOWN, Tier
from members.tiers.queries import Flow, Share

WIDTH, ROW = 600, 34
LEFT, RIGHT, TOP, GAP, HEIGHT = 150, 450, 8, 12, 260
BAR = 12
NEW: Promise = _("New or unknown")


def name_of(tier: str) -> str | Promise:
    """A tier's name; "" is who was not judged before."""
    return Tier(tier).label if tier else NEW


@dataclass(frozen=True)
class Row:
    """One tier of the gauge, in per cent of the width: the band from `low`, `band` wide, and the bar `percent` long."""

    share: Share
    y: int
    x: float
    band: float
    bar: float


def gauge(shares: Sequence[Share]) -> list[Row]:
    """The rows of the gauge, 0–100 % over WIDTH."""
    scale = WIDTH / 100
    return [
        Row(share, n * ROW, round(share.low * scale, 1), round((share.high - share.low) * scale, 1), round(share.percent * scale, 1))
        for n, share in enumerate(shares)
    ]


@dataclass(frozen=True)
class Node:
    """A tier at the beginning (left) or end (right) of the month."""

    label: str | Promise
    members: int
    x: float
    y: float
    height: float
    text_x: float
    anchor: str


@dataclass(frozen=True)
class Ribbon:
    """Those who went from one node to the other; `path` as SVG wants it."""

    path: str
    title: str
    is_stay: bool


@dataclass(frozen=True)
class Sankey:
    """What the template draws."""

    width: int
    height: int
    nodes: list[Node]
    ribbons: list[Ribbon]


def sankey(flows: Sequence[Flow]) -> Sankey:
    """The flow of a month: heights by members, both sides in the order of the tiers, the highest on top."""
    order = [*Tier.values, UNKNOWN]
    total = sum(one.members for one in flows) or 1
    scale = (HEIGHT - 2 * TOP - (len(order) - 1) * GAP) / total
    left, right = _side(flows, order, scale, "was"), _side(flows, order, scale, "tier")
    nodes = [_node(tier, *left[tier], scale, is_left=True) for tier in order if left[tier][1]]
    nodes += [_node(tier, *right[tier], scale, is_left=False) for tier in order if right[tier][1]]
    used = {"was": dict.fromkeys(order, 0.0), "tier": dict.fromkeys(order, 0.0)}
    ribbons = []
    for one in sorted(flows, key=lambda flow: (order.index(flow.was), order.index(flow.tier))):
        height = one.members * scale
        y1, y2 = left[one.was][0] + used["was"][one.was], right[one.tier][0] + used["tier"][one.tier]
        used["was"][one.was] += height
        used["tier"][one.tier] += height
        title = f"{name_of(one.was)} → {name_of(one.tier)}: {one.members}"
        ribbons.append(Ribbon(_path(y1, y2, height), title, one.was == one.tier))
    return Sankey(WIDTH, HEIGHT, nodes, ribbons)


def _side(flows: Sequence[Flow], order: Sequence[str], scale: float, end: str) -> dict[str, tuple[float, int]]:
    """Where each node of a side begins, and how many it holds."""
    found, y = {}, float(TOP)
    for tier in order:
        members = sum(one.members for one in flows if getattr(one, end) == tier)
        found[tier] = (y, members)
        y += members * scale + (GAP if members else 0)
    return found


def _node(tier: str, y: float, members: int, scale: float, *, is_left: bool) -> Node:
    x = LEFT - BAR if is_left else RIGHT
    text_x = LEFT - BAR - 8 if is_left else RIGHT + BAR + 8
    return Node(name_of(tier), members, x, round(y, 1), round(max(members * scale, 1), 1), text_x, "end" if is_left else "start")


def _path(y1: float, y2: float, height: float) -> str:
    middle, height = (LEFT + RIGHT) / 2, max(height, 1)
    return (
        f"M{LEFT} {y1:.1f}C{middle} {y1:.1f} {middle} {y2:.1f} {RIGHT} {y2:.1f}V{y2 + height:.1f}"
        f"C{middle} {y2 + height:.1f} {middle} {y1 + height:.1f} {LEFT} {y1 + height:.1f}Z"
    )
