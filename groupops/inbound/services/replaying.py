"""Give parked events another try, because a person says so."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.inbound import policy
from groupops.inbound.models import EventState, StoredEvent
from groupops.inbound.services.storing import PROCESS
from groupops.record import services as record
from groupops.shared import doorbell
from groupops.shared.errors import Conflict


class NotParked(Conflict):
    """There is nothing to replay: the events are no longer parked."""


def replay(*, event_ids: Iterable[int], by: User, at: datetime) -> int:
    """Put parked events back into the queue, oldest first, at most policy.REPLAYS; returns how many.

    Each group's events need the right to edit that group. Raises Forbidden, NotParked. One audit line per group.
    """
    with transaction.atomic():
        parked = (
            StoredEvent.objects.select_for_update(of=("self",))
            .select_related("group")
            .filter(pk__in=list(event_ids), state=EventState.PARKED)
        )
        events = list(parked.order_by("pk")[: policy.REPLAYS])
        if not events:
            raise NotParked(_("Nothing is parked here any more."))
        groups = {event.group_id: event.group for event in events if event.group}
        for group in groups.values():
            access.demand(by, GroupRight.EDIT, group)
        StoredEvent.objects.filter(pk__in=[event.pk for event in events]).update(state=EventState.PENDING, tries=0, error="")
        for group in groups.values():
            ids = [event.pk for event in events if event.group_id == group.pk]
            record.audit(by=by, verb="event.replay", target=group, at=at, after={"events": ids}, group_id=group.pk)
        transaction.on_commit(lambda: _ring({event.connection_id for event in events}), robust=True)
    return len(events)


def _ring(connection_ids: set[int]) -> None:
    for connection_id in sorted(connection_ids):
        doorbell.ring(PROCESS, connection_id)
