"""领取 and 放下: who does by hand what waits for a person, so that no two people send the same."""

from datetime import datetime

from django.db import transaction

from groupops.accounts.models import User
from groupops.groups import access
from groupops.messaging.models import Delivery
from groupops.messaging.policy import DeliveryState
from groupops.messaging.rights import right_for
from groupops.messaging.services.seen import locked, moved_on, refuse_taken
from groupops.record import services as record


def take(*, delivery: Delivery, by: User, at: datetime, over: bool = False) -> Delivery:
    """Take it on, `over` from somebody else too. Raises Forbidden, MovedOn, TakenByOther."""
    access.demand(by, right_for(delivery.operation), delivery.group)
    with transaction.atomic():
        stored = _waiting(delivery)
        if stored.taken_by_id == by.pk:
            return stored
        if not over:
            refuse_taken(stored, by)
        return _kept(stored, by, by=by, at=at, verb="delivery.take")


def put_back(*, delivery: Delivery, by: User, at: datetime) -> Delivery:
    """Let somebody else do it. Raises Forbidden, MovedOn, TakenByOther."""
    access.demand(by, right_for(delivery.operation), delivery.group)
    with transaction.atomic():
        stored = _waiting(delivery)
        if stored.taken_by_id is None:
            return stored
        refuse_taken(stored, by)
        return _kept(stored, None, by=by, at=at, verb="delivery.put_back")


def _waiting(delivery: Delivery) -> Delivery:
    stored = locked(delivery)
    if stored.state != DeliveryState.WAITING_PERSON:
        raise moved_on(stored)
    return stored


def _kept(stored: Delivery, taker: User | None, *, by: User, at: datetime, verb: str) -> Delivery:
    before, after = str(stored.taken_by or ""), str(taker or "")
    stored.taken_by, stored.taken_at = taker, at if taker else None
    stored.save(update_fields=["taken_by", "taken_at"])
    record.audit(by=by, verb=verb, target=stored, at=at, before={"taken_by": before}, after={"taken_by": after}, group_id=stored.group_id)
    return stored
