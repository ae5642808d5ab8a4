"""Many judges at one case in the same moment: one decision, one strike, everybody else is told who was faster.

`python -m tests.races` (just prove-races) has fifty judges at each of a thousand cases on a PostgreSQL of its own and writes what it
counted into docs/reference/proof.md; the suite has a few at a few.
"""

import argparse
import os
import sys
import threading
import time as stopwatch
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from groupops.operations import proof
from tests import servers

if TYPE_CHECKING:
    from groupops.accounts.models import User
    from moderation.models import Case

PATIENCE = 60  # seconds until all judges stand at a case
HEADING = "## One decision a case"
COLUMNS = (
    "database", "judges", "cases", "won", "told who was faster", "other", "decisions", "punished", "strikes", "deliveries", "doubled",
)  # fmt: skip


def race(*, racers: int, cases: int) -> Counter[str]:
    """So many judges at each of so many cases, half of them for a punishment. Needs an empty database that threads share.

    Counts `won`, `late` (told who was faster), `silent` (told nothing), `locked`; and what is in the database afterwards.
    """
    from django.db.models import Count

    from groupops.messaging.models import Delivery
    from moderation.models import Case, Decision, Strike
    from moderation.policy import Verdict
    from tests.factories.accounts import operator
    from tests.factories.moderation import CaseFactory

    judges, counts = [operator() for _n in range(racers)], list[Counter[str]]()
    raced, gate = [CaseFactory.create() for _n in range(cases)], threading.Barrier(racers)
    threads = [threading.Thread(target=_judge, args=(raced, n, judge, gate, counts)) for n, judge in enumerate(judges)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = Case.objects.annotate(n=Count("decisions", distinct=True), m=Count("strikes", distinct=True)).values_list("n", "m")
    results = sum(counts, Counter[str]())
    results.update(
        decisions=Decision.objects.count(),
        punished=Decision.objects.filter(verdict=Verdict.PUNISH).count(),
        strikes=Strike.objects.count(),
        deliveries=Delivery.objects.count(),
        doubled=sum(decisions != 1 or strikes > 1 for decisions, strikes in found),
    )
    return results


def sound(results: Counter[str], *, racers: int, cases: int) -> bool:
    """One won every case, all others were told, and a punishment is one strike and the two acts of the ladder's first step."""
    told = (results["won"], results["late"]) == (cases, cases * (racers - 1))
    kept = results["decisions"] == cases and results["strikes"] == results["punished"] and not results["doubled"]
    return told and kept and results["deliveries"] == 2 * results["punished"]


def _judge(cases: Sequence["Case"], n: int, by: "User", gate: threading.Barrier, counts: list[Counter[str]]) -> None:
    """One judge at case after case, each begun by all of them together. Of one that breaks down the others know by the gate."""
    from django.db import OperationalError, connection

    from moderation import services as moderation
    from moderation.policy import Verdict
    from tests.factories.groups import NOW

    results = Counter[str]()
    try:
        for case in cases:
            gate.wait(PATIENCE)
            try:
                moderation.decide(case=case, verdict=Verdict.PUNISH if n % 2 else Verdict.CLEAN, version=case.version, by=by, at=NOW)
                results["won"] += 1
            except moderation.AlreadyDecided as refusal:
                results["late" if str(refusal) else "silent"] += 1
            except OperationalError:
                results["locked"] += 1
    finally:
        counts.append(results)
        connection.close()


def main() -> int:
    """Prove it on a PostgreSQL that is made and thrown away; exit 1 when a case has two decisions, or none."""
    parser = argparse.ArgumentParser(prog="python -m tests.races", description=__doc__)
    parser.add_argument("--judges", type=int, default=50)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--record", type=Path, help="add a row to this page")
    options = parser.parse_args()
    with servers.postgresql() as database, servers.redis() as redis:
        os.environ.update(DJANGO_SETTINGS_MODULE="tests.settings", DATABASE_URL=database, REDIS_URL=redis)
        results = _alone(options.judges, options.cases)
    sys.stdout.write(f"{results}\n")
    if options.record:
        cells = ["PostgreSQL", options.judges, options.cases, results["won"], results["late"], results["silent"] + results["locked"]]
        cells += [results[name] for name in ("decisions", "punished", "strikes", "deliveries", "doubled")]
        proof.add_row(options.record, heading=HEADING, introduction=INTRODUCTION, columns=COLUMNS, cells=cells)
    return 0 if sound(results, racers=options.judges, cases=options.cases) else 1


def _alone(judges: int, cases: int) -> Counter[str]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections
    from django.test.utils import setup_test_environment

    setup_test_environment(debug=False)  # else every statement is remembered
    call_command("migrate", verbosity=0)
    began = stopwatch.monotonic()
    try:
        return race(racers=judges, cases=cases)
    finally:
        connections.close_all()
        sys.stderr.write(f"{cases} cases in {stopwatch.monotonic() - began:.0f} s\n")


INTRODUCTION = """\
Written by `just prove-races`: for each case so many judges decide in the same moment, each in a thread with a connection of its own, half
of them for a punishment. *Told*: who was slower was told who had decided. *Other*: told nothing, or stopped by a lock. A punishment is
one strike and two deliveries, the acts of the ladder's first step. *Doubled*: cases without exactly one decision, or with two strikes."""

if __name__ == "__main__":
    sys.exit(main())
