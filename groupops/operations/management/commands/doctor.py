"""Looks whether what must be true of the database is true: `manage.py doctor`."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from groupops.operations.doctor import services as doctor
from groupops.operations.doctor.services import Finding
from groupops.shared import clock, invariants
from groupops.shared.invariants import Look

REFERENCE = """\
# The doctor

<!-- Written by `manage.py doctor --reference` from the code. Do not edit. -->

`manage.py doctor` looks whether what must be true of the data is true: what breaks it is named by table and number, and the exit code is 1.
Every hour the same is looked at by itself (the audit chain by what its own verifier last found): a breach is a critical alarm that closes
when it has healed. Each app says what must hold of its rows, in its `invariants.py` (`settings.INVARIANTS`). `--json` for programs.

"""


class Command(BaseCommand):
    """Exit code 0 when every invariant holds, 1 with the rows that break one. Alarms open and close by it as by the hourly look."""

    help = "Look whether what must be true of the database is true; name the rows that break it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """For programs, and for the docs."""
        parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")
        parser.add_argument("--reference", action="store_true", help="look at nothing; print docs/reference/doctor.md")

    def handle(self, *args: Any, **options: Any) -> None:
        """Everything, the whole hash chain too; nothing but alarms is changed."""
        if options["reference"]:
            self.stdout.write(reference(), ending="")
            return
        at, found = clock.now(), []
        for one in doctor.findings(Look(at, thorough=True)):
            found.append(one)
            if not options["json"]:
                self._say(one)
        doctor.keep(found, at=at)
        if options["json"]:
            self.stdout.write(json.dumps([_plain(one) for one in found], indent=1))
        broken = [one for one in found if not one.holds]
        if broken:
            raise CommandError(f"{len(broken)} of {len(found)} invariants do not hold.")
        if not options["json"]:
            self.stdout.write(self.style.SUCCESS(f"All {len(found)} invariants hold."))

    def _say(self, one: Finding) -> None:
        mark = self.style.SUCCESS("ok    ") if one.holds else self.style.ERROR("BROKEN")
        self.stdout.write(f"{mark} {one.invariant.key:<32} {one.invariant.says} ({one.seconds:.1f} s)")
        if one.error:
            self.stdout.write(f"         could not be looked at: {one.error}")
        for row in one.found.rows:
            self.stdout.write(f"         {row}")
        if more := one.found.count - len(one.found.rows):
            self.stdout.write(f"         and {more} more")
        self.stdout.flush()


def reference() -> str:
    """The list of invariants as a page of the docs."""
    rows = [f"| `{one.key}` | {one.says} |" for one in invariants.registered()]
    return REFERENCE + "\n".join(["| invariant | what must be true |", "| --- | --- |", *rows, ""])


def _plain(one: Finding) -> dict[str, Any]:
    told = {"key": one.invariant.key, "says": one.invariant.says, "holds": one.holds, "error": one.error}
    return told | {"count": one.found.count, "rows": list(one.found.rows), "seconds": round(one.seconds, 2)}
