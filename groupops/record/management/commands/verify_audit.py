"""Recomputes the audit trail's hash chain and says whether it holds: `manage.py verify_audit`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from groupops.record import heads, queries
from groupops.record.models import AuditEntry, AuditSeal
from groupops.record.queries.chain import UNREADABLE


class Command(BaseCommand):
    """Exit code 0 when every link holds, 1 with the first altered row. Heads noted outside the database are compared, too."""

    help = "Recompute the hash chain of the audit trail and say whether it holds."

    def handle(self, *args: Any, **options: Any) -> None:
        """From the first link to the last; nothing is changed."""
        report = queries.verify_chain()
        if report.broken_at is not None:
            raise CommandError(
                f"The audit trail is broken at link {report.broken_at}{_row(report.broken_at)}: {report.reason}. "
                f"{report.links} links before it hold."
            )
        if contradicted := heads.contradicted():
            raise CommandError(f"The audit trail does not hold a head that {heads.home()} knows: {contradicted[0]}")
        since = queries.unsealed_since()
        self.stdout.write(self.style.SUCCESS(f"The audit trail holds: {report.links} links, head {report.digest}."))
        if since:
            self.stdout.write(f"Entries since {since:%Y-%m-%d %H:%M:%S %Z} wait for their seal.")


def _row(number: int) -> str:
    """What the link is about, as far as it can still be read."""
    try:
        pk = AuditSeal.objects.filter(number=number).values_list("entry_id", flat=True).first()
        verb = AuditEntry.objects.filter(pk=pk).values_list("verb", flat=True).first() if pk else None
    except UNREADABLE:
        return ""
    return f" (entry {pk}, {verb})" if verb else f" (entry {pk})" if pk else ""
