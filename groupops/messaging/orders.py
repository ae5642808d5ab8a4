"""The delivery kind of what no table follows (settings.DELIVERY_KINDS): what a person told us to do in a group, and the end of a mute."""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_noop as _

from groupops.messaging.adapter import Operation
from groupops.messaging.models import Delivery
from groupops.messaging.policy import DeliveryState

LATER_MUTE = _("A later mute of the same person goes on.")


def guard(delivery: Delivery, *, at: datetime) -> str:
    """An unmute by the clock does not end another mute that lasts longer; everything else goes."""
    if delivery.operation != Operation.UNMUTE or not delivery.urgent:
        return ""
    mutes = Delivery.objects.filter(group=delivery.group_id, user=delivery.user, operation=Operation.MUTE, state=DeliveryState.SENT)
    longer = Q(until=None) | Q(until__gt=delivery.due_at)
    lifted = Delivery.objects.filter(
        group=delivery.group_id, user=delivery.user, operation=Operation.UNMUTE, state=DeliveryState.SENT, settled_at__isnull=False
    )
    since = lifted.order_by("-settled_at").values_list("settled_at", flat=True).first()
    standing = mutes.filter(longer, settled_at__gt=since) if since else mutes.filter(longer)
    return LATER_MUTE if standing.exists() else ""


def settled(delivery: Delivery, *, at: datetime) -> None:
    """An order has nothing that follows its delivery: the delivery is its whole story."""
