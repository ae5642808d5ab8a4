"""The end of a mute where the platform knows none: a delivery that waits for its hour, as durable as the mute itself."""

from datetime import datetime

from groupops.messaging import outbox
from groupops.messaging.adapter import Operation
from groupops.messaging.models import Delivery, Order

PURPOSE = "order"


def lift_later(mute: Delivery, *, at: datetime) -> None:
    """Plan the unmute of a mute that was carried out and ends, in the caller's transaction; of anything else nothing."""
    if mute.operation != Operation.MUTE or mute.until is None:
        return
    order = Order.objects.create(group=mute.group, operation=Operation.UNMUTE, at=at)
    wish = outbox.Wish(operation=Operation.UNMUTE, user=mute.user, user_name=mute.user_name, urgent=True)
    outbox.act(wish, purpose=PURPOSE, subject_id=order.pk, group=mute.group, due_at=mute.until, expires_at=None, at=at)
