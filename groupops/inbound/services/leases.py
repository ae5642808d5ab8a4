"""One worker at a time per connection: leases, taken by one conditional UPDATE in the database's own time."""

from datetime import timedelta
from typing import Literal

from django.db.models import Q
from django.db.models.functions import Now

from groupops.messaging.models import Connection

Lease = Literal["fetch_lease", "inbox_lease"]


def lease(*, connection_id: int, name: Lease, span: timedelta) -> bool:
    """Take the lease for `span`; False while somebody else holds it. A holder that dies loses it by time."""
    free = Q(**{name: None}) | Q(**{f"{name}__lte": Now()})
    return bool(Connection.objects.filter(free, pk=connection_id).update(**{name: Now() + span}))


def release(*, connection_id: int, name: Lease) -> None:
    """Give a lease back before its time."""
    Connection.objects.filter(pk=connection_id).update(**{name: None})


def hold(*, connection_id: int, name: Lease, span: timedelta) -> None:
    """Keep everybody away for `span` from now: how a failing platform is left alone for a while."""
    Connection.objects.filter(pk=connection_id).update(**{name: Now() + span})
