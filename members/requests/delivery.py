"""What the delivery of news about a request asks before it leaves, and what it settles (settings.DELIVERY_KINDS)."""

from datetime import datetime

from django.utils.translation import gettext_noop

from groupops.messaging.models import Delivery
from groupops.messaging.policy import DeliveryState
from members.consent import queries as consents
from members.consenting import Purpose
from members.models import RequestNews


def guard(delivery: Delivery, *, at: datetime) -> str:
    """Old news are not told, nor is anybody who has left or does not want to hear of it."""
    news = RequestNews.objects.select_related("request", "membership__person").filter(pk=delivery.subject_id).first()
    if news is None or news.request.state != news.state:
        return gettext_noop("The request has moved on meanwhile.")
    if news.membership.left_at is not None:
        return gettext_noop("This person is no longer in the group.")
    return consents.refusal(news.membership.person, Purpose.NEWS)


def settled(delivery: Delivery, *, at: datetime) -> None:
    """Told, by the receipt; no longer, when a person takes that back."""
    RequestNews.objects.filter(pk=delivery.subject_id).update(told_at=at if delivery.state == DeliveryState.SENT else None)
