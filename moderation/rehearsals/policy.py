"""How far back a rehearsal looks, how much of it is kept, and how what came out is summed up: pure decisions."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from groupops.shared.wall import wall_moment

MOST_MESSAGES = 100_000  # of one rehearsal; more days than fit are left out
MOST_CASES = 5_000  # that are kept row by row
LEASE = timedelta(minutes=3)  # longer than a task may take
DAYS = 7


def begins(at: datetime, days: int, zone: str) -> datetime:
    """The local midnight from which `days` days are looked at, today not counted."""
    return wall_moment(at.astimezone(ZoneInfo(zone)).date() - timedelta(days=days), time(), zone)


@dataclass(frozen=True)
class Line:
    """A case in the sum. `step` counts from 0; `ladder` is the one it climbs."""

    compared: str
    membership: int
    rule: int | None
    ladder: str
    step: int | None
    acts: str
    state: str
    held: str


def numbers(lines: Iterable[Line]) -> dict[str, object]:
    """Cases and people, how many were new, the same and gone, and what stands behind them: by rule, by step, by why a person decides."""
    seen = list(lines)
    touched = [line for line in seen if line.compared != "gone"]
    return {
        "cases": len(touched),
        "people": len({line.membership for line in touched}),
        "automatic": sum(line.state == "punished" for line in touched),
        "waiting": sum(line.state in ("open", "second") for line in touched),
        **{name: sum(line.compared == name for line in seen) for name in ("new", "same", "gone")},
        "by_rule": _by_rule(touched),
        "by_step": [
            {"ladder": ladder, "step": step, "acts": acts, "cases": n}
            for (ladder, step, acts), n in sorted(Counter((line.ladder, line.step or 0, line.acts) for line in touched).items())
        ],
        "by_held": dict(sorted(Counter(line.held for line in touched if line.held).items())),
    }


def _by_rule(lines: list[Line]) -> list[dict[str, int | None]]:
    """The busiest first; None stands for members' reports."""
    found: list[dict[str, int | None]] = []
    for rule, n in Counter(line.rule for line in lines).most_common():
        mine = [line for line in lines if line.rule == rule]
        found.append(
            {
                "rule": rule,
                "cases": n,
                "people": len({line.membership for line in mine}),
                "automatic": sum(line.state == "punished" for line in mine),
                "new": sum(line.compared == "new" for line in mine),
            }
        )
    return found
