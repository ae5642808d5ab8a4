"""Make, check, reopen and renew connections. Platforms are called outside transactions; secrets never reach the audit trail."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.messaging import registry
from groupops.messaging.adapter import Adapter, AdapterError, Check, Health
from groupops.messaging.models import Connection, Limit
from groupops.record import services as record
from groupops.shared import secretbox
from groupops.shared.errors import Conflict, Forbidden, Invalid, Refused

STALE = timedelta(minutes=2)  # a connection is asked so often whether it lives
TIMEOUT = 8.0  # seconds; a person waits
LOST = gettext_noop("A channel does not work: nothing leaves by it, nothing comes in.")
UNUSABLE = gettext_noop("The connection's credentials or platform cannot be used by this installation.")
WORKING = (Health.OK, Health.DEGRADED)


class NotAccepted(Invalid):
    """The platform does not accept the account as it was typed."""


class OtherAccount(Invalid):
    """New credentials belong to another account: the rooms would not be its rooms."""


class NameTaken(Conflict):
    """Another connection has this name."""


def connect(*, name: str, kind: str, typed: Mapping[str, str], by: User, at: datetime) -> Connection:
    """A new connection, tried before it is kept. `typed` are the values of the adapter's fields. Raises NotAccepted, NameTaken."""
    demand_management(by)
    if kind not in {adapter.kind for adapter in registry.offered()}:
        raise NotAccepted(_("This platform is not offered here."), field="adapter")
    if not name.strip() or len(name) > 60:
        raise Invalid(_("Give it a name of at most 60 characters."), field="name")
    if Connection.objects.filter(name=name.strip()).exists():
        raise NameTaken(_("Another channel has this name."), field="name")
    kept, found = _try(kind, typed)
    try:
        with transaction.atomic():
            connection = Connection(name=name.strip(), adapter=kind, sealed=secretbox.seal(kept), created_at=at)
            _note(connection, found, at)
            connection.save()
            _start_limits(connection)
            record.audit(by=by, verb="connection.create", target=connection, at=at, after={"adapter": kind, "account": found.account})
    except IntegrityError:
        raise NameTaken(_("Another channel has this name."), field="name") from None
    return connection


def rotate(*, connection: Connection, typed: Mapping[str, str], by: User, at: datetime) -> Connection:
    """New credentials for the same account; fields left empty keep their value. A pause because of the old ones ends.

    Raises NotAccepted, OtherAccount.
    """
    demand_management(by)
    fields = {field.name for field in registry.adapter_class(connection.adapter).fields}
    given = {name: value for name, value in typed.items() if value and name in fields}
    kept, found = _try(connection.adapter, connection.credentials | given)
    if connection.account and found.account != connection.account:
        raise OtherAccount(_("These credentials belong to another account. Make a new channel for it."))
    with transaction.atomic():
        stored = Connection.objects.select_for_update().get(pk=connection.pk)
        lost = stored.health in (Health.NEEDS_LOGIN, Health.RESTRICTED)
        stored.sealed = secretbox.seal(kept)
        stored.paused = stored.paused and not lost
        _note(stored, found, at)
        stored.save(update_fields=["sealed", "paused", *NOTED])
        record.close_alarm(key=_alarm(stored), at=at)
        record.audit(by=by, verb="connection.rotate", target=stored, at=at, after={"fields": sorted(given)})
    return stored


def check(*, connection: Connection, at: datetime) -> Check:
    """Ask the platform now, keep what it says; an alarm stands while the account does not work."""
    found = _ask(connection)
    with transaction.atomic():
        _note(connection, found, at)
        Connection.objects.filter(pk=connection.pk).update(**{name: getattr(connection, name) for name in NOTED})
        _keep(connection, found)
        if found.health in WORKING and not connection.paused:
            record.close_alarm(key=_alarm(connection), at=at)
        elif found.health not in WORKING:
            url = reverse("messaging:connection", args=[connection.pk])
            record.raise_alarm(key=_alarm(connection), severity="critical", text=LOST, at=at, url=url)
    return found


def check_all(*, now: Callable[[], datetime]) -> None:
    """Check every connection whose last check is old; those a person paused too."""
    stale = Q(checked_at=None) | Q(checked_at__lte=now() - STALE)
    for connection in Connection.objects.filter(stale).order_by("checked_at"):
        check(connection=connection, at=now())


def reopen(connection: Connection, *, at: datetime) -> None:
    """Use a channel again that was lost, in the caller's transaction (services.resume). The alarm stays while the account does not work."""
    if Connection.objects.filter(pk=connection.pk, paused=True).update(paused=False) and connection.health in WORKING:
        record.close_alarm(key=_alarm(connection), at=at)
    connection.paused = False


NOTED = ("health", "health_line", "account", "checked_at")


def _note(connection: Connection, found: Check, at: datetime) -> None:
    connection.health, connection.health_line, connection.checked_at = found.health.value, found.line[:300], at
    connection.account = found.account[:255] or connection.account


def _keep(connection: Connection, found: Check) -> None:
    """What the platform says anew is kept with the credentials, unless somebody has just changed those."""
    if found.keep:
        sealed = secretbox.seal({**connection.credentials, **found.keep})
        if Connection.objects.filter(pk=connection.pk, sealed=connection.sealed).update(sealed=sealed):
            connection.sealed = sealed


def _try(kind: str, typed: Mapping[str, str]) -> tuple[dict[str, str], Check]:
    """What is kept of the typed values, after the platform accepted them."""
    adapter = registry.adapter_class(kind)
    for field in adapter.fields:
        if field.required and not typed.get(field.name, "").strip():
            raise NotAccepted(_("This field is needed."), field=field.name)
    try:
        kept = adapter.enroll(typed)
    except AdapterError as error:
        names = {field.name for field in adapter.fields}
        raise NotAccepted(_(error.message), field=error.code if error.code in names else None) from None
    found = adapter(kept, timeout=TIMEOUT).check()
    if found.health not in WORKING:
        raise NotAccepted(_(found.line))
    return kept, found


def _start_limits(connection: Connection) -> None:
    """The platform's documented limits; they are edited on the connection's page."""
    rates = registry.adapter_class(connection.adapter).rates
    Limit.objects.bulk_create(
        Limit(connection=connection, scope=rate.scope, times=rate.times, seconds=rate.seconds, source=rate.source) for rate in rates
    )


def _ask(connection: Connection) -> Check:
    try:
        adapter: Adapter = registry.adapter_for(connection, timeout=TIMEOUT)
    except Refused:
        return Check(Health.DOWN, UNUSABLE)
    return adapter.check()


def _alarm(connection: Connection) -> str:
    return f"connection:{connection.pk}"


def demand_management(by: User) -> None:
    """Raise Forbidden unless `by` manages channels."""
    if not by.has_right(Right.MANAGE_CONNECTIONS):
        raise Forbidden(_("Only an operator or a founder manages channels."))
