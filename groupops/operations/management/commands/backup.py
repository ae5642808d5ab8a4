"""Writes a backup and proves it: `manage.py backup FILE|FOLDER`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from groupops.operations.backup import keeping
from groupops.shared import clock
from groupops.shared.errors import Refused


class Command(BaseCommand):
    """Exit code 0 when the backup is proven (or was not to be), 1 when it was refused or could not be proven."""

    help = "Write everything into one encrypted file, restore it into a scratch place, and say whether it is proven."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to, and what to leave out."""
        parser.add_argument("target", type=Path, help="the file; or a folder, where it gets a name with the moment")
        parser.add_argument("--unproven", action="store_true", help="do not try to restore it: it does not count")
        parser.add_argument("--nightly", action="store_true", help="afterwards remove old ones beyond BACKUP_KEEP")

    def handle(self, *args: Any, **options: Any) -> None:
        """What was written, how it went, and where its key lies."""
        try:
            done = keeping.back_up(options["target"], at=clock.now(), prove=not options["unproven"])
        except (Refused, OSError) as refusal:
            raise CommandError(str(refusal)) from None
        size = f"{done.size / 1024 / 1024:.1f} MiB"
        self.stdout.write(f"Written: {done.path} ({done.rows:,} rows, {size}, {done.seconds:.1f} s)")
        self.stdout.write(f"Key:     {done.key}, in {settings.BACKUP_KEY_HOME}. Without it the file is worthless: keep a copy apart.")
        if options["nightly"]:
            for path in keeping.forget_old():
                self.stdout.write(f"Removed: {path}")
            keeping.watch(at=clock.now())
        if options["unproven"]:
            self.stdout.write("Not proven: nobody tried to restore it.")
        elif done.proven_at is None:
            raise CommandError(f"Not proven: {done.error}")
        else:
            self.stdout.write(self.style.SUCCESS(f"Proven:  restored and examined in {done.restore_seconds:.1f} s."))
