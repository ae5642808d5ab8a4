"""One worker at a time per connection: leases, taken by one conditional UPDATE in the database's own time."""

from datetime import timedelta
from functools import lru_cache
from typing import Literal

from django.db.models import Q
from django.db.models.functions import Now

from groupops.messaging.models import Connection
from groupops.shared.compiled import CompiledUpdate, Given

Lease = Literal["fetch_lease", "inbox_lease"]


def lease(*, connection_id: int, name: Lease, span: timedelta) -> bool:
    """Take the lease for `span`; False while somebody else holds it. A holder that dies loses it by time."""
    return bool(_taking(name, span)(pk=connection_id))


@lru_cache
def _taking(name: Lease, span: timedelta) -> CompiledUpdate:
    free = Q(**{name: None}) | Q(**{f"{name}__lte": Now()})
    return CompiledUpdate(lambda: (Connection.objects.filter(free, pk=Given("pk")), {name: Now() + span}))


def release(*, connection_id: int, name: Lease) -> None:
    """Give a lease back before its time."""
    _giving_back(name)(pk=connection_id)


@lru_cache
def _giving_back(name: Lease) -> CompiledUpdate:
    return CompiledUpdate(lambda: (Connection.objects.filter(pk=Given("pk")), {name: None}))


def hold(*, connection_id: int, name: Lease, span: timedelta) -> None:
    """Keep everybody away for `span` from now: how a failing platform is left alone for a while."""
    Connection.objects.filter(pk=connection_id).update(**{name: Now() + span})
