"""Restores a backup into an empty database, where everything then stands still: `manage.py restore FILE`."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from groupops.messaging.models import Connection
from groupops.operations.backup import restoring
from groupops.operations.backup.restoring import Restored
from groupops.shared import clock, secretbox
from groupops.shared.errors import Refused

SHOWN = 20


class Command(BaseCommand):
    """Exit code 0 when every row is there and every invariant holds, 1 when not, or when it was refused; then nothing was changed."""

    help = "Restore a backup into an empty database. Nothing leaves before a person lets it go on."
    requires_system_checks = ()  # the database has no tables yet

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, and the key when it is not that of the settings."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--key-file", type=Path, help="a file with the key (or several, a line each)")
        parser.add_argument("--verify", action="store_true", help="read every row back and compare")
        parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        """What came back, what was left alone, and what would go out."""
        at = clock.now()
        try:
            given = options["key_file"].read_text().split() if options["key_file"] else []
            done = restoring.restore(options["file"], keys=[*given, *settings.BACKUP_KEYS], at=at, verify=options["verify"])
        except (Refused, OSError) as refusal:
            raise CommandError(str(refusal)) from None
        if options["json"]:
            self.stdout.write(json.dumps(_plain(done)))
        else:
            self._say(done)
            self._outgoing()
        if not done.is_well:
            raise CommandError("Not everything is well: see above." if not options["json"] else "Not everything is well.")

    def _say(self, done: Restored) -> None:
        self.stdout.write(
            f"Restored: {done.rows:,} rows and {done.files} files of {done.made_at:%Y-%m-%d %H:%M:%S} UTC in {done.seconds:.1f} s."
        )
        for name in done.differing:
            self.stdout.write(self.style.ERROR(f"Reads back otherwise: {name}"))
        for one in done.doctor:
            if not one.holds:
                self.stdout.write(
                    self.style.ERROR(f"Broken: {one.invariant.key}: {one.invariant.says} {one.error} {', '.join(one.found.rows)}")
                )
        self.stdout.write(
            f"Left alone, because it may have been sent after the backup: {done.missed} messages, {done.slots} slots, {done.posts} posts."
        )
        self.stdout.write(f"Outcome unknown, because it was being sent during the backup: {done.unknown} messages.")
        if done.paused:
            self.stdout.write("Everything stands still until a person lets it go on.")
        if unreadable := _unreadable():
            self.stdout.write(self.style.WARNING(f"CREDENTIAL_KEYS does not open the credentials of: {', '.join(unreadable)}."))

    def _outgoing(self) -> None:
        rows = restoring.outgoing(at=clock.now())
        self.stdout.write(f"Would go out now: {len(rows)} messages.")
        for row in rows[:SHOWN]:
            self.stdout.write(f"  {row.due_at:%m-%d %H:%M} {row.group}: {' '.join(row.text.split())[:60]}")
        self.stdout.write(f"Look at them, and let them go on: {settings.PUBLIC_URL}{reverse('messaging:resume-all')}")


def _unreadable() -> list[str]:
    names = []
    for connection in Connection.objects.order_by("pk"):
        try:
            _credentials = connection.credentials
        except secretbox.SecretsUnreadable:
            names.append(connection.name)
    return names


def _plain(done: Restored) -> dict[str, Any]:
    broken = [one.invariant.key for one in done.doctor if not one.holds]
    told = {"well": done.is_well, "rows": done.rows, "files": done.files, "seconds": round(done.seconds, 2), "paused": done.paused}
    told |= {"doctor_seconds": round(sum(one.seconds for one in done.doctor), 2)}
    return told | {"differing": done.differing, "broken": broken, "missed": done.missed, "unknown": done.unknown, "slots": done.slots}
