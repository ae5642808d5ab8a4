"""What a person sets about a connection: its limits, refusals to be forgotten, a test message, a fresh look at what it may do."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.messaging import abilities, outbox, registry
from groupops.messaging.adapter import AdapterError, Operation, Scope
from groupops.messaging.models import Binding, Connection, Delivery, Limit
from groupops.messaging.services.connections import demand_management
from groupops.messaging.services.orders import order
from groupops.record import services as record
from groupops.shared.errors import Conflict, Invalid

TIMEOUT = 8.0  # seconds; a person waits
LONGEST = 86400  # seconds of a limit


class NoAnswer(Conflict):
    """The platform did not say what the account may do."""


def set_limit(*, connection: Connection, scope: Scope, times: int, seconds: int, by: User, at: datetime) -> Limit:
    """At most `times` acts in `seconds`, instead of what stood for that span. Raises Forbidden, Invalid."""
    demand_management(by)
    if times < 1 or not 1 <= seconds <= LONGEST:
        raise Invalid(_("A limit has at least one act, in at most a day."), field="times")
    values = {"times": times, "source": ""}
    try:
        with transaction.atomic():
            before = {
                "times": list(Limit.objects.filter(connection=connection, scope=scope, seconds=seconds).values_list("times", flat=True))
            }
            limit, _made = Limit.objects.update_or_create(connection=connection, scope=scope, seconds=seconds, defaults=values)
            after = {"times": times, "seconds": seconds, "scope": str(scope)}
            record.audit(by=by, verb="connection.limit", target=connection, at=at, before=before, after=after)
    except IntegrityError:
        raise Invalid(_("A limit has at least one act, in at most a day."), field="times") from None
    return limit


def remove_limit(*, limit: Limit, by: User, at: datetime) -> None:
    """No such limit any more; the platform's own stays, of course. Raises Forbidden."""
    demand_management(by)
    before = {"times": limit.times, "seconds": limit.seconds, "scope": limit.scope}
    with transaction.atomic():
        limit.delete()
        record.audit(by=by, verb="connection.limit", target=limit.connection, at=at, before=before, after={})


def try_again(*, connection: Connection, operation: Operation, by: User, at: datetime) -> None:
    """Forget that the platform once refused an operation for good. Raises Forbidden."""
    demand_management(by)
    with transaction.atomic():
        abilities.forget(connection, operation)
        record.audit(by=by, verb="connection.retry", target=connection, at=at, after={"operation": str(operation)})


def test_send(*, connection: Connection, group: Group, by: User, at: datetime) -> Delivery:
    """A test message to one of the connection's rooms, through everything that a real one goes through. Raises Forbidden, Invalid."""
    demand_management(by)
    if not Binding.objects.filter(connection=connection, group=group).exists():
        raise Invalid(_("Choose a group of this channel."), field="group")
    text = _("Test message from GroupOps, %(time)s. Nothing to do.") % {"time": at.strftime("%H:%M:%S UTC")}
    wish = outbox.Wish(text=text, urgent=True)
    return order(group=group, wish=wish, reason=_("Test of the channel"), by=by, at=at)


def look_again(*, group: Group, by: User, at: datetime) -> None:
    """Ask the platform what the account may do in the group's room now. Raises Forbidden, NoAnswer."""
    access.demand(by, GroupRight.MODERATE, group)
    binding = Binding.objects.select_related("connection").filter(group=group).first()
    if binding is None:
        raise NoAnswer(_("The group is bound to no room."))
    try:
        abilities.look(binding, registry.adapter_for(binding.connection, timeout=TIMEOUT), at=at)
    except AdapterError as error:
        raise NoAnswer(_(error.message)) from None
