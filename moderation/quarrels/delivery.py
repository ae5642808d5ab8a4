"""What a word to step in asks before it leaves, and tells when it has (settings.DELIVERY_KINDS)."""

from datetime import datetime

from django.utils.translation import gettext_noop

from groupops.groups.policy import Lifecycle
from groupops.messaging.models import Delivery
from groupops.messaging.policy import DeliveryState
from moderation.models import QuarrelStep
from moderation.quarrels import services


def guard(delivery: Delivery, *, at: datetime) -> str:
    """Nothing is said of a quarrel that is closed, nor in a group that rests."""
    row = QuarrelStep.objects.select_related("quarrel").get(pk=delivery.subject_id)
    if row.quarrel.closed_at is not None:
        return gettext_noop("The quarrel is closed.")
    if row.done_at is not None:
        return gettext_noop("Somebody has stepped in already.")
    return "" if delivery.group.lifecycle == Lifecycle.ACTIVE else gettext_noop("The group is not active.")


def settled(delivery: Delivery, *, at: datetime) -> None:
    """Said: the step is done."""
    if delivery.state == DeliveryState.SENT:
        services.was_said(step_id=delivery.subject_id, at=at)
