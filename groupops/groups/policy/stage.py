"""建群建议: which groups to open, merge and split at the product's stage, and when a group will be full (seed: 产品发展阶段匹配)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import ClassVar

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.groups.policy.health import DayNumbers, SizeRange
from groupops.groups.policy.values import ValueRefused, setting

KNOWN_DAYS = 3  # days with joins or leaves before a trend is worth a date
FAR = 730  # days: further ahead is no forecast


class Stage(TextChoices):
    """The stage of the product (seed: 产品发展阶段匹配)."""

    MVP = "mvp", _("MVP stage")
    BETA = "beta", _("Beta stage")
    RELEASE = "release", _("Release stage")


@dataclass(frozen=True)
class StagePlan:
    """Policy group.stage: from how many users a stage counts, and the sizes it wants (seed: 产品发展阶段匹配)."""

    title: ClassVar[Promise] = _("Stages of the product")
    beta_from: int = setting(100, _("Beta from"), low=1, unit=_("users"))
    release_from: int = setting(1000, _("Release from"), low=1, unit=_("users"))
    core_low: int = setting(20, _("MVP core group, at least"), low=1, unit=_("members"))
    core_high: int = setting(50, _("MVP core group, at most"), low=1, unit=_("members"))
    service_low: int = setting(100, _("Beta service group, at least"), low=1, unit=_("members"))
    service_high: int = setting(200, _("Beta service group, at most"), low=1, unit=_("members"))
    tech_low: int = setting(50, _("Beta tech group, at least"), low=1, unit=_("members"))
    tech_high: int = setting(100, _("Beta tech group, at most"), low=1, unit=_("members"))
    # Ours.
    ahead: int = setting(14, _("Prepare the next group"), low=1, high=365, unit=_("days before one is full"))

    def __post_init__(self) -> None:
        pairs = [("beta_from", "release_from"), ("core_low", "core_high"), ("service_low", "service_high"), ("tech_low", "tech_high")]
        for low, high in pairs:
            if getattr(self, low) > getattr(self, high):
                raise ValueRefused(_("The lower number is above the upper one."), field=low)

    def stage(self, users: int) -> Stage:
        """The stage at a number of product users."""
        return Stage.RELEASE if users >= self.release_from else Stage.BETA if users >= self.beta_from else Stage.MVP


# The seed's lines per stage; "which to open" below follows them.
STAGE_TEXTS: dict[Stage, tuple[Promise, ...]] = {
    Stage.MVP: (
        _("Open one core user group (20–50 people)"),
        _("Above all, collect feedback and suggestions"),
        _("Invite early adopters and technical experts"),
    ),
    Stage.BETA: (
        _("Open a user service group (100–200 people)"),
        _("Create a tech exchange group (50–100 people)"),
        _("Begin to grow a culture of the user community"),
    ),
    Stage.RELEASE: (_("Open several groups by category"), _("Set up a VIP paid group"), _("Open regional groups")),
}
# Slugs of kinds. "Several groups by category" is read as the seed's three free kinds.
WANTED: dict[Stage, tuple[str, ...]] = {
    Stage.MVP: ("product",),
    Stage.BETA: ("product", "tech"),
    Stage.RELEASE: ("product", "tech", "startup", "vip", "regional"),
}


def target_range(kind: str, stage: Stage | None, plan: StagePlan) -> SizeRange | None:
    """The size the stage wants of a group of the kind (a slug); None where the kind's own range counts."""
    targets = {
        (Stage.MVP, "product"): SizeRange(plan.core_low, plan.core_high),
        (Stage.BETA, "product"): SizeRange(plan.service_low, plan.service_high),
        (Stage.BETA, "tech"): SizeRange(plan.tech_low, plan.tech_high),
    }
    return targets.get((stage, kind)) if stage else None


class Filling(TextChoices):
    """Whether it can be said when a group is full."""

    UNKNOWN = "unknown", _("Unknown: not enough days with joins or leaves yet")
    FULL = "full", _("Full")
    NOT_FILLING = "not_filling", _("Not filling at the present pace")
    ON = "on", _("Full on")


