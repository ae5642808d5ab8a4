"""The hours of the week drawn as SVG by the server: a square an hour, shaded by its messages, framed where nobody is on duty."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from groupops.groups.policy import LEVELS, HeatCell, heat_gaps

LEFT, TOP, STEP, SIDE = 44, 16, 22, 19
NAMED = 6  # hours without anybody that are named


@dataclass(frozen=True)
class Square:
    """One hour."""

    x: int
    y: int
    opacity: float  # 0: nothing was said
    is_gap: bool
    title: str


@dataclass(frozen=True)
class HeatMap:
    """What the template draws, and what it says in words."""

    squares: list[Square]
    days: list[tuple[int, str]]  # y, name
    hours: list[tuple[int, int]]  # x, hour
    width: int
    height: int
    gaps: list[str]
    more: int
    is_empty: bool


def heat_map(rows: Sequence[Sequence[HeatCell]]) -> HeatMap:
    """The drawing of a group's week."""
    gaps = [_said(cell) for cell in heat_gaps(rows)]
    return HeatMap(
        squares=[_square(cell) for row in rows for cell in row],
        days=[(TOP + STEP * day + 14, str(WEEKDAYS_ABBR[day])) for day in range(7)],
        hours=[(LEFT + STEP * hour, hour) for hour in range(0, 24, 3)],
        width=LEFT + STEP * 24,
        height=TOP + STEP * 7,
        gaps=gaps[:NAMED],
        more=max(len(gaps) - NAMED, 0),
        is_empty=not any(cell.messages for row in rows for cell in row),
    )


def _square(cell: HeatCell) -> Square:
    return Square(LEFT + STEP * cell.hour, TOP + STEP * cell.weekday, round(cell.level / LEVELS, 2), cell.is_gap, _said(cell))


def _said(cell: HeatCell) -> str:
    text = _("%(day)s %(hour)02d:00 – %(n)s messages a week") % {
        "day": WEEKDAYS[cell.weekday],
        "hour": cell.hour,
        "n": f"{cell.messages:g}",
    }
    return f"{text}; {_('nobody is on duty')}" if cell.is_gap else text
