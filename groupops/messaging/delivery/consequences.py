"""What an error means beyond its delivery: a connection rests or is paused, a binding is doubted, a person is told."""

from datetime import datetime, timedelta

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext_noop as _

from groupops.messaging.models import Binding, Connection, Delivery
from groupops.messaging.policy import BREAKS_AT, REST, Around, rest_after
from groupops.record import services as record

HEALTH = {Around.LOGIN: Connection.Health.NEEDS_LOGIN, Around.RESTRICTED: Connection.Health.RESTRICTED}
UNANSWERED = (Around.DOWN, Around.STRAIN)
SILENT = _("A platform does not answer: sending to it is tried again after growing rests.")
LOST = _("A channel is lost: nothing leaves by it until a person looks.")


def around(delivery: Delivery, what: Around, *, line: str, after: float, at: datetime) -> None:
    """Write it, in the caller's transaction. `after` is the wait in seconds that a rate limit asked for."""
    if what == Around.REST:
        rest(delivery.connection_id, until=at + max(REST, timedelta(seconds=after)))
    elif what in UNANSWERED:
        _unanswered(delivery.connection_id, certain=what == Around.DOWN, at=at)
    elif what == Around.FLAG:
        Binding.objects.filter(group=delivery.group_id, flagged="").update(flagged=line[:300])
    elif what in HEALTH:
        lose(delivery.connection_id, HEALTH[what], line=line, at=at)


def rest(connection_id: int | None, *, until: datetime) -> None:
    """Nothing is claimed before `until`; a longer rest stays."""
    Connection.objects.filter(pk=connection_id or 0).exclude(resting_until__gt=until).update(resting_until=until)


def _unanswered(connection_id: int | None, *, certain: bool, at: datetime) -> None:
    """The breaker: calls in a row without an answer let the connection rest, longer each time, and a person is told."""
    rows = Connection.objects.filter(pk=connection_id or 0)
    rows.update(failures=F("failures") + 1)
    failures = rows.values_list("failures", flat=True).first() or 0
    pause = rest_after(failures, certain=certain)
    if pause is not None:
        rest(connection_id, until=at + pause)
    if failures == BREAKS_AT:
        url = reverse("messaging:connection", args=[connection_id])
        record.raise_alarm(key=_breaker(connection_id), severity="warning", text=SILENT, at=at, url=url)


def works(connection: Connection | None, *, at: datetime) -> None:
    """An answer came: the breaker closes. Writes nothing in the usual case."""
    if connection is None or not connection.failures:
        return
    Connection.objects.filter(pk=connection.pk).update(failures=0)
    connection.failures = 0
    record.close_alarm(key=_breaker(connection.pk), at=at)


def _breaker(connection_id: int | None) -> str:
    return f"breaker:{connection_id}"


def lose(connection_id: int | None, health: Connection.Health, *, line: str, at: datetime) -> None:
    """Pause a connection that cannot speak any more, and tell a person outside the chat."""
    Connection.objects.filter(pk=connection_id or 0).update(paused=True, health=health, health_line=line[:300])
    record.raise_alarm(
        key=f"connection:{connection_id}", severity="critical", text=LOST, at=at, url=reverse("messaging:connection", args=[connection_id])
    )
