"""No slot missing, none double: the planner over ten years in every zone of the world, its clock jumping and its beats lost or many.

`python -m tests.slots` (just prove-slots) takes every zone and writes what it counted into docs/reference/proof.md; the suite takes a few.
What is expected is worked out here anew, minute by minute, from the rule's words, and not by the code under test.
"""

import argparse
import random
import sys
import time as stopwatch
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from groupops.operations import proof

YEARS, LEAVING = 10, 2  # of planning, and of slots that leave too
BEGIN = datetime(2024, 1, 1, 0, 7, tzinfo=UTC)  # three published years, then seven that are not
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
ZONES = sorted(available_timezones() - {"localtime", "Factory"})
# Hours at which clocks jump come up often.
TIMES = [time(hour, minute) for hour in (0, 1, 2, 3, 23) for minute in (0, 15, 30, 59)] + [time(hour) for hour in range(24)]
HEADING = "## No slot missing, none double"
COLUMNS = (
    "zones", "rules", "planner runs", "slots expected", "missing", "doubled", "wrong moment", "settled", "posts", "posts doubled",
)  # fmt: skip


@dataclass
class Count:
    """What a run has seen."""

    zones: int = 0
    rules: int = 0
    beats: int = 0
    expected: int = 0
    missing: int = 0
    doubled: int = 0
    wrong: int = 0
    settled: int = 0
    posts: int = 0
    posts_doubled: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether everything is as it should be."""
        return self.expected > 0 and not (self.missing or self.doubled or self.wrong or self.posts_doubled)


def prove(zones: Sequence[str], *, shapes: int, seed: int, release: bool, years: int = YEARS) -> Count:
    """Plan `shapes` rules in every zone for `years`, with a clock that jumps; with `release` the slots leave too.

    Needs an empty database. Kinds have no plan here: only these rules speak.
    """
    from content.models import Schedule

    dice, count = random.Random(seed), Count(zones=len(zones))
    made = [_rule(zone, dice, n) for zone in zones for n in range(shapes)]
    Schedule.objects.bulk_create(made, batch_size=500)
    count.rules = len(made)
    last = _run(BEGIN, BEGIN + timedelta(days=365 * years), dice, count, release=release)
    for schedule in Schedule.objects.select_related("group").order_by("pk"):
        _judge(schedule, last, count, release=release)
    return count


def _rule(zone: str, dice: random.Random, number: int) -> "Schedule":  # type: ignore[name-defined]  # noqa: F821
    from content.models import GroupPlan, Schedule
    from content.policy import Holidays, PostKind
    from tests.factories.groups import GroupFactory

    group = GroupFactory.create(zone=zone, kind__slug="proof", name=f"{zone} {number}")
    GroupPlan.objects.create(group=group, follows=False)
    start = BEGIN.date() + dice.choice([timedelta(0), timedelta(days=dice.randint(1, 900))])
    end = start + timedelta(days=dice.randint(30, 3000)) if dice.random() < 0.3 else None
    skip = sorted({(start + timedelta(days=dice.randint(0, 3000))).isoformat() for _n in range(dice.choice([0, 0, 5, 40]))})
    return Schedule(
        group=group, title="槽", body="早", kind=dice.choice(PostKind.values), weekdays=dice.choice([127, 31, 96, dice.randint(1, 127)]),
        at=dice.choice(TIMES), holidays=Holidays.values[number % len(Holidays.values)], catch_up=dice.choice(["skip", "once_late", "ask"]),
        start=start, end=end, skip=skip, created_at=BEGIN,
    )  # fmt: skip


def _run(begin: datetime, end: datetime, dice: random.Random, count: Count, *, release: bool) -> datetime:
    """Let the beats come until `end`; returns the latest moment that the clock has shown."""
    from content import services as content
    from content.services import planning

    planning.plan(at=begin)
    now = latest = begin
    while now < end:
        now += _step(dice, release=release)
        for _beat in range(dice.choice([0, 1, 1, 1, 2, 5])):
            seen = now + timedelta(minutes=dice.randint(-120, 120)) if dice.random() < 0.3 else now
            latest = max(latest, seen)
            planning.plan(at=seen)
            if release:
                content.release(at=seen)
            count.beats += 1
    latest = max(latest, now)
    planning.plan(at=latest)
    while release and content.release(at=latest).settled:
        pass
    return latest


def _step(dice: random.Random, *, release: bool) -> timedelta:
    """To the next beats: minutes mostly where posts are to leave, days where only rows are made, now and then an outage of weeks."""
    if dice.random() < 0.02:
        return timedelta(days=dice.randint(9, 40))
    return timedelta(minutes=dice.randint(20, 900)) if release else timedelta(hours=dice.randint(60, 700))


def _judge(schedule: "Schedule", last: datetime, count: Count, *, release: bool) -> None:  # type: ignore[name-defined]  # noqa: F821
    """Compare the rows of a rule with what its words say."""
    from content.models import Post, Slot
    from content.policy import HORIZON, SlotState

    wanted = dict(_expected(schedule, BEGIN, last + HORIZON - DAY * 2))
    rows = list(Slot.objects.filter(schedule=schedule).values_list("day", "due_at", "state"))
    days = Counter(day for day, _due, _state in rows)
    found = {day: due for day, due, _state in rows if day in wanted or day <= max(wanted, default=date.min)}
    count.expected += len(wanted)
    count.missing += _note(count, schedule, "missing", wanted.keys() - found.keys())
    count.doubled += _note(count, schedule, "doubled", [day for day, times in days.items() if times > 1])
    count.wrong += _note(count, schedule, "wrong", [day for day, due in found.items() if wanted.get(day) != due])
    if release:
        over = [state for day, due, state in rows if due <= last]
        count.settled += sum(state != SlotState.PLANNED for state in over)
        count.missing += sum(state == SlotState.PLANNED for state in over)
        posts = Counter(Post.objects.filter(slot__schedule=schedule).values_list("slot__day", flat=True))
        count.posts += sum(posts.values())
        count.posts_doubled += sum(times - 1 for times in posts.values())


def _note(count: Count, schedule: object, what: str, days: Sequence[date] | set[date]) -> int:
    if days and len(count.examples) < 20:
        count.examples.append(f"{what}: {vars(schedule)} {sorted(days)[:5]}")
    return len(days)


def _expected(schedule: "Schedule", begin: datetime, last: datetime) -> Iterator[tuple[date, datetime]]:  # type: ignore[name-defined]  # noqa: F821
    """Each local day with a slot, and its moment: from the first whose moment lies after `begin`."""
    zone, day = schedule.group.zone, (begin - DAY).date()
    until = last.astimezone(ZoneInfo(zone)).date()
    while day <= until:
        if schedule.start <= day and (schedule.end is None or day <= schedule.end) and _meant(schedule.weekdays, schedule.holidays, day):
            moment = _moment(zone, day, schedule.at)
            if moment > begin:
                yield day, moment
        day += DAY


@cache
def _meant(mask: int, holidays: str, day: date) -> bool:
    """The rule's words, read by a table of what an official day is."""
    from content import holidays as calendar

    named = [mask >> n & 1 == 1 for n in range(7)]
    plain, kind, festival = named[day.weekday()], calendar.day_kind(day), bool(calendar.festivals(day))
    whole = {"holiday": named[5] and named[6], "make_up": all(named[:5])}
    swapped = plain if kind == "holiday" and day.weekday() > 4 else whole.get(kind, plain)
    return {
        "usual": plain,
        "silent": plain and kind != "holiday",
        "calendar": swapped,
        "gives_way": swapped and not festival,
        "festival": plain and festival,
    }[holidays]


