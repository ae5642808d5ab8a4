"""A rehearsal over ninety simulated days equals what the live pipeline then does, case by case.

`python -m tests.rehearsal` (just prove-rehearsal) plays a community twice, each time on an installation of its own: with every rule a
draft, where the rules are rehearsed afterwards; and with the same rules live, where what happened is compared, and rehearsed too.
Both at once, on PostgreSQL; what was counted becomes a row of docs/reference/proof.md. The suite compares a few days.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time as stopwatch
from collections import Counter
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

from groupops.operations import proof
from tests import servers

DAYS, END = 90, date(2026, 11, 21)  # an autumn with its week of holidays
LIVES = ("drafts", "live")
SHOWN = 10  # differences that are printed
HEADING = "## A rehearsal is what then happens"
COLUMNS = (
    "database", "groups × members", "days", "messages", "batches", "recalled", "reports", "cases", "by the machine", "steps reached",
    "waiting for people", "withdrawn", "only rehearsed", "only real", "afterwards new", "afterwards gone", "live (s)", "rehearsal (s)",
)  # fmt: skip


def main() -> int:
    """0 when every case is the same."""
    options = _options()
    if options.life:
        sys.stdout.write(json.dumps(_life(options)))
        return 0
    drafts, live = _both(options)
    rehearsed, really, again = (
        {tuple(map(str, one.values())) for one in cases} for cases in (drafts["rehearsed"], live["really"], live["rehearsed"])
    )
    only = [sorted(rehearsed - really), sorted(really - rehearsed), sorted(again ^ really)]
    for what, cases in zip(("only rehearsed", "only real", "differently rehearsed afterwards"), only, strict=True):
        sys.stdout.writelines(f"{what}: {' '.join(case)}\n" for case in cases[:SHOWN])
    counted = _counted(drafts, live, only, options)
    sys.stdout.write(f"{dict(zip(COLUMNS, counted, strict=True))}\n")
    if options.record:
        proof.add_row(options.record, heading=HEADING, introduction=INTRODUCTION, columns=COLUMNS, cells=counted)
    return 0 if really and not any(only) and live["same"] == len(really) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.rehearsal", description=__doc__)
    parser.add_argument("--groups", type=int, default=4)
    parser.add_argument("--members", type=int, default=300, help="of each group (300)")
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--sqlite", action="store_true", help="instead of a PostgreSQL of its own")
    parser.add_argument("--record", type=Path, help="add a row to this page")
    parser.add_argument("--life", choices=LIVES, help="play one of the two on the database of the environment (used by the command itself)")
    return parser.parse_args()


def _both(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Each of the two in a process with servers of its own."""
    told = [f"--{name}={getattr(options, name)}" for name in ("groups", "members", "days", "seed")]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="groupops-rehearsal-")))
        running = []
        for life in LIVES:
            own = {"DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": "", "REDIS_URL": ""}
            if not options.sqlite:
                own |= {"DATABASE_URL": stack.enter_context(servers.postgresql()), "REDIS_URL": stack.enter_context(servers.redis())}
            file = stack.enter_context((folder / life).open("w"))
            command = [sys.executable, "-m", "tests.rehearsal", f"--life={life}", *told]
            running.append(subprocess.Popen(command, stdout=file, env=os.environ | own))
        try:
            broken = [process.wait() for process in running]
        finally:
            for process in running:
                process.terminate()
        if any(broken):
            raise SystemExit("A life did not come to its end.")
        return [json.loads((folder / life).read_text()) for life in LIVES]


def _life(options: argparse.Namespace) -> dict[str, Any]:
    """Migrate the database of the environment, play, rehearse, and tell the cases."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    from moderation.models import RehearsedCase
    from moderation.models.rehearsals import Which
    from tests.moderation.rehearsals import life, shapes

    setup_test_environment(debug=False)  # else every statement is remembered
    call_command("migrate", verbosity=0)
    live, chosen = options.life == "live", {name: getattr(options, name) for name in ("groups", "members", "days", "seed")}
    here = life.settled(**chosen, end=END, live=live)
    began = stopwatch.monotonic()
    life.lived(here)
    played = stopwatch.monotonic()
    row = life.rehearse(here, days=options.days, which=Which.LIVE if live else Which.ALL)
    compared = Counter(RehearsedCase.objects.filter(rehearsal=row).values_list("compared", flat=True))
    return {
        "told": here.told,
        "rehearsed": [one._asdict() for one in shapes.rehearsed(row).values()],
        "really": [one._asdict() for one in shapes.really(here.groups).values()],
        "seconds": [round(played - began), round(stopwatch.monotonic() - played)],
        **{name: compared[name] for name in ("new", "same", "gone")},
    }


def _counted(drafts: dict[str, Any], live: dict[str, Any], only: list[list[Any]], options: argparse.Namespace) -> list[object]:
    """A row of COLUMNS."""
    cases, told = live["really"], Counter(live["told"])
    states, steps = Counter(case["state"] for case in cases), Counter(case["step"] for case in cases if case["step"] is not None)
    return [
        "SQLite" if options.sqlite else "PostgreSQL", f"{options.groups} × {options.members}", options.days,
        told["messages"], told["batches"], told["recalled"], told["reports"],
        len(cases), states["punished"], ", ".join(f"{n} × {step + 1}" for step, n in sorted(steps.items())),
        states["open"] + states["second"], states["withdrawn"],
        len(only[0]), len(only[1]), live["new"], live["gone"], live["seconds"][0], drafts["seconds"][1],
    ]  # fmt: skip


INTRODUCTION = """\
Written by `just prove-rehearsal`: a simulated community lives through ninety days twice, each time on an installation of its own: the same
messages in the same batches, of a minute, ten minutes or an hour from day to day. Once every rule is a draft, and the rules are
rehearsed over the ninety days; once they are live. Beside the simulator's talk, by dice, members recall, report and advertise again and
again. Every shipped rule, most of them acting by themselves; insults; a model that asks and one that may act. Compared is whom a case
is about, its messages, offence, rule, state, why a person decides and, where the machine decided, the step. *Afterwards*: the live
history rehearsed under its own rules."""

if __name__ == "__main__":
    sys.exit(main())
