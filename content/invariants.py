"""What must hold of slots and posts (settings.INVARIANTS)."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils.translation import gettext_noop as _

from content.models import Post, Slot
from content.policy import PostState, SlotState
from content.queries import PURPOSE
from groupops.messaging.models import Delivery
from groupops.messaging.policy import DeliveryState
from groupops.shared.invariants import Found, Invariant, Look, of_ids, of_rows

GRACE = timedelta(minutes=15)  # what is due is released every second
POST = Post._meta.label_lower


def kept() -> list[Invariant]:
    """One delivery a slot, and nothing is forgotten between a slot and its receipt."""
    return [
        Invariant("content.one-delivery", _("A slot, and so its post, has one delivery at most."), _twice),
        Invariant("content.released-has-post", _("Every released slot has its post."), _without_post),
        Invariant("content.released-has-delivery", _("Every post that was handed over has its delivery."), _without_delivery),
        Invariant("content.sent-was-sent", _("Every sent post has a delivery that was sent."), _not_sent),
        Invariant("content.slots-settle", _("No slot stays planned past its time."), _standing),
    ]


def _twice(look: Look) -> Found:
    rows = Delivery.objects.filter(purpose=PURPOSE).order_by().values("subject_id").annotate(n=Count("pk")).filter(n__gt=1)
    return of_ids(POST, rows.values_list("subject_id", flat=True).order_by("subject_id"))


def _without_post(look: Look) -> Found:
    return of_rows(Slot.objects.filter(~Exists(Post.objects.filter(slot=OuterRef("pk"))), state=SlotState.RELEASED))


def _without_delivery(look: Look) -> Found:
    """What is cancelled or missed may have gone nowhere."""
    released = Post.objects.filter(
        released_at__isnull=False, released_at__lte=look.at - GRACE, state__in=[PostState.SCHEDULED, PostState.SENT]
    )
    return _lacking(released, Delivery.objects.filter(purpose=PURPOSE))


def _not_sent(look: Look) -> Found:
    return _lacking(Post.objects.filter(state=PostState.SENT), Delivery.objects.filter(purpose=PURPOSE, state=DeliveryState.SENT))


def _lacking(posts: QuerySet[Post], deliveries: QuerySet[Delivery]) -> Found:
    """Posts that none of the deliveries is of. A difference of sets: both databases do it in one pass, without an index."""
    missing: QuerySet[Any, int] = posts.order_by().values_list("pk", flat=True)
    return of_ids(POST, missing.difference(deliveries.order_by().values_list("subject_id", flat=True)).order_by("id"))


def _standing(look: Look) -> Found:
    rows = Slot.objects.filter(state=SlotState.PLANNED, due_at__lte=look.at - GRACE, schedule__group__sandbox=False)
    return of_rows(rows)
