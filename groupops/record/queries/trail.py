"""The audit trail, with what its readers show."""

from django.db.models import QuerySet

from groupops.record.models import AuditEntry

NEWEST_FIRST = ("at", "id")  # for shared.paging


def with_everything(entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
    """The entries with actor, detail and seal in the same query."""
    return entries.select_related("by", "detail", "seal")


def verbs() -> list[str]:
    """Every verb that stands in the trail, for the filter."""
    return list(AuditEntry.objects.order_by("verb").values_list("verb", flat=True).distinct())


def target_types() -> list[str]:
    """Every kind of object that stands in the trail, for the filter."""
    return list(AuditEntry.objects.order_by("target_type").values_list("target_type", flat=True).distinct())
