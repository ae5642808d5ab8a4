"""群健康度: one score with its reasons, from the numbers of the last two weeks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.groups.policy.values import ValueRefused, setting

WINDOW = 14  # days


@dataclass(frozen=True)
class SizeRange:
    """The good size of a group, in members, both ends included."""

    low: int
    high: int


@dataclass(frozen=True)
class DayNumbers:
    """A group's numbers of one local day (GroupDay)."""

    day: date
    messages: int = 0
    speakers: int = 0
    joins: int = 0
    leaves: int = 0
    posts_sent: int = 0


@dataclass(frozen=True)
class HealthWeights:
    """Policy group.health: what each reason weighs in the score, and when a group counts as lively. All ours, a proposal."""

    title: ClassVar[Promise] = _("Health score")
    size: int = setting(30, _("Weight of the size"), high=100)
    activity: int = setting(40, _("Weight of the activity"), high=100)
    coverage: int = setting(30, _("Weight of days with content"), high=100)
    lively_share: int = setting(
        10, _("Lively from"), low=1, high=100, unit="%", help=_("Share of the members who speak on an ordinary day.")
    )

    def __post_init__(self) -> None:
        if self.size + self.activity + self.coverage == 0:
            raise ValueRefused(_("At least one weight must be above zero."), field="size")


TEXTS: dict[str, Promise] = {
    "size_good": _("%(members)s members, inside %(low)s–%(high)s"),
    "size_small": _("%(members)s members, fewer than %(low)s–%(high)s"),
    "size_large": _("%(members)s members, more than %(low)s–%(high)s"),
    "size_out_of_reach": _("The product has %(users)s users, so %(low)s members are out of reach for now; the size does not count"),
    "size_unknown": _("The number of members is not known yet; size and activity do not count"),
    "activity_good": _("%(share)s %% of the members speak on an ordinary day"),
    "activity_low": _("%(share)s %% of the members speak on an ordinary day, %(goal)s %% would be lively"),
    "coverage_good": _("Content on each of the last %(days)s days"),
    "coverage_gap": _("Content on %(covered)s of the last %(days)s days"),
}


@dataclass(frozen=True)
class Reason:
    """Why the score is what it is: `points` earned of `of`; of 0 is advice that does not count."""

    code: str
    args: dict[str, int] = field(default_factory=dict)
    points: int = 0
    of: int = 0

    @property
    def text(self) -> str:
        """The reason in the reader's language."""
        return str(TEXTS[self.code]) % self.args

    @property
    def tone(self) -> str:
        """A colour word for the page: full marks are green, lost points yellow, advice gray; red and orange are for alarms."""
        if not self.of:
            return "gray"
        return "green" if self.points >= self.of else "yellow"

    def as_json(self) -> dict[str, Any]:
        """The reason as Group.health_reasons keeps it."""
        return {"code": self.code, "args": self.args, "points": self.points, "of": self.of}


@dataclass(frozen=True)
class Score:
    """A health score, 0–100, with its reasons, the weightiest first."""

    score: int
    reasons: list[Reason]


def health(
    *,
    members: int,
    days: Sequence[DayNumbers],
    age: int,
    size: SizeRange,
    weights: HealthWeights,
    heard: int = 0,
    reachable: int | None = None,
) -> Score | None:
    """The health of a group, or None while there is nothing to judge by.

    `days` are those of the last WINDOW days that have numbers; a day without is a quiet one. `age` is the group's age in days,
    today included: days before it was here are not held against it. `heard` is how many days its numbers reach back, where a
    history of older days was read in: quiet days among them were quiet, but nothing could be posted from here. `reachable` is
    how many people could join at all (the product's users), None where that is unknown: a size beyond it is advice, never a
    lost point.
    """
    if not days:
        return None
    found = [
        *_size(members, size, weights.size, reachable),
        *_activity(members, days, _window(max(age, heard)), weights),
        _coverage(days, _window(age), weights.coverage),
    ]
    counted = [(reason, share) for reason, share in found if reason.of]
    total = sum(reason.of for reason, _share in counted)
    if not total:
        return None
    score = round(100 * sum(reason.of * share for reason, share in counted) / total)
    return Score(score, sorted((reason for reason, _share in found), key=lambda reason: -reason.of))


def _window(age: int) -> int:
    return max(1, min(WINDOW, age))


def _scored(code: str, earned: float, weight: int, **args: int) -> tuple[Reason, float]:
    return Reason(code, args, round(weight * earned), weight), earned


def _size(members: int, size: SizeRange, weight: int, reachable: int | None) -> list[tuple[Reason, float]]:
    if not members:
        return [(Reason("size_unknown"), 0.0)]
    args = {"members": members, "low": size.low, "high": size.high}
    if size.low <= members <= size.high:
        return [_scored("size_good", 1.0, weight, **args)]
    if members > size.high:
        return [_scored("size_large", size.high / members, weight, **args)]
    if reachable is not None and reachable < size.low:
        return [(Reason("size_out_of_reach", {"users": reachable, "low": size.low}), 0.0)]
    return [_scored("size_small", members / size.low, weight, **args)]


def _activity(members: int, days: Sequence[DayNumbers], window: int, weights: HealthWeights) -> list[tuple[Reason, float]]:
    if not members:
        return []
    percent = 100 * sum(day.speakers for day in days) / window / members
    share = min(1.0, percent / weights.lively_share)
    code = "activity_good" if share >= 1 else "activity_low"
    return [_scored(code, share, weights.activity, share=round(min(percent, 100)), goal=weights.lively_share)]


def _coverage(days: Sequence[DayNumbers], window: int, weight: int) -> tuple[Reason, float]:
    covered = min(sum(1 for day in days if day.posts_sent), window)
    code = "coverage_good" if covered == window else "coverage_gap"
    return _scored(code, covered / window, weight, covered=covered, days=window)
