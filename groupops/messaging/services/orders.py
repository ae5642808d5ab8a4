"""What a person tells us to do in a group, now: it becomes a delivery like any other."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.models import Group
from groupops.messaging import outbox
from groupops.messaging.adapter import Operation
from groupops.messaging.models import Delivery, Order
from groupops.messaging.rights import right_for
from groupops.messaging.timers import PURPOSE
from groupops.record import services as record
from groupops.shared.errors import Invalid

ABOUT_PEOPLE = (Operation.SEND_DIRECT, Operation.MUTE, Operation.UNMUTE, Operation.KICK, Operation.BAN, Operation.UNBAN)
TEXTS = (Operation.SEND_GROUP, Operation.SEND_DIRECT, Operation.ANNOUNCE)
VERBS = {
    Operation.SEND_GROUP: "order.send_group",
    Operation.SEND_DIRECT: "order.send_direct",
    Operation.ANNOUNCE: "order.announce",
    Operation.PIN: "order.pin",
    Operation.DELETE_MESSAGE: "order.delete_message",
    Operation.MUTE: "order.mute",
    Operation.UNMUTE: "order.unmute",
    Operation.KICK: "order.kick",
    Operation.BAN: "order.ban",
    Operation.UNBAN: "order.unban",
}


class Incomplete(Invalid):
    """The order lacks what it is about."""


def order(*, group: Group, wish: outbox.Wish, reason: str = "", by: User, at: datetime) -> Delivery:
    """Do it now. Raises Forbidden, Incomplete."""
    access.demand(by, right_for(wish.operation), group)
    _complete(wish, at)
    with transaction.atomic():
        made = Order.objects.create(group=group, operation=wish.operation, reason=reason, by=by, at=at)
        delivery = outbox.act(wish, purpose=PURPOSE, subject_id=made.pk, group=group, due_at=at, expires_at=None, at=at)
        after = {"user": wish.user, "message": wish.message, "until": wish.until and wish.until.isoformat(), "reason": reason}
        record.audit(by=by, verb=VERBS[wish.operation], target=delivery, at=at, after=after, group_id=group.pk)
    return delivery


def _complete(wish: outbox.Wish, at: datetime) -> None:
    if wish.operation in ABOUT_PEOPLE and not wish.user:
        raise Incomplete(_("Choose the person it is about."), field="user")
    if wish.operation == Operation.DELETE_MESSAGE and not wish.message:
        raise Incomplete(_("Choose the message it is about."), field="message")
    if wish.operation in TEXTS and not wish.text.strip():
        raise Incomplete(_("Write the text."), field="text")
    if wish.until is not None and wish.until <= at:
        raise Incomplete(_("The end lies in the past."), field="until")
