"""A list of 20,000 members: looked at and taken over, against the floor of inserting the same rows bare.

    DATABASE_URL=postgres://… python bench/roster_import.py [ROWS]

Works in a test database of its own, which is dropped at the end.
"""

# ruff: noqa: I001  (measuring sets Django up before its models are imported)

import sys
import time

from measuring import own_database

from django.utils import timezone

from groupops.accounts.models import User
from groupops.groups.models import Group, Kind
from groupops.shared import bulk
from members.importing import services, tables
from members.models import Membership, Person


def floor(group: Group, rows: int) -> float:
    """Seconds for the bare rows: persons, then memberships."""
    at, began = timezone.now(), time.monotonic()
    fields = ("realm", "remote_id", "name", "named_at", "first_seen_at")
    bulk.insert(Person, fields[:2], fields, [("floor", f"f{n}", f"成员{n}", at, at) for n in range(rows)])
    ids = Person.objects.filter(realm="floor").values_list("pk", flat=True)
    bulk.insert(Membership, ("person", "group"), ("person", "group", "joined_at"), [(pk, group.pk, at) for pk in ids])
    return time.monotonic() - began


def main(rows: int) -> None:
    """Print both, and their ratio."""
    at = timezone.now()
    content = ("昵称,微信号,入群时间\n" + "".join(f"成员{n},wx{n},2026-01-01 08:00\n" for n in range(rows))).encode()
    by, kind = User.objects.create(username="bench", name="bench", role="founder"), Kind.objects.filter(archived=False).order_by("pk")[0]
    one, two = (Group.objects.create(name=f"bench {n}", kind=kind, level=kind.level, created_at=at) for n in range(2))
    bare = floor(one, rows)
    began = time.monotonic()
    made, _new = services.stage(group=two, table=tables.read(content), name="bench.csv", digest="bench", by=by, at=at)
    looked = time.monotonic() - began
    services.start(roster_import=made, by=by, at=at)
    began = time.monotonic()
    services.take_over(import_id=made.pk, at=at)
    taken = time.monotonic() - began
    made.refresh_from_db()
    print(f"{rows} lines {made.counts}: looked at {looked:.1f} s, taken over {taken:.1f} s, bare rows {bare:.1f} s")
    print(f"ratio {(looked + taken) / bare:.1f}")


if __name__ == "__main__":
    with own_database():
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
