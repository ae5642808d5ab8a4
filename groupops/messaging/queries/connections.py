"""Reads of connections, and of the rooms of their accounts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext as _

from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.groups.models import Group
from groupops.messaging import registry
from groupops.messaging.adapter import AdapterError, NotSupported, RemoteGroup, Scope
from groupops.messaging.models import Attempt, Binding, Connection, Limit
from groupops.shared.errors import Forbidden

TIMEOUT = 8.0  # seconds; a person waits


def channels() -> QuerySet[Connection]:
    """The connections that lead somewhere: a sandbox's own is no channel, and stands in no list."""
    return Connection.objects.exclude(adapter__in=registry.pretending())


def connections_for(user: User) -> QuerySet[Connection]:
    """Every connection, for those who manage them. Raises Forbidden."""
    if not user.has_right(Right.MANAGE_CONNECTIONS):
        raise Forbidden(_("Only an operator or a founder manages channels."))
    return channels().annotate(rooms=Count("bindings")).prefetch_related("pauses")


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


def limits_of(connection: Connection, *, at: datetime) -> list[Limit]:
    """A connection's limits, for people: those of the whole connection with `used`, how much of them is spent at `at`."""
    found = list(connection.limits.order_by("scope", "seconds"))
    for limit in found:
        rows = Attempt.objects.filter(delivery__connection=connection, started_at__gt=at - timedelta(seconds=limit.seconds))
        limit.used = (rows.aggregate(n=Sum("calls"))["n"] or 0) if limit.scope == Scope.CONNECTION else None  # type: ignore[attr-defined]
    return found
