"""A delivery as a person saw it, locked; and what they are told when it has moved on."""

from zoneinfo import ZoneInfo

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from groupops.accounts.models import User
from groupops.messaging.models import Delivery, Receipt
from groupops.messaging.policy import DeliveryState
from groupops.shared.errors import Conflict


class MovedOn(Conflict):
    """The delivery is no longer in the state the person saw."""


class TakenByOther(Conflict):
    """Somebody else is doing it by hand."""


def locked(delivery: Delivery) -> Delivery:
    """The row as it is now, in the caller's transaction; nobody else changes it until that ends."""
    return Delivery.objects.select_for_update(of=("self",)).select_related("group", "connection", "taken_by").get(pk=delivery.pk)


def moved_on(delivery: Delivery) -> MovedOn:
    """The refusal that says what has become of it, and by whom."""
    receipt = Receipt.objects.select_related("confirmed_by").filter(delivery=delivery).first()
    if receipt is not None and receipt.confirmed_by is not None:
        told = {"who": receipt.confirmed_by, "time": f"{localtime(receipt.at, ZoneInfo(delivery.group.zone)):%H:%M}"}
        return MovedOn(_("%(who)s confirmed already at %(time)s that it was sent.") % told)
    return MovedOn(_("This delivery has moved on: it is now “%(state)s”.") % {"state": delivery.get_state_display()})


def refuse_taken(delivery: Delivery, by: User) -> None:
    """Raise TakenByOther where somebody else does a waiting delivery: two people would send it twice."""
    if delivery.state == DeliveryState.WAITING_PERSON and delivery.taken_by_id not in (None, by.pk):
        raise TakenByOther(_("%(who)s has taken this on. Take it over first, if they do not send it.") % {"who": delivery.taken_by})
