"""Feed a recorded history to the door: kept like what a platform pushes, with a line that says the machine was told to."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from groupops.inbound.services.storing import store
from groupops.messaging.adapter import Event
from groupops.messaging.models import Binding
from groupops.record import services as record
from groupops.shared.errors import Conflict

COMMAND = "manage.py replay"


class RoomChanged(Conflict):
    """The room is no longer the group's: what is fed would count for nobody, or for others."""


def feed(*, binding: Binding, events: Sequence[Event], at: datetime, opening: Mapping[str, Any] | None) -> int:
    """Keep a batch of a recording's events in the room of `binding`; returns how many were new.

    `opening` comes with the first batch of a run: it is what that run's audit line says (which recording, from which line).
    Raises RoomChanged. One transaction: the line and the first events stand or fall together.
    """
    with transaction.atomic():
        same = Binding.objects.filter(connection=binding.connection_id, group=binding.group_id, remote_id=binding.remote_id)
        if not list(same.select_for_update().values_list("pk")):
            raise RoomChanged(_("This room is no longer the group's."))
        if opening is not None:
            group = binding.group
            record.audit(by=None, verb="group.replay", target=group, at=at, after=dict(opening), group_id=group.pk, source=COMMAND)
        return store(connection=binding.connection, events=events, at=at)
