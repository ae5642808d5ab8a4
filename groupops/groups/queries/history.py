"""Who changed a thing since somebody looked at it: from the audit trail, for the loser of two edits."""

from typing import Any

from django.db import models

from groupops.record.models import AuditEntry


def last_change(target: models.Model, *, since: int) -> tuple[str, list[str]] | None:
    """The name of who last changed `target` after its version `since`, and the names of the fields changed since then.

    Reads the `version` that every versioned edit writes into its audit line; None where there is no such line.
    """
    entries = (
        AuditEntry.objects.filter(target_type=target._meta.label_lower, target_id=str(target.pk), detail__after__version__gt=since)
        .select_related("by", "detail")
        .order_by("-id")[:20]
    )
    found = list(entries)
    if not found:
        return None
    changed: dict[str, Any] = {}
    for entry in reversed(found):
        changed |= entry.detail.after or {}
    changed.pop("version", None)
    return str(found[0].by or ""), list(changed)