@dataclass(frozen=True)
class Forecast:
    """When a group reaches its largest good size; `on` and `per_day` (net growth) only where known."""

    filling: Filling
    on: date | None = None
    per_day: float | None = None


def forecast(*, members: int, high: int, days: Sequence[DayNumbers], today: date) -> Forecast:
    """When a group of `members` reaches `high`, if it goes on growing as in `days` (joins less leaves, oldest to newest)."""
    if members >= high:
        return Forecast(Filling.FULL)
    moved = [day for day in days if day.joins or day.leaves]
    if len(moved) < KNOWN_DAYS:
        return Forecast(Filling.UNKNOWN)
    span = (today - min(day.day for day in days)).days + 1
    pace = sum(day.joins - day.leaves for day in days) / max(span, 1)
    ahead = ceil((high - members) / pace) if pace > 0 else None
    if ahead is None or ahead > FAR:
        return Forecast(Filling.NOT_FILLING, per_day=round(pace, 2))
    return Forecast(Filling.ON, on=today + timedelta(days=ahead), per_day=round(pace, 2))


@dataclass(frozen=True)
class GroupFacts:
    """What advice needs to know of a group that is not archived."""

    pk: int
    name: str
    kind: str
    members: int
    size: SizeRange
    filling: Forecast
    running: bool  # active
    region: str = ""


class Action(TextChoices):
    """What is advised."""

    SPLIT = "split", _("Split")
    PREPARE = "prepare", _("Prepare the next")
    OPEN = "open", _("Open one")
    MERGE = "merge", _("Merge")


@dataclass(frozen=True)
class Advice:
    """One piece of advice: on groups (their pks), or to open one of a kind."""

    action: Action
    kind: str
    groups: tuple[int, ...] = ()
    size: SizeRange | None = None
    on: date | None = None
    members: int = 0


def advise(*, users: int | None, groups: Sequence[GroupFacts], plan: StagePlan, today: date) -> list[Advice]:
    """What to open, merge and split. `users` of the product, None while unknown: then only what the groups themselves show."""
    stage = plan.stage(users) if users is not None else None
    found = [*_crowded(groups, plan, today), *_to_open(groups, stage, plan), *_to_merge(groups, stage, plan)]
    order = list(Action)
    return sorted(found, key=lambda advice: order.index(advice.action))


def _crowded(groups: Sequence[GroupFacts], plan: StagePlan, today: date) -> Iterator[Advice]:
    for group in groups:
        soon = group.filling.on is not None and (group.filling.on - today).days <= plan.ahead
        if group.running and group.members > group.size.high:
            yield Advice(Action.SPLIT, group.kind, (group.pk,), group.size, members=group.members)
        elif group.running and (soon or group.members == group.size.high):
            yield Advice(Action.PREPARE, group.kind, (group.pk,), group.size, on=group.filling.on, members=group.members)


def _to_open(groups: Sequence[GroupFacts], stage: Stage | None, plan: StagePlan) -> Iterator[Advice]:
    present = {group.kind for group in groups}
    for kind in WANTED[stage] if stage else ():
        if kind not in present:
            yield Advice(Action.OPEN, kind, size=target_range(kind, stage, plan))


def _to_merge(groups: Sequence[GroupFacts], stage: Stage | None, plan: StagePlan) -> Iterator[Advice]:
    """Per kind and region the two smallest that are both too small and fit together; at the MVP stage one core group is enough."""
    rooms: dict[tuple[str, str], list[GroupFacts]] = {}
    for group in groups:
        if group.running and group.members:
            rooms.setdefault((group.kind, group.region), []).append(group)
    for (kind, _region), alike in rooms.items():
        first, *rest = sorted(alike, key=lambda group: (group.members, group.pk))
        if not rest:
            continue
        both, high = first.members + rest[0].members, max(first.size.high, rest[0].size.high)
        too_small = first.members < first.size.low and rest[0].members < rest[0].size.low
        one_is_enough = stage == Stage.MVP and kind == "product"
        if (too_small or one_is_enough) and both <= high:
            yield Advice(Action.MERGE, kind, (first.pk, rest[0].pk), first.size, members=both)
