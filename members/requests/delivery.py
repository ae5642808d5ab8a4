"""What the delivery of news about a request asks before it leaves, and what it settles (settings.DELIVERY_KINDS)."""

from datetime import datetime

from django.utils.translation import gettext_noop

from groupops.messaging.models import Delivery
from groupops.messaging.policy import DeliveryState
from members.models import RequestNews


def guard(delivery: Delivery, *, at: datetime) -> str:
    """Old news are not told, nor is anybody who has left."""
    news = RequestNews.objects.select_related("request", "membership").filter(pk=delivery.subject_id).first()
    if news is None or news.request.state != news.state:
        return gettext_noop("The request has moved on meanwhile.")
    return "" if news.membership.left_at is None else gettext_noop("This person is no longer in the group.")


def settled(delivery: Delivery, *, at: datetime) -> None:
    """Told, by the receipt; no longer, when a person takes that back."""
    RequestNews.objects.filter(pk=delivery.subject_id).update(told_at=at if delivery.state == DeliveryState.SENT else None)
