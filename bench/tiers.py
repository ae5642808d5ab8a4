"""How near a night of the tiers comes to what the database alone can do.

    DATABASE_URL=postgres://… python bench/tiers.py [--members 1000000] [--runs 3] [--change 5]

Eight rows of activity a member on average, in groups of 500; `change` per cent of the members move. Floor: one statement that sums the
activity of all members and one that writes the tiers of those that moved, in raw SQL. Measured: members.tiers.nights.judge, with marks,
history and shapes. Both write the same tiers; what they wrote is taken back between the runs. Only the ratio counts.
Works in a test database of its own, which is dropped at the end.
"""

# ruff: noqa: I001, S608  (measuring sets Django up before its models are imported; our own names)
import argparse
import resource
from datetime import UTC, datetime, timedelta

from measuring import median, own_database, spent

from django.db import connection as database

from groupops.groups.models import Group, GroupDay, Kind
from members.models import Membership, Person, TierChange, TierNight
from members.tiering import TierRule
from members.tiers import nights

AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
DAY = AT.date() - timedelta(days=1)
SIZE, RULE = 500, TierRule()
DAYS = (0, 3, 6, 9, 12, 15, 18, 21)  # days ago on which everybody did something


def run(sql: str) -> None:
    """One statement."""
    with database.cursor() as cursor:
        cursor.execute(sql)


def series(count: int) -> str:
    """Rows n = 1 … count."""
    if database.vendor == "postgresql":
        return f"generate_series(1, {count}) AS s (n)"
    return f"(WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count}) SELECT n FROM s) AS s"


def fill(members: int, change: int) -> None:
    """Groups, members and their activity; the tiers are right for all but `change` per cent, who rise."""
    kind = Kind.objects.first() or Kind.objects.create(slug="bench", name="bench", size_low=1, size_high=SIZE, level="free")
    groups = -(-members // SIZE)
    Group.objects.bulk_create([Group(pk=n, name=f"group {n}", kind=kind, level="free", created_at=AT) for n in range(1, groups + 1)])
    GroupDay.objects.bulk_create(
        [GroupDay(group_id=n, day=DAY - timedelta(days=ago), messages=9) for n in range(1, groups + 1) for ago in (0, 60)]
    )
    now = AT.strftime("%Y-%m-%d %H:%M:%S")
    person, member = Person._meta.db_table, Membership._meta.db_table
    run(
        f"INSERT INTO {person} (id, realm, remote_id, name, named_at, first_seen_at)"
        f" SELECT n, 'memory', 'p' || n, 'p' || n, '{now}', '{now}' FROM {series(members)}"
    )
    points = len(DAYS) * (RULE.per_day + RULE.per_message)
    right, wrong = ("active", "ordinary") if points >= RULE.active else ("ordinary", "lurker")
    yes, no = ("true", "false") if database.vendor == "postgresql" else ("1", "0")
    fixed = {
        "id": "n",
        "person_id": "n",
        "group_id": f"1 + (n - 1) / {SIZE}",
        "joined_at": "'2026-01-01'",
        "join_seen": yes,
        "rejoins": "0",
    }
    fixed |= {
        "tier": f"CASE WHEN n % 100 < {change} THEN '{wrong}' ELSE '{right}' END",
        "tier_since": "'2026-02-01'",
        "tier_lock_reason": "''",
    }
    blank = {
        field.column: no if field.get_internal_type() == "BooleanField" else "0" if "Integer" in field.get_internal_type() else "''"
        for field in Membership._meta.concrete_fields
        if not field.null and field.column not in fixed
    }
    columns = fixed | blank
    run(f"INSERT INTO {member} ({', '.join(columns)}) SELECT {', '.join(columns.values())} FROM {series(members)}")
    for ago in DAYS:
        run(
            "INSERT INTO members_dailyactivity (membership_id, day, messages, replies, contributions)"
            f" SELECT n, '{DAY - timedelta(days=ago)}', 1, 0, 0 FROM {series(members)}"
        )
    run("ANALYZE")


def floor() -> None:
    """The sums and the write, nothing else."""
    least = "LEAST" if database.vendor == "postgresql" else "MIN"
    score = (
        f"SUM({RULE.per_day} + {RULE.per_message} * {least}(messages, {RULE.messages_a_day}) + {RULE.per_reply} * replies + contributions)"
    )
    run(
        "CREATE TEMPORARY TABLE floor_tiers AS SELECT m.id, s.score FROM members_membership m JOIN (SELECT membership_id,"
        f" {score} AS score FROM members_dailyactivity WHERE day BETWEEN '{DAY - timedelta(days=29)}' AND '{DAY}' GROUP BY membership_id) s"
        f" ON s.membership_id = m.id WHERE m.tier <> CASE WHEN s.score >= {RULE.core} THEN 'core'"
        f" WHEN s.score >= {RULE.active} THEN 'active'"
        f" WHEN s.score >= {RULE.ordinary} THEN 'ordinary' ELSE 'lurker' END"
    )
    run(
        f"UPDATE members_membership SET tier_score = f.score, tier_since = '{DAY}', tier = CASE WHEN f.score >= {RULE.core} THEN 'core'"
        f" WHEN f.score >= {RULE.active} THEN 'active' ELSE 'ordinary' END FROM floor_tiers f WHERE members_membership.id = f.id"
    )
    run("DROP TABLE floor_tiers")


def back(change: int) -> None:
    """As before the night."""
    right = Membership.objects.order_by("-pk").filter(tier_since="2026-02-01").values_list("tier", flat=True)[0]
    wrong = {"active": "ordinary", "ordinary": "lurker"}[right]
    run(f"UPDATE members_membership SET tier = '{wrong}', tier_since = '2026-02-01', tier_score = NULL WHERE id % 100 < {change}")
    TierChange.objects.all()._raw_delete(TierChange.objects.db)
    TierNight.objects.all()._raw_delete(TierNight.objects.db)
    run("VACUUM ANALYZE members_membership" if database.vendor == "postgresql" else "ANALYZE")


def main() -> None:
    """Measure in a database that is made for it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--change", type=int, default=5)
    options = parser.parse_args()
    with own_database():
        fill(options.members, options.change)
        ratios, memory = [], 0
        for number in range(options.runs):
            low = spent(floor)
            back(options.change)
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            high = spent(lambda: nights.judge(at=AT))
            moved = TierChange.objects.count()
            back(options.change)
            ratios.append(high.wall / low.wall)
            print(f"run {number + 1}: floor {low.wall:.2f} s   night {high.wall:.2f} s ({moved} moved)   ratio {ratios[-1]:.2f}")
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024
        print(f"{database.vendor}, {options.members} members: {median(ratios):.2f} × the floor; memory grew by {grown:.0f} MiB")


if __name__ == "__main__":
    main()
