"""What a person is asked to do by hand, as a sentence for a card of the send desk."""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from groupops.messaging import registry
from groupops.messaging.adapter import SAYING, Operation
from groupops.messaging.models import Connection, Delivery

SENTENCES: dict[str, Promise] = {
    Operation.SEND_GROUP: _("Post this in %(app)s"),
    Operation.SEND_DIRECT: _("In %(app)s, write to %(user)s privately"),
    Operation.ANNOUNCE: _("In %(app)s, make this the group announcement"),
    Operation.PIN: _("In %(app)s, post this and pin it"),
    Operation.DELETE_MESSAGE: _("In %(app)s, recall the message of %(user)s"),
    Operation.MUTE: _("In %(app)s, mute %(user)s"),
    Operation.UNMUTE: _("In %(app)s, let %(user)s speak again"),
    Operation.KICK: _("In %(app)s, remove %(user)s from the group"),
    Operation.BAN: _("In %(app)s, remove %(user)s from the group and do not let them in again"),
    Operation.UNBAN: _("In %(app)s, %(user)s may be invited again"),
}
PIN_THAT = _("In %(app)s, pin the message of %(user)s")


def sentence(delivery: Delivery) -> str:
    """The instruction of a delivery that a person carries out."""
    text = PIN_THAT if delivery.operation == Operation.PIN and delivery.message else SENTENCES[delivery.operation]
    return str(text) % {"app": app(delivery.connection), "user": whom(delivery)}


def app(connection: Connection | None) -> str:
    """What people call the platform of a connection."""
    known = registry.by_kind().get(connection.adapter) if connection else None
    return str(known.label) if known else gettext("the group's app")


def whom(delivery: Delivery) -> str:
    """The person it is about, as people know them."""
    return delivery.user_name or delivery.user or gettext("that person")


def is_saying(delivery: Delivery) -> bool:
    """Whether there is a text to paste; otherwise a text is the reason of what is done."""
    return delivery.operation in SAYING and not (delivery.operation == Operation.PIN and delivery.message)
