"""What a message to a segment asks before it leaves, and what it settles (settings.DELIVERY_KINDS)."""

from datetime import datetime

from django.utils.translation import gettext_noop

from groupops.messaging.models import Delivery
from groupops.messaging.policy import DeliveryState
from members.consent import queries as consents
from members.models import SegmentReceiver
from members.sending import SendState, purpose_of
from members.surveying import takes


def guard(delivery: Delivery, *, at: datetime) -> str:
    """Why it must not be said any more, as a msgid; empty: say it."""
    row = SegmentReceiver.objects.select_related("send__form", "membership__person").filter(pk=delivery.subject_id).first()
    if row is None or row.send.state != SendState.ON_WAY:
        return gettext_noop("The message to the segment was stopped.")
    if row.membership.left_at is not None:
        return gettext_noop("This person is no longer in the group.")
    form = row.send.form
    if form is not None and not takes(state=form.state, opens_at=form.opens_at, closes_at=form.closes_at, at=at):
        return gettext_noop("The form takes no answers any more.")
    return consents.refusal(row.membership.person, purpose_of(with_form=form is not None))


def settled(delivery: Delivery, *, at: datetime) -> None:
    """Told, by the receipt; no longer, when a person takes that back."""
    SegmentReceiver.objects.filter(pk=delivery.subject_id).update(told_at=at if delivery.state == DeliveryState.SENT else None)
