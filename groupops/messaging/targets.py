"""Is the room still the one that was bound? Looked at on the platform before a send: id, name and size.

Source: "Two groups of one name: the message went to the wrong one", docs/explanation/messaging.md.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop as _

from groupops.messaging.adapter import Adapter, ContentRejected, NotSupported, PermissionDenied, RemoteGroup
from groupops.messaging.holding import APART
from groupops.messaging.models import Binding, Delivery

FRESH = timedelta(seconds=60)  # a room that was looked at so recently is not looked at again
MANY = 10  # people: smaller changes of size prove nothing
BLIND = (NotSupported, PermissionDenied, ContentRejected)  # we cannot look; whether we may act, the act itself will tell
OTHER_NAME = _("The room has another name than the one that was bound. Look whether it is still this group.")
OTHER_SIZE = _("The room has far more or fewer people than the last time. Look whether it is still this group.")


def same_room() -> str:
    """That a delivery's group is bound by its connection to a room nobody doubts, as SQL; its parameter is the room's remote id."""
    rows, bindings = Delivery._meta.db_table, Binding._meta.db_table
    same = f"b.group_id = {rows}.group_id AND b.connection_id = {rows}.connection_id AND b.remote_id = %s"
    return f"EXISTS (SELECT 1 FROM {bindings} b WHERE {same} AND b.mismatch = '' {APART})"  # noqa: S608  (our own names)


def is_fresh(binding: Binding, at: datetime) -> bool:
    """Whether the room was looked at so recently that it need not be looked at again."""
    return binding.verified_at is not None and at - FRESH < binding.verified_at <= at


def verify(binding: Binding, adapter: Adapter, *, at: datetime) -> str:
    """Why nothing may be done in this room before a person has looked, as a msgid; empty: it is the room that was bound.

    Asks the platform unless it was asked a moment ago. Raises AdapterError. What a platform cannot show is not doubted.
    """
    if binding.mismatch:
        return binding.mismatch
    if is_fresh(binding, at):
        return ""
    try:
        room = adapter.get_group(binding.remote_id)
    except BLIND:
        return ""
    found = doubt(binding, room)
    _keep(binding, room, found, at)
    return found


def doubt(binding: Binding, room: RemoteGroup) -> str:
    """What speaks against the room. What either side does not know proves nothing."""
    if binding.remote_name and room.name and room.name[:200] != binding.remote_name:
        return OTHER_NAME
    if binding.remote_size is not None and room.size is not None and _out_of_proportion(binding.remote_size, room.size):
        return OTHER_SIZE
    return ""


def _out_of_proportion(before: int, now: int) -> bool:
    """Everybody is gone, or more than half of what it was has come or gone, and that is not a handful."""
    change = abs(now - before)
    return (now <= 1 and before > 2) or (change > MANY and change * 2 > before)


def _keep(binding: Binding, room: RemoteGroup, found: str, at: datetime) -> None:
    """The size follows what is seen, so that a group may grow; a doubtful room keeps what was known of it."""
    known: dict[str, object] = {"mismatch": found} if found else seen(room, at)
    # Conditional: somebody may have bound another room meanwhile.
    Binding.objects.filter(pk=binding.pk, connection=binding.connection_id, remote_id=binding.remote_id).update(**known)
    for name, value in known.items():
        setattr(binding, name, value)


def seen(room: RemoteGroup, at: datetime) -> dict[str, object]:
    """The columns of a binding whose room was looked at and is the right one. What the platform does not say stays as it was."""
    known: dict[str, object] = {"verified_at": at, "mismatch": ""}
    if room.name:
        known["remote_name"] = room.name[:200]
    if room.size is not None:
        known["remote_size"] = room.size
    return known


def renamed(*, connection_id: int, names: Mapping[int, tuple[str, datetime]]) -> set[int]:
    """The platform told of new names: group → (name, when). Returns the groups whose room is known by it now.

    It tells them of the very room, so a doubt about the name is over. What is older than our last look is old news.
    """
    changed = set()
    for binding in Binding.objects.select_for_update().filter(connection=connection_id, group__in=names).order_by("pk"):
        name, at = names[binding.group_id]
        if name and at > max(filter(None, (binding.verified_at, binding.bound_at))):
            mismatch = "" if binding.mismatch == OTHER_NAME else binding.mismatch
            Binding.objects.filter(pk=binding.pk).update(remote_name=name[:200], mismatch=mismatch, verified_at=at)
            changed.add(binding.group_id)
    return changed
