"""Say or do something in a group: the row is written in the caller's transaction, and leaves after the commit."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop as _

from groupops.groups.models import Group
from groupops.messaging.adapter import ACTS, Operation
from groupops.messaging.models import Binding, Delivery
from groupops.messaging.moves import move
from groupops.messaging.policy import CLAIMABLE, DeliveryState, key_of, text_key
from groupops.shared import doorbell, live

DELIVER = "groupops.messaging.tasks.deliver"
NO_ROOM = _("The group is bound to no room: post it by hand, then confirm.")


@dataclass(frozen=True)
class Wish:
    """What is asked of the platform, by its own ids. `user_name` is for the person who may have to do it by hand."""

    operation: Operation = Operation.SEND_GROUP
    text: str = ""  # what is said, or the reason the person may read
    user: str = ""
    user_name: str = ""
    message: str = ""
    until: datetime | None = None  # the end of a mute
    urgent: bool = False  # quiet hours do not hold it


def say(
    *, purpose: str, subject_id: int, group: Group, text: str, due_at: datetime, expires_at: datetime | None, at: datetime, part: int = 1
) -> Delivery:
    """`act`, for a message to the group."""
    wish = Wish(text=text)
    return act(wish, purpose=purpose, subject_id=subject_id, group=group, due_at=due_at, expires_at=expires_at, at=at, part=part)


def act(
    wish: Wish, *, purpose: str, subject_id: int, group: Group, due_at: datetime, expires_at: datetime | None, at: datetime, part: int = 1
) -> Delivery:
    """The delivery of this intention: made now, or the one that was made before. The same intention never gives a second row.

    `purpose` is a key of settings.DELIVERY_KINDS, `subject_id` what it is about there. A group without a room gets a delivery
    that waits for a person. What is due rings for a worker after the commit; if nobody hears, beat's tick finds the row.
    """
    if purpose not in settings.DELIVERY_KINDS:
        raise ValueError(f"{purpose!r} is not a key of settings.DELIVERY_KINDS")
    if wish.operation not in ACTS:
        raise ValueError(f"{wish.operation!r} changes nothing on a platform")
    binding = Binding.objects.filter(group=group).first()
    state = DeliveryState.WAITING_PERSON if binding is None else DeliveryState.DUE if due_at <= at else DeliveryState.PLANNED
    values = {
        "purpose": purpose,
        "subject_id": subject_id,
        "group": group,
        "connection_id": binding.connection_id if binding else None,
        "text_key": text_key(wish.text),
        "state": state,
        "why": "" if binding else NO_ROOM,
        "due_at": due_at,
        "expires_at": expires_at,
        "created_at": at,
    }
    key = key_of(purpose, subject_id, group.pk, part)
    delivery, made = Delivery.objects.get_or_create(key=key, defaults=asdict(wish) | values)
    if made:
        live.publish(live.DELIVERIES)
    if made and state == DeliveryState.DUE:
        transaction.on_commit(ring, robust=True)
    return delivery


def withdraw(delivery: Delivery, *, why: str, at: datetime) -> bool:
    """The machine takes back what nobody has begun to send: planned, due, or waiting for a person who has not taken it on.

    `why` is a msgid. Lock the delivery before. False where it is under way, settled, or a person is at it.
    """
    waits = delivery.state == DeliveryState.WAITING_PERSON and delivery.taken_by_id is None
    if not (waits or delivery.state in (DeliveryState.PLANNED, *CLAIMABLE)):
        return False
    return move(delivery, DeliveryState.CANCELLED, at=at, why=why)


def ring() -> None:
    """Ask for a worker to send what is due. A function with a name: Django cannot report the failure of a `partial`."""
    doorbell.ring(DELIVER)
