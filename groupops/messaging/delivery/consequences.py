"""What an error means beyond its delivery: a connection rests or is paused, a binding is doubted, a person is told."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext_noop as _

from groupops.messaging.models import Binding, Connection, Delivery
from groupops.messaging.policy import REST, Around
from groupops.record import services as record

HEALTH = {Around.LOGIN: Connection.Health.NEEDS_LOGIN, Around.RESTRICTED: Connection.Health.RESTRICTED}
LOST = _("A channel is lost: nothing leaves by it until a person looks.")


def around(delivery: Delivery, what: Around, *, line: str, after: float, at: datetime) -> None:
    """Write it, in the caller's transaction. `after` is the wait in seconds that a rate limit asked for."""
    if what == Around.REST:
        rest = max(REST, timedelta(seconds=after))
        Connection.objects.filter(pk=delivery.connection_id or 0).exclude(resting_until__gt=at + rest).update(resting_until=at + rest)
    elif what == Around.FLAG:
        Binding.objects.filter(group=delivery.group_id, flagged="").update(flagged=line[:300])
    elif what in HEALTH:
        lose(delivery.connection_id, HEALTH[what], line=line, at=at)


def lose(connection_id: int | None, health: Connection.Health, *, line: str, at: datetime) -> None:
    """Pause a connection that cannot speak any more, and tell a person outside the chat."""
    Connection.objects.filter(pk=connection_id or 0).update(paused=True, health=health, health_line=line[:300])
    record.raise_alarm(
        key=f"connection:{connection_id}", severity="critical", text=LOST, at=at, url=reverse("messaging:connection", args=[connection_id])
    )
