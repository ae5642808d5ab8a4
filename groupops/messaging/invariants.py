"""What must hold of deliveries (settings.INVARIANTS)."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_noop as _

from groupops.messaging import watching
from groupops.messaging.models import Attempt, Delivery, Receipt
from groupops.messaging.policy import LAPSES, DeliveryState
from groupops.record.models import Alarm
from groupops.shared.invariants import Found, Invariant, Look, of_names, of_rows

GRACE = timedelta(minutes=15)  # the watchers that raise the alarms had their turns several times by then
STUCK = timedelta(minutes=5)  # after a lease that ran out; those who recover look every ten seconds
S = DeliveryState


def kept() -> list[Invariant]:
    """Receipts, claims, and that nothing open is forgotten."""
    return [
        Invariant("messaging.sent-has-receipt", _("Every sent delivery has its receipt."), _without_receipt),
        Invariant("messaging.receipt-was-sent", _("Every receipt belongs to a sent delivery."), _not_sent),
        Invariant("messaging.claims-end", _("No delivery is stuck in sending after its lease."), _stuck),
        Invariant("messaging.late-is-told", _("Nothing is open past its time without an open alarm, a pause or a lost channel."), _untold),
        Invariant("messaging.late-lapses", _("What lapsed is visibly missed."), _not_lapsed),
        Invariant("messaging.unknown-is-told", _("Every unknown outcome that stays has an open alarm."), _unknown),
    ]


def _without_receipt(look: Look) -> Found:
    return of_rows(Delivery.objects.filter(~Exists(Receipt.objects.filter(delivery=OuterRef("pk"))), state=S.SENT))


def _not_sent(look: Look) -> Found:
    return of_rows(Receipt.objects.exclude(delivery__state=S.SENT))


def _stuck(look: Look) -> Found:
    return of_rows(Delivery.objects.filter(state=S.CLAIMED, lease_until__lte=look.at - STUCK))


def _untold(look: Look) -> Found:
    """A queue that stands has an alarm of its own, or its channel has one."""
    keys = Alarm.objects.filter(Q(key=watching.QUEUE) | Q(key__startswith="connection:") | Q(key__startswith="breaker:"), closed_at=None)
    told = set(keys.values_list("key", flat=True))
    if watching.QUEUE in told:
        return Found()
    lost = [int(key.partition(":")[2]) for key in told]
    return of_rows(watching.overdue(look.at, grace=GRACE).exclude(connection__in=lost))


def _not_lapsed(look: Look) -> Found:
    return of_rows(Delivery.objects.filter(state__in=LAPSES, expires_at__lte=look.at - GRACE, group__sandbox=False))


def _unknown(look: Look) -> Found:
    fresh = Exists(Attempt.objects.filter(delivery=OuterRef("pk"), started_at__gt=look.at - GRACE))
    rows = Delivery.objects.filter(~fresh, state=S.UNKNOWN, group__sandbox=False).values_list("connection_id", "pk").order_by("pk")
    told = set(Alarm.objects.filter(key__startswith="unknown:", closed_at=None).values_list("key", flat=True))
    return of_names(f"messaging.delivery {pk}" for connection, pk in rows if f"unknown:{connection}" not in told)
