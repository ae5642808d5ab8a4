"""What the delivery of a welcome asks before it leaves, and tells when it has moved (settings.DELIVERY_KINDS)."""

from datetime import datetime

from django.utils.translation import gettext_noop

from groupops.groups.policy import Lifecycle
from groupops.messaging.models import Delivery
from members import holding
from members.models import WelcomeRound
from members.newcomers import queries, services
from members.newcomers.services.welcoming import NOBODY_LEFT, SOMEBODY_LEFT

NOT_ACTIVE = gettext_noop("The group is not active.")


def guard(delivery: Delivery, *, at: datetime) -> str:
    """Why the welcome must not be said as it stands, as a msgid; empty: say it."""
    made = WelcomeRound.objects.select_related("group").get(pk=delivery.subject_id)
    if made.group.lifecycle != Lifecycle.ACTIVE:
        return NOT_ACTIVE
    if holding.held([made.group_id]):
        return holding.HELD
    if not queries.still_there(made):
        return NOBODY_LEFT
    return SOMEBODY_LEFT if queries.gone(made) else ""


def settled(delivery: Delivery, *, at: datetime) -> None:
    """The message and whom it names follow."""
    services.follow_delivery(delivery=delivery, at=at)
