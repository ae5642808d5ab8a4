"""The same text in the same place from another intention: said already, or on its way."""

from datetime import datetime

from django.db.models import Q, QuerySet

from groupops.messaging.adapter import SAYING
from groupops.messaging.models import Delivery
from groupops.messaging.policy import DeliveryState, Step, text_key

S = DeliveryState


def same_text(*, group_id: int, text: str, since: datetime, user: str = "") -> QuerySet[Delivery]:
    """Deliveries that said this text in the group (to `user` privately) since then, or are about to; newest first."""
    said = Delivery.objects.filter(group=group_id, user=user, text_key=text_key(text), operation__in=SAYING)
    return said.filter(_said(since)).order_by("-due_at", "-pk")


def _said(since: datetime) -> Q:
    """In the room, perhaps in the room, being sent, or in a person's hands there."""
    by_hand = Q(state=S.WAITING_PERSON) & (Q(attempts__gt=0) | Q(step=Step.BY_HAND))
    under_way = Q(state__in=(S.UNKNOWN, S.CLAIMED)) | by_hand
    return Q(state=S.SENT, settled_at__gt=since) | (under_way & Q(due_at__gt=since))


def before(delivery: Delivery, *, since: datetime) -> QuerySet[Delivery]:
    """Those that make this one a repeat, newest first. Of two that leave at once, the one written first goes."""
    others = same_text(group_id=delivery.group_id, text=delivery.text, since=since, user=delivery.user)
    itself, later = Q(purpose=delivery.purpose, subject_id=delivery.subject_id), Q(state=S.CLAIMED, pk__gt=delivery.pk)
    return others.exclude(itself | later)
