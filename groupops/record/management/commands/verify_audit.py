"""Recomputes the audit trail's hash chain and says whether it holds: `manage.py verify_audit`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from groupops.record import queries


class Command(BaseCommand):
    """Exit code 0 when every link holds, 1 with the number of the first that does not."""

    help = "Recompute the hash chain of the audit trail and say whether it holds."

    def handle(self, *args: Any, **options: Any) -> None:
        """From the first link to the last; nothing is changed."""
        report = queries.verify_chain()
        if report.broken_at is not None:
            raise CommandError(
                f"The audit trail is broken at link {report.broken_at}: {report.reason}. {report.links} links before it hold."
            )
        since = queries.unsealed_since()
        self.stdout.write(self.style.SUCCESS(f"The audit trail holds: {report.links} links, head {report.digest}."))
        if since:
            self.stdout.write(f"Entries since {since:%Y-%m-%d %H:%M:%S %Z} wait for their seal.")
