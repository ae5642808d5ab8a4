"""Hand one claimed delivery to its adapter and settle what came of it, in one transaction, under the fence it was claimed with."""

import copy
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils.translation import gettext_noop as _

from groupops.groups import queries as groups
from groupops.messaging import kinds
from groupops.messaging.adapter import Action, Adapter, AdapterError, Outcome, RateLimited, Result
from groupops.messaging.delivery.claiming import begin, release
from groupops.messaging.delivery.consequences import around
from groupops.messaging.failpoints import failpoint
from groupops.messaging.models import Attempt, Connection, Delivery, Receipt
from groupops.messaging.moves import move
from groupops.messaging.policy import LOOK_AFTER, RESULTS, Around, DeliveryState, RetryPolicy, ending

log = logging.getLogger(__name__)
STAMP = timedelta(seconds=5)  # how exact a connection's time of the last sending is: its row must not be a queue
PERSEVERE = 15.0  # seconds to write down what came of a call while the database is away; less than a lease
LAPSED = _("It was not sent in time.")
MOVED = _("The group's room was changed meanwhile: post it by hand, then confirm.")
UNPROVED = _("The platform gave no proof that the message was sent.")
BROKE = _("The adapter broke; whether the message left is not known.")
GUARD_BROKE = _("What should be checked before sending could not be checked.")
S = DeliveryState


@dataclass(frozen=True)
class Verdict:
    """What came of a try: the state it leads to, and what is written down."""

    state: DeliveryState
    result: str
    line: str = ""
    code: str = ""
    remote_ids: tuple[str, ...] = ()
    around: Around = Around.NOTHING
    after: float = 0  # seconds, of a rate limit
    counts: bool = True


def hand_over(delivery: Delivery, adapter: Adapter, *, now: Callable[[], datetime]) -> Around:
    """Check, call, settle; what the outcome means for the rest of the connection."""
    at = now()
    stop = _stopped(delivery, at)
    if stop is not None:
        _settle(delivery, None, stop, at)
        return Around.NOTHING
    action = action_of(delivery)
    attempt = begin(delivery, at=at)
    if attempt is None:
        release(delivery, at=at)
        return Around.NOTHING
    verdict = _call(adapter, action)
    failpoint("after-call")
    _persist(lambda: _settle(copy.copy(delivery), attempt, verdict, now()))  # a copy: what rolls back must be as it was read
    failpoint("after-settle")
    if verdict.state == S.SENT:
        _stamp(delivery.connection, at)
    return verdict.around


def action_of(delivery: Delivery) -> Action:
    """The delivery as its adapter sees it."""
    started = None
    if delivery.attempts:
        started = delivery.tries.order_by("number").values_list("started_at", flat=True).first()
    return Action(key=delivery.key, group=delivery.group.binding.remote_id, text=delivery.text, since=started)


def _stopped(delivery: Delivery, at: datetime) -> Verdict | None:
    """Why the call must not be made, as the state that follows; None: go."""
    if delivery.expires_at and delivery.expires_at <= at:
        return Verdict(S.MISSED, "", LAPSED)
    binding = getattr(delivery.group, "binding", None)
    if binding is None or binding.connection_id != delivery.connection_id:
        return Verdict(S.WAITING_PERSON, "", MOVED)
    try:
        line = kinds.guard(delivery, at=at)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("the guard of delivery %s broke", delivery.pk)
        return Verdict(S.RETRY, "", GUARD_BROKE)
    return Verdict(S.CANCELLED, "", line) if line else None


def _call(adapter: Adapter, action: Action) -> Verdict:
    try:
        return _outcome(adapter.send_group(action))
    except AdapterError as error:
        end = ending(error)
        after = error.after if isinstance(error, RateLimited) else 0
        return Verdict(end.state, type(error).__name__, error.message, error.code, around=end.around, after=after, counts=end.counts)
    except Exception as error:  # whatever an adapter raises, the message may be out there
        log.exception("adapter %s broke", adapter.kind)
        return Verdict(ending(error).state, "Broken", BROKE, type(error).__name__)


def _outcome(outcome: Outcome) -> Verdict:
    if outcome.result == Result.DONE and not any(outcome.remote_ids):
        return Verdict(S.UNKNOWN, outcome.result, UNPROVED)
    return Verdict(RESULTS[outcome.result], outcome.result, outcome.line, remote_ids=outcome.remote_ids)


def _settle(delivery: Delivery, attempt: Attempt | None, verdict: Verdict, at: datetime) -> None:
    """The move, the attempt's end, the receipt and what lies around, together. A result under a lost fence does not count."""
    with transaction.atomic():
        counted = _moved(delivery, verdict, at, tried=attempt is not None)
        if attempt is not None:
            result = verdict.result if counted else f"late: {verdict.result}"
            ended = {"ended_at": at, "result": result[:30], "code": verdict.code[:60], "line": verdict.line[:300]}
            Attempt.objects.filter(pk=attempt.pk).update(**ended)
        if counted and verdict.state == S.SENT:
            prove(delivery, verdict.remote_ids, at)
        around(delivery, verdict.around, line=verdict.line, after=verdict.after, at=at)
    if not counted:
        log.warning("delivery %s: the claim was lost before its result (%s)", delivery.pk, verdict.result)


def _moved(delivery: Delivery, verdict: Verdict, at: datetime, *, tried: bool) -> bool:
    if verdict.state == S.UNKNOWN:
        return move(delivery, S.UNKNOWN, at=at, why=verdict.line, not_before=at + LOOK_AFTER)
    if verdict.state != S.RETRY:
        return move(delivery, verdict.state, at=at, why=verdict.line)
    attempts = delivery.attempts if tried else delivery.attempts + 1
    wait = _wait(delivery, verdict, attempts - delivery.forgiven)
    if wait is None:
        return move(delivery, S.FAILED, at=at, why=verdict.line, attempts=attempts)
    return move(delivery, S.RETRY, at=at, why=verdict.line, attempts=attempts, not_before=at + wait)


def _wait(delivery: Delivery, verdict: Verdict, tries: int) -> timedelta | None:
    """How long to wait before the next try; None gives up."""
    policy: RetryPolicy = groups.policy("delivery.retry", group=delivery.group)
    if verdict.counts:
        return policy.wait(tries)
    return max(timedelta(seconds=verdict.after), policy.pause(tries))


def prove(delivery: Delivery, remote_ids: tuple[str, ...], at: datetime) -> None:
    """The receipt, without which nothing counts as sent."""
    parts = list(remote_ids) if len(remote_ids) > 1 else []
    Receipt.objects.create(delivery=delivery, remote_id=remote_ids[-1][:255], parts=parts, at=at)


def _stamp(connection: Connection | None, at: datetime) -> None:
    """The connection's last proof of life; outside the transaction, and not on every message."""
    if connection is not None and (connection.last_sent_at is None or connection.last_sent_at <= at - STAMP):
        Connection.objects.filter(pk=connection.pk).exclude(last_sent_at__gte=at).update(last_sent_at=at)
        connection.last_sent_at = at


def _persist(work: Callable[[], None]) -> None:
    """Write down what came of a call even if the database is away for a moment: else it would be an unknown outcome."""
    started = time.monotonic()
    while True:
        try:
            return work()
        except (OperationalError, InterfaceError):
            if time.monotonic() - started > PERSEVERE or connection.in_atomic_block:
                raise
            log.warning("the database is away; the result of a call waits")
            connection.close()
            time.sleep(0.5)
