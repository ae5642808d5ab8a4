"""Does every flipped byte of the audit trail come out? `just prove-audit`: a thousand flips on a SQLite file, behind the triggers' back."""
# ruff: noqa: S608 — the tables and columns are named here

import argparse
import os
import random
import sqlite3
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HEADING = "## No byte of the audit trail changes unnoticed"
INTRODUCTION = """\
Written by `just prove-audit`: one bit of one byte of one value is flipped at random, in the file, behind the triggers: any column of
entries, details, seals and their numbers. *Found*: the verifier stopped. *At the row*: it named the very link. *The same*: flips that
change a spelling and not what is read (`\\u4e2d` and `\\u4E2d`); they are not counted among the flips."""
COLUMNS = ("entries", "flips", "found", "at the row", "the same")
TABLES = {"record_auditentry": "id", "record_auditdetail": "entry_id", "record_auditseal": "number"}


@dataclass
class Counted:
    """What came of the flips."""

    flips: int = 0
    found: int = 0
    exactly: int = 0
    same: int = 0


def flip(cursor: Any, chance: random.Random) -> int | None:
    """Flip one bit of one value; returns the link it belongs to, or None where there was nothing to flip."""
    table, key = chance.choice(list(TABLES.items()))
    cursor.execute(f"SELECT name FROM pragma_table_info('{table}')")
    column = chance.choice([row[0] for row in cursor.fetchall()])
    cursor.execute(f"SELECT {key}, CAST({column} AS BLOB), typeof({column}) FROM {table} ORDER BY random() LIMIT 1")
    row, content, kind = cursor.fetchone()
    if not content:
        return None
    changed = bytearray(content)
    if kind == "integer":
        value: Any = int(content) ^ (1 << chance.randrange(16))
    else:
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        value = bytes(changed)
    as_kind = "?" if kind == "integer" else "CAST(? AS TEXT)"
    try:
        cursor.connection.execute(f"UPDATE {table} SET {column} = {as_kind} WHERE {key} = ?", [value, row])
    except sqlite3.IntegrityError:  # a number that is taken
        return None
    return int(row)


def trial(entries: int, flips: int, seed: int) -> Counted:
    """Write a trail, then flip and verify, each flip taken back. The chain must verify before and after."""
    from django.db import connection, transaction

    from groupops.record import queries
    from groupops.record.models import AuditDetail

    write(entries)
    chance, counted = random.Random(seed), Counted()
    assert queries.verify_chain().broken_at is None
    before = list(AuditDetail.objects.order_by("pk").values_list("before", "after", "label"))
    with connection.cursor() as cursor:
        bare(cursor)
        while counted.flips < flips:
            with transaction.atomic():
                row = flip(cursor, chance)
                report = queries.verify_chain()
                if row is not None and report.broken_at is None and _reads_the_same(before):
                    counted.same += 1
                elif row is not None:
                    counted.flips += 1
                    counted.found += report.broken_at is not None
                    counted.exactly += report.broken_at == row
                transaction.set_rollback(True)
    assert queries.verify_chain().broken_at is None
    return counted


def _reads_the_same(before: list[Any]) -> bool:
    from groupops.record.models import AuditDetail

    return list(AuditDetail.objects.order_by("pk").values_list("before", "after", "label")) == before


def write(entries: int) -> None:
    """A sealed trail of every shape."""
    from groupops.accounts.models import User
    from groupops.record import services as record
    from groupops.shared import clock

    user = User.objects.create(username="founder", role="founder")
    for n in range(entries):
        after = {"n": n, "text": "改成了别的" * (n % 3), "list": [1.5, None, True]} if n % 4 else None
        group = n if n % 2 else None
        record.audit(
            by=user if n % 5 else None, verb="group.update", target=user, at=clock.now(), before={"n": -n}, after=after, group_id=group
        )
    while record.seal(at=clock.now()):
        pass


def bare(cursor: Any) -> None:
    """The database as somebody with its file sees it: no triggers, no checks."""
    cursor.execute("PRAGMA foreign_keys = OFF")
    cursor.execute("PRAGMA ignore_check_constraints = ON")
    cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for (name,) in cursor.fetchall():
        cursor.execute(f'DROP TRIGGER "{name}"')


def main() -> int:
    """Exit code 1 when a flip was not found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=60)
    parser.add_argument("--flips", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0, help="0: another each time")
    parser.add_argument("--record", type=Path, help="the page that gets a row")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="groupops-tamper-") as state:
        os.environ |= {"GROUPOPS_STATE": state, "DJANGO_SETTINGS_MODULE": "groupops.settings", "LOG_LEVEL": "ERROR"}
        os.environ.pop("DATABASE_URL", None)
        import django

        django.setup()
        from django.core.management import call_command

        from groupops.operations import proof

        call_command("migrate", verbosity=0, interactive=False)
        counted = trial(chosen.entries, chosen.flips, chosen.seed or random.SystemRandom().randrange(2**32))
        sys.stdout.write(f"{counted.flips} flips, {counted.found} found, {counted.exactly} at the very row, {counted.same} read the same\n")
        if chosen.record:
            cells = [chosen.entries, counted.flips, counted.found, counted.exactly, counted.same]
            proof.add_row(chosen.record, heading=HEADING, introduction=INTRODUCTION, columns=COLUMNS, cells=cells)
    return 0 if counted.found == counted.flips else 1


if __name__ == "__main__":
    sys.exit(main())
