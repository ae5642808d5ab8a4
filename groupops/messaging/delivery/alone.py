"""One at a time in a room: acts that read a list of the room and write it back whole, so that the later of two would undo the first.

Source: "two overlapping mutes: the later power-level write wins, lock per room", docs/explanation/messaging.md.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from groupops.messaging.adapter import Operation
from groupops.messaging.delivery.limiting import Full
from groupops.messaging.models import Attempt, Binding, Delivery
from groupops.messaging.policy import DeliveryState

ASIDE = timedelta(seconds=1)  # how long an act steps aside for another one in its room


def taken(delivery: Delivery, operation: Operation | None, alone: Collection[Operation], *, at: datetime) -> Full | None:
    """Until when another such act has the room; None: go.

    In the transaction that writes the attempt: all who ask queue up at the binding's row, so that the second sees the first one's
    attempt. An act under way is a claim with an open attempt; a dead worker's ends with its lease.
    """
    if operation not in alone:
        return None
    list(Binding.objects.select_for_update().filter(group=delivery.group_id).values_list("pk"))
    under_way = Exists(Attempt.objects.filter(delivery=OuterRef("pk"), fence=OuterRef("fence"), ended_at=None))
    claimed = Delivery.objects.filter(group=delivery.group_id, state=DeliveryState.CLAIMED, lease_until__gt=Now(), operation__in=alone)
    return Full(at + ASIDE, whole=False) if claimed.exclude(pk=delivery.pk).filter(under_way).exists() else None
