"""Platforms that want a file first: hand it out, and let the platform prove that it reaches us."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.messaging import registry
from groupops.messaging.adapter import AdapterError, Registers, Registration
from groupops.messaging.models import Connection
from groupops.messaging.services.connections import TIMEOUT, check
from groupops.record import services as record
from groupops.shared import secretbox
from groupops.shared.errors import Conflict, Forbidden


class NoRegistration(Conflict):
    """The channel's platform wants no file."""


class NotReached(Conflict):
    """The platform did not reach our door, or does not know the file."""


def registration(*, connection: Connection, origin: str, by: User, at: datetime) -> Registration:
    """The file for the platform's operator, with its secrets; `origin` is how the platform finds us. Raises Forbidden, NoRegistration."""
    adapter = _registering(connection, by)
    record.audit(by=by, verb="connection.registration", target=connection, at=at, after={})
    return adapter.registration(origin + reverse("inbound-door", args=[connection.door]))


def prove(*, connection: Connection, by: User, at: datetime) -> None:
    """Have the platform call our door, and keep that it did. Raises Forbidden, NoRegistration, NotReached."""
    adapter = _registering(connection, by)
    try:
        kept = adapter.prove()
    except AdapterError as error:
        raise NotReached(_(error.message)) from None
    with transaction.atomic():
        stored = Connection.objects.select_for_update().get(pk=connection.pk)
        stored.sealed = secretbox.seal(dict(kept))
        stored.save(update_fields=["sealed"])
        record.audit(by=by, verb="connection.prove", target=stored, at=at, after={})
    connection.sealed = stored.sealed
    check(connection=connection, at=at)


def _registering(connection: Connection, by: User) -> Registers:
    if not by.has_right(Right.MANAGE_CONNECTIONS):
        raise Forbidden(_("Only an operator or a founder manages channels."))
    adapter = registry.adapter_for(connection, timeout=TIMEOUT)
    if not isinstance(adapter, Registers):
        raise NoRegistration(_("This channel needs no registration."))
    return adapter
