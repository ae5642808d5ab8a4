"""The weekly look at all members, against the raw SQL that the same rows cost.

    DATABASE_URL=postgres://… python bench/sweep.py [--members 1000000] [--runs 3]

Both write into the same table with the same indexes and keys, in one transaction that is rolled back. The floor knows no exemptions,
no coverage and no counts. Works in a test database of its own, which is dropped at the end.
"""

import argparse
import resource
from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import connection as database
from django.db import transaction
from measuring import Spent, own_database, spent

from groupops.groups.models import Group, GroupDay
from groupops.shared import clock
from members.models import Membership, Person, SweepRun
from members.sweep import services as sweeping
from members.sweeping import week_of
from tests.factories.groups import GroupFactory, KindFactory

CROWD = 500  # members of a group
DAYS = 105
SILENT = 5  # every fifth has not spoken for long


def people(members: int, at: datetime) -> None:
    """Groups of CROWD members that were heard every day."""
    kind = KindFactory()
    groups = [GroupFactory(kind=kind) for _n in range(max(members // CROWD, 1))]
    days = [at.date() - timedelta(days=n) for n in range(DAYS)]
    GroupDay.objects.bulk_create((GroupDay(group=group, day=day, messages=9) for group in groups for day in days), batch_size=5000)
    came = at - timedelta(days=300)
    for group in groups:
        crowd = [
            Person(realm="memory", remote_id=f"{group.pk}-{n}", name=f"群友{n}", named_at=came, first_seen_at=came) for n in range(CROWD)
        ]
        Person.objects.bulk_create(crowd)
        rows = [
            Membership(person=person, group=group, joined_at=came, last_spoke_at=at - timedelta(days=(100 if n % SILENT == 0 else 3)))
            for n, person in enumerate(crowd)
        ]
        Membership.objects.bulk_create(rows)


def undone(work: Callable[[], object]) -> Spent:
    """What `work` takes, with the check of its foreign keys; nothing of it is kept."""

    def whole() -> None:
        with transaction.atomic():
            work()
            database.check_constraints()
            transaction.set_rollback(True)

    return spent(whole)


def floor(at: datetime, week: date) -> None:
    """One run for all groups' rows, by hand."""
    runs = [
        SweepRun(group=group, week=week, mode="dry_run", at=at, silent_before=at - timedelta(days=90), newcomers_after=at, counted_at=at)
        for group in Group.objects.all()
    ]
    SweepRun.objects.bulk_create(runs)
    with database.cursor() as cursor:
        cursor.execute(
            "INSERT INTO members_sweepcase (run_id, membership_id, last_spoke_at, exempt, state, state_at, key, needs_second, why) "
            "SELECT r.id, m.id, m.last_spoke_at, '', 'candidate', r.at, '', %s, '' FROM members_membership m "
            "JOIN members_sweeprun r ON r.group_id = m.group_id WHERE m.left_at IS NULL AND m.last_spoke_at < r.silent_before",
            [False],
        )


def compare(members: int, runs: int) -> None:
    """Print both, and the median ratio; then that a second look changes nothing and takes no more memory."""
    at = clock.now()
    later, week = at + timedelta(days=7), week_of(at.date())  # by then this week's hour has come in every zone
    people(members, at)
    with database.cursor() as cursor:
        cursor.execute("ANALYZE")
    ratios = []
    for _n in range(runs):
        raw, ours = undone(lambda: floor(later, week)), undone(lambda: sweeping.plan(at=later))
        ratios.append(ours.wall / raw.wall)
        print(f"raw SQL {raw.wall:.2f} s, the sweep {ours.wall:.2f} s: {ratios[-1]:.2f}")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    made, again = sweeping.plan(at=later), sweeping.plan(at=later)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    median = sorted(ratios)[len(ratios) // 2]
    print(f"{members:,} members, {database.vendor}: ratio {median:.2f}; {made} runs, again {again}; {grown} MiB more memory")


def main() -> None:
    """Parse, and compare in a database of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    with own_database():
        compare(given.members, given.runs)


if __name__ == "__main__":
    main()
