"""What a worker left behind: expired claims, unknown outcomes, deliveries whose time is over."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_noop as _

from groupops.messaging import registry
from groupops.messaging.adapter import AdapterError, Found, Operation, Resolution
from groupops.messaging.degrading import begun
from groupops.messaging.delivery.calling import action_of, prove
from groupops.messaging.delivery.gate import LAPSED
from groupops.messaging.delivery.running import TIMEOUT
from groupops.messaging.models import Attempt, Connection, Delivery
from groupops.messaging.moves import move
from groupops.messaging.policy import LAPSES, LOOK_AGAIN, QUIET, DeliveryState
from groupops.record import services as record
from groupops.record.models import Alarm
from groupops.shared.errors import Refused

log = logging.getLogger(__name__)
SECONDS = 25.0  # of a call; looking things up takes the platform's time
MOST = 500  # rows of one kind a call; the next tick takes the rest
FLAG_AFTER = timedelta(seconds=60)  # an unknown outcome that is not cleared up by then is shown to a person
DIED = _("The worker died during the call; whether the message left is not known.")
CANNOT_TELL = _("The platform cannot say whether the message was sent. Look in the room, then decide here.")
STILL_UNKNOWN = _("Whether a message was sent is not known. Look in the room, then decide.")
S = DeliveryState


def lapse(*, connection_id: int, at: datetime) -> int:
    """Let lapse what is too late of one connection; returns how many. For a sandbox, whose clock is not that of the others."""
    late = _lapsed(at, connection_id=connection_id)
    for delivery in late:
        _lapse(delivery, at)
    return len(late)


def recover(*, now: Callable[[], datetime], seconds: float = SECONDS) -> None:
    """Take back expired claims, let lapse what is too late, look up unknown outcomes, and tell people of those that stay."""
    started = time.monotonic()
    for rows, work in ((_expired_claims, _take_back), (_lapsed, _lapse), (_unknown, look)):
        for delivery in rows(now()):
            _safely(work, delivery, now())
            if time.monotonic() - started > seconds:
                break
    _tell(now())


def _safely(work: Callable[[Delivery, datetime], None], delivery: Delivery, at: datetime) -> None:
    """One delivery that breaks our own code must not hold up the others."""
    try:
        work(delivery, at)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("delivery %s could not be recovered", delivery.pk)


def _expired_claims(at: datetime) -> list[Delivery]:
    called = Exists(Attempt.objects.filter(delivery=OuterRef("pk"), fence=OuterRef("fence")))
    rows = Delivery.objects.filter(state=S.CLAIMED, lease_until__lte=Now()).annotate(called=called)
    return _page(rows, "lease_until")


def _take_back(delivery: Delivery, at: datetime) -> None:
    """A claim without an attempt certainly led to no call; with one the outcome is unknown, and is looked up at once."""
    with transaction.atomic():
        if not delivery.called:  # type: ignore[attr-defined]  # annotated above
            move(delivery, S.DUE, at=at)
        elif move(delivery, S.UNKNOWN, at=at, why=DIED, not_before=at):
            open_tries = Attempt.objects.filter(delivery=delivery, fence=delivery.fence, ended_at=None)  # type: ignore[misc]  # claimed rows have one
            open_tries.update(ended_at=at, result="WorkerDied", line=DIED)


def _lapsed(at: datetime, **of: int) -> list[Delivery]:
    return _page(Delivery.objects.filter(state__in=LAPSES, expires_at__lte=at, **of), "expires_at")


def _lapse(delivery: Delivery, at: datetime) -> None:
    with transaction.atomic():
        move(delivery, S.MISSED, at=at, why=LAPSED)


def _unknown(at: datetime) -> list[Delivery]:
    return _page(Delivery.objects.filter(state=S.UNKNOWN, not_before__lte=at), "not_before")


def _page(rows: QuerySet[Delivery], order: str) -> list[Delivery]:
    return list(rows.select_related("group__binding", "connection").order_by(order)[:MOST])


def look(delivery: Delivery, at: datetime) -> None:
    """Look on the platform whether the message is there, one looker at a time; until it is certain it stays unknown."""
    mine = Delivery.objects.filter(pk=delivery.pk, state=S.UNKNOWN, fence=delivery.fence, not_before=delivery.not_before)
    if not mine.update(not_before=at + LOOK_AGAIN):
        return
    resolution = _resolution(delivery)
    if resolution is None:
        return
    with transaction.atomic():
        if resolution.found == Found.SENT and resolution.remote_ids:
            if move(delivery, S.SENT, at=at):
                prove(delivery, resolution.remote_ids, at)
        elif resolution.found == Found.NOT_SENT:
            _not_there(delivery, at)
        else:
            Delivery.objects.filter(pk=delivery.pk, state=S.UNKNOWN, fence=delivery.fence).update(not_before=None, why=CANNOT_TELL)


def _resolution(delivery: Delivery) -> Resolution | None:
    """What the platform says; None while it cannot be asked."""
    binding = getattr(delivery.group, "binding", None)
    if delivery.connection is None or binding is None or binding.connection_id != delivery.connection_id:
        return Resolution(Found.CANNOT_TELL)
    doing = begun(Operation(delivery.operation), delivery.step, text=delivery.text)
    try:
        return registry.adapter_for(delivery.connection, timeout=TIMEOUT).resolve(action_of(delivery, doing))
    except (AdapterError, Refused) as problem:
        log.info("delivery %s cannot be looked up yet: %s", delivery.pk, type(problem).__name__)
        return None


def _not_there(delivery: Delivery, at: datetime) -> None:
    """Not sent counts only when the call is certainly over: a slow platform may still carry it out."""
    last = delivery.tries.order_by("-number").values_list("started_at", flat=True).first()
    if last is None or at - last >= QUIET:
        move(delivery, S.DUE, at=at)
    else:
        Delivery.objects.filter(pk=delivery.pk, state=S.UNKNOWN, fence=delivery.fence).update(not_before=last + QUIET)


def _tell(at: datetime) -> None:
    """One alarm per connection with outcomes that nobody could clear up; it closes when they are."""
    fresh = Exists(Attempt.objects.filter(delivery=OuterRef("pk"), started_at__gt=at - FLAG_AFTER))
    stuck = Delivery.objects.filter(Q(not_before=None) | ~fresh, state=S.UNKNOWN)
    names = dict(Connection.objects.filter(Exists(stuck.filter(connection=OuterRef("pk")))).values_list("pk", "name"))
    address = f"{reverse('messaging:deliveries')}?state=unknown"
    for pk in names:
        record.raise_alarm(key=f"unknown:{pk}", severity="critical", text=STILL_UNKNOWN, at=at, url=address)
    for key in Alarm.objects.filter(key__startswith="unknown:", closed_at=None).values_list("key", flat=True):
        if int(key.partition(":")[2]) not in names:
            record.close_alarm(key=key, at=at)
