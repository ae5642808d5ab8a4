"""What holds back: the note on a group's pages, and the reasons on a delivery's page. Each costs one or two queries."""

from collections.abc import Collection
from typing import Any

from django import template

from groupops.groups.models import Group
from groupops.messaging import holding, queries, repeats
from groupops.messaging.models import Delivery
from groupops.messaging.policy import UNSENT, DeliveryState
from groupops.messaging.restraint import SameText

register = template.Library()


@register.inclusion_tag("messaging/pauses_group.html")
def group_pauses(group: Group, can: Collection[str]) -> dict[str, Any]:
    """The pauses of a group, and the way to end them for those who may."""
    return {"pauses": list(queries.pauses_at(group)), "group": group, "can": can}


@register.inclusion_tag("messaging/pauses_delivery.html")
def held_back(delivery: Delivery) -> dict[str, Any]:
    """What holds a delivery back now: pauses while it is on its way, the earlier message of the same text while it waits for a person."""
    pauses = list(holding.pauses_of(delivery)) if delivery.state in UNSENT else []
    return {"pauses": pauses, "earlier": _earlier(delivery), "delivery": delivery}


def _earlier(delivery: Delivery) -> Delivery | None:
    if delivery.state != DeliveryState.WAITING_PERSON or not delivery.text_key or delivery.insisted:
        return None
    since = SameText().since(delivery.due_at, delivery.text)
    return repeats.before(delivery, since=since).first() if since else None
