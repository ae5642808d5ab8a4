"""Which room a group is: chosen by a person, looked at on the platform before it counts."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.messaging import registry, targets
from groupops.messaging.adapter import Adapter, AdapterError, NotSupported, RemoteGroup
from groupops.messaging.models import Binding, Connection, Delivery
from groupops.messaging.moves import move
from groupops.messaging.outbox import NO_ROOM
from groupops.messaging.policy import UNSENT, DeliveryState
from groupops.record import services as record
from groupops.shared.errors import Conflict, Invalid

TIMEOUT = 8.0  # seconds; a person waits
SANDBOX_STAYS = gettext_lazy("A sandbox keeps its own room: it is never bound to a real one.")
NOBODY_THERE = gettext_lazy("This room is a sandbox's: nobody would read what is said there.")


class WrongRoom(Invalid):
    """The platform does not show this room to our account."""


class OtherWorld(Invalid):
    """A sandbox's group is bound to its own room alone, and no other group to a sandbox's room."""


class RoomTaken(Conflict):
    """Another group is this room already."""


def bind(*, group: Group, connection: Connection, remote_id: str, by: User, at: datetime) -> Binding:
    """Make the room the group's, instead of any other; what has not left yet goes there.

    Raises Forbidden, OtherWorld, WrongRoom, RoomTaken.
    """
    access.demand(by, GroupRight.BIND, group)
    if group.sandbox != registry.adapter_class(connection.adapter).pretends:
        raise OtherWorld(SANDBOX_STAYS if group.sandbox else NOBODY_THERE)
    if not remote_id or "\0" in remote_id:
        raise WrongRoom(_("Choose a room."), field="room")
    _refuse_taken(group, connection, remote_id)
    room = _look(connection, remote_id)
    values = {
        "connection": connection,
        "remote_id": room.id,
        "remote_name": room.name[:200],
        "remote_size": room.size,
        "flagged": room.doubt[:300],
        "mismatch": "",
        "verified_at": at,
        "abilities": {},
        "abilities_at": None,
        "bound_at": at,
    }
    try:
        with transaction.atomic():
            was = Binding.objects.filter(group=group).values("connection_id", "remote_id").first()
            before: dict[str, Any] | None = dict(was) if was else None
            binding, _made = Binding.objects.update_or_create(group=group, defaults=values)
            Delivery.objects.filter(group=group, state__in=UNSENT).update(connection=connection)
            after = {"connection_id": connection.pk, "remote_id": room.id, "room": room.name, "size": room.size}
            record.audit(by=by, verb="group.bind", target=group, at=at, before=before, after=after, group_id=group.pk)
    except IntegrityError:
        raise RoomTaken(_("Another group is this room already.")) from None
    return binding


def confirm_room(*, group: Group, by: User, at: datetime) -> bool:
    """A person has looked: it is still this group's room, by the name and size that the platform shows now.

    Returns whether there was a doubt to end. What waits because of it is sent from the send desk. Raises Forbidden, WrongRoom.
    """
    access.demand(by, GroupRight.BIND, group)
    binding = Binding.objects.filter(group=group).select_related("connection").first()
    if binding is None or not binding.mismatch:
        return False
    room = _look(binding.connection, binding.remote_id)
    with transaction.atomic():
        doubted = Binding.objects.filter(pk=binding.pk, remote_id=binding.remote_id, connection=binding.connection_id).exclude(mismatch="")
        if not doubted.update(**targets.seen(room, at)):
            return False
        before = {"room": binding.remote_name, "size": binding.remote_size}
        after = {"room": room.name, "size": room.size}
        record.audit(by=by, verb="group.confirm_room", target=group, at=at, before=before, after=after, group_id=group.pk)
    return True


def unbind(*, group: Group, by: User, at: datetime) -> bool:
    """The group has no room any more; what has not left waits for a person. False where it had none. Raises Forbidden, OtherWorld."""
    access.demand(by, GroupRight.BIND, group)
    if group.sandbox:
        raise OtherWorld(SANDBOX_STAYS)
    with transaction.atomic():
        binding = Binding.objects.select_for_update().filter(group=group).first()
        if binding is None:
            return False
        before = {"connection_id": binding.connection_id, "remote_id": binding.remote_id, "room": binding.remote_name}
        binding.delete()
        for delivery in Delivery.objects.filter(group=group, state__in=UNSENT):
            move(delivery, DeliveryState.WAITING_PERSON, at=at, why=NO_ROOM, connection_id=None)
        record.audit(by=by, verb="group.unbind", target=group, at=at, before=before, after={}, group_id=group.pk)
    return True


def _refuse_taken(group: Group, connection: Connection, remote_id: str) -> None:
    taken = Binding.objects.filter(connection=connection, remote_id=remote_id).exclude(group=group).select_related("group").first()
    if taken:
        raise RoomTaken(_("Another group is this room already: %(group)s.") % {"group": taken.group})


def _look(connection: Connection, remote_id: str) -> RemoteGroup:
    """The room as the platform shows it, after coming in where we are only invited."""
    adapter = registry.adapter_for(connection, timeout=TIMEOUT)
    try:
        if any(room.id == remote_id and room.invited for room in _rooms(adapter)):
            adapter.enter(remote_id)
        return adapter.get_group(remote_id)
    except AdapterError as error:
        raise WrongRoom(_(error.message), field="room") from None


def _rooms(adapter: Adapter) -> list[RemoteGroup]:
    try:
        return list(adapter.list_groups())
    except NotSupported:
        return []
