"""Reads of the messaging: what a person may see of deliveries and connections."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.messaging import registry
from groupops.messaging.adapter import AdapterError, NotSupported, RemoteGroup
from groupops.messaging.models import Binding, Connection, Delivery
from groupops.messaging.policy import DECISIONS, Decision, DeliveryState
from groupops.shared.errors import Forbidden

TIMEOUT = 8.0  # seconds; a person waits
ATTENTION = (DeliveryState.WAITING_PERSON, DeliveryState.UNKNOWN, DeliveryState.FAILED, DeliveryState.MISSED)


def deliveries_for(user: User) -> QuerySet[Delivery]:
    """The deliveries of the groups a user sees."""
    return Delivery.objects.filter(group__in=access.visible_to(user)).select_related("group", "connection")


def attention(user: User) -> dict[str, int]:
    """How many deliveries want a person, by state; one query, over states that stay small."""
    rows = deliveries_for(user).filter(state__in=ATTENTION).order_by().values("state").annotate(n=Count("pk"))
    return {row["state"]: row["n"] for row in rows}


def decisions(user: User, delivery: Delivery) -> list[Decision]:
    """What this person may decide about this delivery now."""
    if not access.may(user, GroupRight.CONTENT, delivery.group):
        return []
    return [decision for decision, ways in DECISIONS.items() if DeliveryState(delivery.state) in ways]


def connections_for(user: User) -> QuerySet[Connection]:
    """Every connection, for those who manage them. Raises Forbidden."""
    if not user.has_right(Right.MANAGE_CONNECTIONS):
        raise Forbidden(_("Only an operator or a founder manages channels."))
    return Connection.objects.annotate(rooms=Count("bindings"))


@dataclass(frozen=True)
class Room:
    """A room that a group may be, and who it is already."""

    remote: RemoteGroup
    taken_by: Group | None


@dataclass(frozen=True)
class Rooms:
    """What an account offers; `problem` says why nothing is listed, `listable` whether the platform lists rooms at all."""

    rooms: Sequence[Room] = ()
    problem: str = ""
    listable: bool = True


def rooms_of(connection: Connection) -> Rooms:
    """The rooms of a connection's account, asked of its platform now. Raises SecretsUnreadable."""
    try:
        found = registry.adapter_for(connection, timeout=TIMEOUT).list_groups()
    except NotSupported as error:
        return Rooms(problem=error.message, listable=False)
    except AdapterError as error:
        return Rooms(problem=error.message)
    return Rooms(_with_groups(connection, found))


def _with_groups(connection: Connection, found: Iterable[RemoteGroup]) -> list[Room]:
    taken = {binding.remote_id: binding.group for binding in Binding.objects.filter(connection=connection).select_related("group")}
    return [Room(remote, taken.get(remote.id)) for remote in sorted(found, key=lambda room: room.name)]
