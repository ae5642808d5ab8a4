"""Say something to a group: the row is written in the caller's transaction, and leaves after the commit."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop as _

from groupops.groups.models import Group
from groupops.messaging.models import Binding, Delivery
from groupops.messaging.policy import DeliveryState, key_of
from groupops.shared import doorbell

DELIVER = "groupops.messaging.tasks.deliver"
NO_ROOM = _("The group is bound to no room: post it by hand, then confirm.")


def say(
    *, purpose: str, subject_id: int, group: Group, text: str, due_at: datetime, expires_at: datetime | None, at: datetime, part: int = 1
) -> Delivery:
    """The delivery of this intention: made now, or the one that was made before. The same intention never gives a second row.

    `purpose` is a key of settings.DELIVERY_KINDS, `subject_id` what it is about there. A group without a room gets a delivery
    that waits for a person. What is due rings for a worker after the commit; if nobody hears, beat's tick finds the row.
    """
    if purpose not in settings.DELIVERY_KINDS:
        raise ValueError(f"{purpose!r} is not a key of settings.DELIVERY_KINDS")
    binding = Binding.objects.filter(group=group).first()
    state = DeliveryState.WAITING_PERSON if binding is None else DeliveryState.DUE if due_at <= at else DeliveryState.PLANNED
    delivery, made = Delivery.objects.get_or_create(
        key=key_of(purpose, subject_id, group.pk, part),
        defaults={
            "purpose": purpose,
            "subject_id": subject_id,
            "group": group,
            "connection_id": binding.connection_id if binding else None,
            "text": text,
            "state": state,
            "why": "" if binding else NO_ROOM,
            "due_at": due_at,
            "expires_at": expires_at,
            "created_at": at,
        },
    )
    if made and state == DeliveryState.DUE:
        transaction.on_commit(_ring, robust=True)
    return delivery


def _ring() -> None:
    """A function with a name: Django cannot report the failure of a `partial`."""
    doorbell.ring(DELIVER)
