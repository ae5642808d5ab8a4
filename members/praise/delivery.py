"""What the delivery of a praise asks before it leaves, and what it settles (settings.DELIVERY_KINDS)."""

from datetime import datetime

from django.utils.translation import gettext_noop

from groupops.groups.policy import Lifecycle
from groupops.messaging.models import Delivery
from groupops.messaging.policy import DeliveryState
from members.caring import CareState
from members.models import CareTask


def guard(delivery: Delivery, *, at: datetime) -> str:
    """Nobody is praised who has left, nor when a colleague did it by hand meanwhile."""
    row = CareTask.objects.select_related("membership", "group").filter(pk=delivery.subject_id, state=CareState.OPEN).first()
    if row is None:
        return gettext_noop("The praise was settled meanwhile.")
    if row.group.lifecycle != Lifecycle.ACTIVE:
        return gettext_noop("The group is not active.")
    return "" if row.membership.left_at is None else gettext_noop("This person is no longer in the group.")


def settled(delivery: Delivery, *, at: datetime) -> None:
    """Said: the task is done. Anything else leaves it open."""
    if delivery.state == DeliveryState.SENT:
        CareTask.objects.filter(pk=delivery.subject_id, state=CareState.OPEN).update(state=CareState.DONE, settled_at=at)
