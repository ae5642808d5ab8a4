"""What needs a person to look at it."""

from collections.abc import Iterable

from django.db.models import Case, IntegerField, Model, Q, QuerySet, Value, When

from groupops.record.models import Alarm

LOUDNESS = [Alarm.Severity.CRITICAL, Alarm.Severity.WARNING, Alarm.Severity.NOTICE]


def open_alarms(*, groups: Iterable[int] | QuerySet[Model] | None = None) -> QuerySet[Alarm]:
    """Open alarms, the loudest and then the oldest first. `groups` leaves those of the site and of these groups (ids)."""
    found = Alarm.objects.filter(closed_at=None)
    if groups is not None:
        found = found.filter(Q(group_id=None) | Q(group_id__in=groups))
    loudness = Case(*[When(severity=severity, then=Value(rank)) for rank, severity in enumerate(LOUDNESS)], output_field=IntegerField())
    return found.annotate(loudness=loudness).order_by("loudness", "opened_at", "id")
