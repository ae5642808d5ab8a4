"""What must hold of stored events (settings.INVARIANTS)."""

from datetime import timedelta

from django.utils.translation import gettext_noop as _

from groupops.inbound.models import EventState, StoredEvent
from groupops.record.models import Alarm
from groupops.shared.invariants import Found, Invariant, Look, of_names, of_rows

GRACE = timedelta(minutes=30)


def kept() -> list[Invariant]:
    """That nothing waits for ever, and that what was parked is told."""
    return [
        Invariant("inbound.understood", _("No event waits for half an hour to be understood."), _waiting),
        Invariant("inbound.parked-is-told", _("Every parked event has an open alarm of its channel."), _parked),
    ]


def _waiting(look: Look) -> Found:
    return of_rows(StoredEvent.objects.filter(state=EventState.PENDING, received_at__lte=look.at - GRACE, connection__paused=False))


def _parked(look: Look) -> Found:
    rows = (
        StoredEvent.objects.filter(state=EventState.PARKED).exclude(group__sandbox=True).order_by().values_list("connection_id", flat=True)
    )
    told = set(Alarm.objects.filter(key__startswith="inbound-parked:", closed_at=None).values_list("key", flat=True))
    return of_names(f"messaging.connection {pk}" for pk in sorted(set(rows.distinct())) if f"inbound-parked:{pk}" not in told)
