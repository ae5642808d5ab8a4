"""值守覆盖, decided: what counts as a gap, now and on a day that is over. Pure; waking time is groups.policy.Coverage's."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from groupops.groups.policy import Coverage, hour_of, waking_between

DAY = timedelta(days=1)
FEW = 0.2  # of a day's questions may find nobody in a lively group: a strip that is always red says nothing


class Gap(TextChoices):
    """What found nobody."""

    EMPTY = "empty", _("A day without content")
    QUESTION = "question", _("A question without an answer")
    SLOT = "slot", _("A post without any reaction")


class DayState(TextChoices):
    """How a day of a group was."""

    COVERED = "covered", _("Covered")
    MOSTLY = "mostly", _("Mostly covered")  # of many questions a few found nobody
    GAP = "gap", _("With a gap")
    OPEN = "open", _("Not over yet")
    NONE = "none", _("Nothing to cover")


@dataclass(frozen=True)
class Plan:
    """What a group's day holds: slots in all, those left out on purpose, and whether anything is still to come."""

    slots: int = 0
    skipped: int = 0
    coming: bool = False

    @property
    def is_silent(self) -> bool:
        """Whether it is meant to be silent: everything planned was left out."""
        return 0 < self.slots == self.skipped


@dataclass(frozen=True)
class Asked:
    """A question: when it was asked, and when it was settled (None: it waits)."""

    at: datetime
    until: datetime | None = None


@dataclass(frozen=True)
class Told:
    """A slot's post that left, and when somebody said something next (None: nobody has)."""

    at: datetime
    heard: datetime | None = None


Said = TypeVar("Said", Asked, Told)


@dataclass
class Facts:
    """What is known of a group. Days are local. `since`: when it got its room; `hears`: its platform ever told us of a message."""

    zone: str
    policy: Coverage
    since: datetime
    has_plan: bool = True
    hears: bool = True
    sent: dict[date, int] = field(default_factory=dict)
    plans: dict[date, Plan] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)

    def day_of(self, at: datetime) -> date:
        """The local day of a moment."""
        return at.astimezone(ZoneInfo(self.zone)).date()

    def silence(self, start: datetime, end: datetime | None, at: datetime) -> bool:
        """Whether so much waking time passed without anybody that it is a gap."""
        last = min(end or at, at)
        if last <= start or last - start < self.policy.silence:  # mostly: the wall clock need not be asked
            return False
        return waking_between(start, last, self.zone, self.policy) >= self.policy.silence


def open_gaps(facts: Facts, at: datetime) -> list[tuple[Gap, date]]:
    """The gaps that stand open at `at`, each with the local day it belongs to: the longest of a sort."""
    found = [(Gap.EMPTY, day) for day in _empty_day(facts, at)]
    fresh = facts.day_of(at) - DAY  # an alarm that stands for a week is not seen any more: what is older is the desk's alone
    waiting = sorted(asked.at for asked in facts.asked if asked.until is None and facts.day_of(asked.at) >= fresh)
    if waiting and facts.silence(waiting[0], None, at):
        found.append((Gap.QUESTION, facts.day_of(waiting[0])))
    unheard = sorted(told.at for told in facts.told if told.heard is None and facts.day_of(told.at) >= fresh)
    if facts.hears and unheard and facts.silence(unheard[0], None, at):
        found.append((Gap.SLOT, facts.day_of(unheard[0])))
    return found


def _empty_day(facts: Facts, at: datetime) -> Iterator[date]:
    """Today from the hour on at which content is missed; before it yesterday, until something is said."""
    today = facts.day_of(at)
    if not facts.has_plan:
        return
    if at >= hour_of(today, facts.policy.content_by, facts.zone):
        if not facts.plans.get(today, Plan()).coming and _was_empty(facts, today):
            yield today
    elif not facts.sent.get(today) and _was_empty(facts, today - DAY):
        yield today - DAY


def _was_empty(facts: Facts, day: date) -> bool:
    """Whether a day has no content, though it should: the group had its room in time, and nobody meant the day to be silent."""
    in_time = facts.since < hour_of(day, facts.policy.content_by, facts.zone)
    return in_time and not facts.sent.get(day) and not facts.plans.get(day, Plan()).is_silent


@dataclass(frozen=True)
class DayCover:
    """A day of the strip: how it was, the gaps it had, who was on duty."""

    day: date
    state: DayState
    gaps: tuple[Gap, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def reasons(self) -> str:
        """The gaps in words."""
        return str(_(", ")).join(str(gap.label) for gap in self.gaps)


def strip(facts: Facts, days: Sequence[date], at: datetime) -> list[DayCover]:
    """Each of these local days, as it was: what a question or a post found within it counts for the day it was said on."""
    today, asked, told = facts.day_of(at), _by_day(facts, facts.asked), _by_day(facts, facts.told)
    return [_day(replace(facts, asked=asked[day], told=told[day]), day, at, is_today=day == today) for day in days]


def _by_day(facts: Facts, said: Sequence[Said]) -> dict[date, list[Said]]:
    found: dict[date, list[Said]] = defaultdict(list)
    for one in said:
        found[facts.day_of(one.at)].append(one)
    return found


def _day(facts: Facts, day: date, at: datetime, *, is_today: bool) -> DayCover:
    """Of facts of which only the day's own questions and posts are left."""
    if facts.since >= hour_of(day, 24, facts.zone):
        return DayCover(day, DayState.NONE)
    found = []
    if facts.has_plan and _is_empty_by_now(facts, day, at, is_today=is_today):
        found.append(Gap.EMPTY)
    asked = facts.asked
    if lost := sum(facts.silence(one.at, one.until, at) for one in asked):
        found.append(Gap.QUESTION)
    if facts.hears and any(facts.silence(told.at, told.heard, at) for told in facts.told):
        found.append(Gap.SLOT)
    if found:
        few = found == [Gap.QUESTION] and lost <= FEW * len(asked)
        return DayCover(day, DayState.MOSTLY if few else DayState.GAP, tuple(found))
    if is_today:
        return DayCover(day, DayState.OPEN)
    nothing = not facts.sent.get(day) and not asked
    return DayCover(day, DayState.NONE if nothing else DayState.COVERED)


def _is_empty_by_now(facts: Facts, day: date, at: datetime, *, is_today: bool) -> bool:
    if not _was_empty(facts, day):
        return False
    late = at >= hour_of(day, facts.policy.content_by, facts.zone)
    return not is_today or (late and not facts.plans.get(day, Plan()).coming)
