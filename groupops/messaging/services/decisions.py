"""What a person decides about a delivery: it was sent, send again, do not send; and taking that back."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from groupops.accounts.models import User
from groupops.groups import access
from groupops.messaging import timers
from groupops.messaging.models import Binding, Delivery, Receipt
from groupops.messaging.moves import reopen
from groupops.messaging.policy import DECISIONS, SEND_AGAIN_AFTER, SEND_AGAIN_WITHIN, UNDO_FOR, Decision, DeliveryState
from groupops.messaging.rights import right_for
from groupops.messaging.services.seen import MovedOn, locked, moved_on, refuse_taken
from groupops.record import services as record
from groupops.shared.errors import Conflict

WHY = {
    Decision.SENT: gettext_noop("A person confirmed that it was sent."),
    Decision.NOT_SENT: gettext_noop("A person says that it was not sent."),
    Decision.AGAIN: gettext_noop("A person sends it again."),
    Decision.CANCEL: gettext_noop("A person cancelled it."),
}

TAKEN_BACK = gettext_noop("A person took the decision back.")


class NoRoom(Conflict):
    """There is no room to send it to."""


def decide(*, delivery: Delivery, decision: Decision, by: User, at: datetime) -> Delivery:
    """Carry a decision out; it can be taken back for a while. "Send again" waits that while.

    Raises Forbidden, MovedOn, TakenByOther, NoRoom.
    """
    access.demand(by, right_for(delivery.operation), delivery.group)
    with transaction.atomic():
        stored = locked(delivery)
        before = DeliveryState(stored.state)
        to = DECISIONS[decision].get(before)
        if to is None:
            raise moved_on(stored)
        refuse_taken(stored, by)
        values = _again(stored, at) if decision == Decision.AGAIN else _decided(stored, by, at)
        if not reopen(stored, to, at=at, why=WHY[decision], undo_state=before, **values):
            raise MovedOn(_("Somebody was faster. Look at the delivery again."))
        if decision == Decision.SENT:
            Receipt.objects.create(delivery=stored, confirmed_by=by, at=at)
            timers.lift_later(stored, at=at)
        _audit(stored, f"delivery.{decision}", before, by, at)
    return stored


def undo(*, delivery: Delivery, by: User, at: datetime) -> Delivery:
    """Take the last decision back while that is honest: the time is not over and nothing has left. Raises Forbidden, MovedOn."""
    access.demand(by, right_for(delivery.operation), delivery.group)
    with transaction.atomic():
        stored = locked(delivery)
        before = DeliveryState(stored.state)
        if not stored.undo_state or stored.undo_until is None or stored.undo_until < at:
            raise MovedOn(_("This can no longer be undone."))
        Receipt.objects.filter(delivery=stored).delete()
        if not reopen(stored, DeliveryState(stored.undo_state), at=at, why=TAKEN_BACK, **_taken_before(stored)):
            raise MovedOn(_("Somebody was faster. Look at the delivery again."))
        _audit(stored, "delivery.undo", before, by, at)
    return stored


def _decided(delivery: Delivery, by: User, at: datetime) -> dict[str, Any]:
    """The columns of the other decisions: the time to undo, and who did by hand what waited for somebody."""
    taken = {"taken_by": by, "taken_at": delivery.taken_at or at} if delivery.state == DeliveryState.WAITING_PERSON else {}
    return taken | {"undo_until": at + UNDO_FOR}


def _taken_before(delivery: Delivery) -> dict[str, Any]:
    """Who had it before the decision: nobody, where the decision itself took it on."""
    by_deciding = delivery.taken_at is not None and delivery.taken_at + UNDO_FOR == delivery.undo_until
    return {"taken_by": None, "taken_at": None} if by_deciding else {}


def _again(delivery: Delivery, at: datetime) -> dict[str, Any]:
    """The columns of "send again": after the time to undo, within an hour, by the group's present room, with its tries forgiven."""
    binding = Binding.objects.filter(group=delivery.group_id).first()
    if binding is None:
        raise NoRoom(_("The group is bound to no room. Bind it first, or post the text by hand."))
    return {
        "connection_id": binding.connection_id,
        "not_before": at + SEND_AGAIN_AFTER,
        "expires_at": at + SEND_AGAIN_WITHIN,
        "insisted": True,
        "forgiven": delivery.attempts,
        "undo_until": at + SEND_AGAIN_AFTER,
        "taken_by": None,
        "taken_at": None,
    }


def _audit(delivery: Delivery, verb: str, before: DeliveryState, by: User, at: datetime) -> None:
    record.audit(
        by=by,
        verb=verb,
        target=delivery,
        at=at,
        before={"state": before},
        after={"state": delivery.state},
        group_id=delivery.group_id,
    )