def _moment(zone: str, day: date, at: time) -> datetime:
    """Walk the minutes until the wall clock shows the time, or, where it never does, something later."""
    place, wanted = ZoneInfo(zone), datetime.combine(day, at)
    naive = (wanted - MINUTE * 1).replace(tzinfo=UTC)
    offsets = {(naive + timedelta(hours=hours)).astimezone(place).utcoffset() or timedelta(0) for hours in (-30, 0, 30)}
    starts = sorted(wanted.replace(tzinfo=UTC) - offset for offset in offsets)
    for moment in starts:
        if moment.astimezone(place).replace(tzinfo=None) == wanted:
            return moment
    moment = starts[0] - timedelta(hours=2)
    while moment.astimezone(place).replace(tzinfo=None) < wanted:
        moment += MINUTE
    return moment


def main() -> int:
    """Prove it for every zone, on an SQLite file of its own; exit 1 when something is missing or double."""
    parser = argparse.ArgumentParser(prog="python -m tests.slots", description=__doc__)
    parser.add_argument("--zones", type=int, default=0, help="so many zones (all)")
    parser.add_argument("--shapes", type=int, default=5, help="rules a zone (5: one of each way of dealing with holidays)")
    parser.add_argument("--leaving", type=int, default=12, help="zones in which the slots leave too (12)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--record", type=Path, help="add a row to this page")
    options = parser.parse_args()
    dice = random.Random(options.seed)
    zones = dice.sample(ZONES, options.zones) if options.zones else ZONES
    counts = [
        _alone(zones, options.shapes, options.seed, release=False),
        _alone(dice.sample(zones, min(options.leaving, len(zones))), options.shapes, options.seed + 1, release=True),
    ]
    for count in counts:
        sys.stdout.write(f"{count}\n")
    if options.record:
        _record(options.record, *counts)
    return 0 if all(count.sound for count in counts) else 1


def _alone(zones: Sequence[str], shapes: int, seed: int, *, release: bool) -> Count:
    """On a database that is made and thrown away."""
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from django.test.utils import setup_databases, teardown_databases

    made, began = setup_databases(verbosity=0, interactive=False), stopwatch.monotonic()
    try:
        return prove(zones, shapes=shapes, seed=seed, release=release, years=LEAVING if release else YEARS)
    finally:
        teardown_databases(made, verbosity=0)
        sys.stderr.write(f"{len(zones)} zones in {stopwatch.monotonic() - began:.0f} s\n")


def _record(page: Path, planned: Count, left: Count) -> None:
    """A row, under its heading."""
    cells = [
        planned.zones, planned.rules + left.rules, planned.beats + left.beats, planned.expected + left.expected,
        planned.missing + left.missing, planned.doubled + left.doubled, planned.wrong + left.wrong,
        left.settled, left.posts, left.posts_doubled,
    ]  # fmt: skip
    proof.add_row(page, heading=HEADING, introduction=INTRODUCTION, columns=COLUMNS, cells=cells)


INTRODUCTION = """\
Written by `just prove-slots`: ten years from 2024 on, in every zone that the machine knows, five rules each (one of every way of dealing
with holidays; weekdays, times, first and last days and days left out by dice). The planner's beats come 0 to 5 at a time, hours, days
or weeks apart, and its clock jumps by up to two hours, back and forth. *Expected* is worked out anew by walking the minutes. In some
zones the slots leave too, for two years: *settled* is what was due and became a post, missed or skipped."""


if __name__ == "__main__":
    raise SystemExit(main())
