"""What waits, for the system page: each number read from an index of the rows that are open."""

from datetime import datetime

from django.db.models import Count, Min, Q

from groupops.inbound.models import EventState, StoredEvent
from groupops.messaging import holding
from groupops.messaging.models import Delivery
from groupops.messaging.policy import CLAIMABLE, DeliveryState

WAITING = {
    "to_send": CLAIMABLE,
    "sending": (DeliveryState.CLAIMED,),
    "unknown": (DeliveryState.UNKNOWN,),
    "waiting_person": (DeliveryState.WAITING_PERSON,),
    "failed": (DeliveryState.FAILED, DeliveryState.MISSED),
}


def backlog() -> dict[str, int]:
    """How much waits: deliveries by what they wait for, events to be understood, events parked."""
    states = [state for named in WAITING.values() for state in named]
    rows = Delivery.objects.filter(state__in=states).order_by().values("state").annotate(n=Count("pk")).values_list("state", "n")
    by_state = dict(rows)
    return {name: sum(by_state.get(state, 0) for state in named) for name, named in WAITING.items()} | {
        "events_waiting": StoredEvent.objects.filter(state=EventState.PENDING).count(),
        "events_parked": StoredEvent.objects.filter(state=EventState.PARKED).count(),
    }


def oldest_due(at: datetime) -> datetime | None:
    """When what should have left first was due; None where nothing waits. What a pause or a sandbox's clock holds back does not wait."""
    due = Q(state=DeliveryState.PLANNED) | Q(state__in=CLAIMABLE) & (Q(not_before=None) | Q(not_before__lte=at))
    rows = Delivery.objects.filter(due, holding.free(), due_at__lte=at, group__sandbox=False)
    found: datetime | None = rows.exclude(group__lifecycle__in=holding.SILENT).aggregate(at=Min("due_at"))["at"]
    return found
