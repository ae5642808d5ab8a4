"""Hand one claimed delivery to its adapter and settle what came of it, in one transaction, under the fence it was claimed with."""

import copy
import logging
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils.translation import gettext_noop as _

from groupops.groups import queries as groups
from groupops.messaging import abilities, parts, timers
from groupops.messaging.adapter import SAYING, Action, Adapter, AdapterError, Operation, Outcome, Result
from groupops.messaging.degrading import Doing, begun, choose, stands
from groupops.messaging.delivery import gate, settling
from groupops.messaging.delivery.claiming import begin, release
from groupops.messaging.delivery.consequences import around, rest, works
from groupops.messaging.delivery.limiting import Full
from groupops.messaging.delivery.terms import Terms
from groupops.messaging.delivery.trying import Standing
from groupops.messaging.delivery.verdicts import Verdict, verdict_of
from groupops.messaging.failpoints import failpoint
from groupops.messaging.models import Attempt, Connection, Delivery, Receipt
from groupops.messaging.moves import move
from groupops.messaging.policy import LOOK_AFTER, RESULTS, Around, DeliveryState, RetryPolicy, Step, ending

log = logging.getLogger(__name__)
STAMP = timedelta(seconds=5)  # how exact a connection's time of the last sending is: its row must not be a queue
PERSEVERE = 15.0  # seconds to write down what came of a call while the database is away; less than a lease
UNPROVED = _("The platform gave no proof that the message was sent.")
LATE = "late: %s"  # the result of an attempt whose claim was lost before it
BROKE = _("The adapter broke; whether the message left is not known.")
S = DeliveryState
# Steps of a ladder that need no call: where they leave the delivery, and what proves it.
UNCALLED: dict[Step, tuple[DeliveryState, tuple[str, ...]]] = {
    Step.BY_HAND: (S.WAITING_PERSON, ()),
    Step.RECORDED: (S.SENT, ("recorded",)),
}


def hand_over(delivery: Delivery, adapter: Adapter, *, terms: Terms, now: Callable[[], datetime]) -> Around:
    """Check, choose the step, call, settle; what the outcome means for the rest of the connection.

    What nothing known speaks against is tried at once, by a statement that asks everything again; only what that refuses, and what
    must be asked of the platform first, is looked at reason by reason.
    """
    at = now()
    standing = gate.standing(delivery, adapter, terms=terms, at=at)
    if standing is not None and (doing := chosen(delivery, adapter, terms)).operation is not None:
        action = action_of(delivery, doing)
        attempt = _begun(delivery, adapter, doing, terms, at, standing)
        if attempt is not None:
            return _tried(delivery, adapter, doing, action, attempt, now)
    stop = gate.stopped(delivery, adapter, terms=terms, at=at)
    if stop is not None:
        _settle(delivery, None, stop, at)
        return stop.around
    doing = chosen(delivery, adapter, terms)
    if doing.operation is None:
        return _uncalled(delivery, doing, at)
    action = action_of(delivery, doing)
    return _tried(delivery, adapter, doing, action, _begun(delivery, adapter, doing, terms, now(), None), now)


def _uncalled(delivery: Delivery, doing: Doing, at: datetime) -> Around:
    """A step that needs no call, unless a pause came."""
    held = gate.held(delivery)
    if held is not None:
        _settle(delivery, None, held, at)
        return held.around
    state, proof = UNCALLED[doing.step]
    _settle(delivery, None, Verdict(state, doing.step, doing.why, remote_ids=proof), at, doing)
    return Around.NOTHING


def _begun(
    delivery: Delivery, adapter: Adapter, doing: Doing, terms: Terms, at: datetime, standing: Standing | None
) -> Attempt | Full | None:
    asked = doing.operation or Operation(delivery.operation)
    calls = parts.count(doing.text, adapter.capabilities().get(asked))
    return begin(delivery, doing, terms.limits, calls=calls, alone=adapter.alone, standing=standing, at=at)


def _tried(
    delivery: Delivery, adapter: Adapter, doing: Doing, action: Action, attempt: Attempt | Full | None, now: Callable[[], datetime]
) -> Around:
    at = now()
    if not isinstance(attempt, Attempt):
        return _not_now(delivery, attempt, at)
    verdict = _call(adapter, action)
    failpoint("after-call")
    _persist(lambda: _settle(copy.copy(delivery), attempt, verdict, now(), doing))  # a copy: what rolls back must be as it was read
    failpoint("after-settle")
    if verdict.state == S.SENT:
        _stamp(delivery.connection, at)
        works(delivery.connection, at=at)
    return verdict.around


def _not_now(delivery: Delivery, full: Full | None, at: datetime) -> Around:
    """The claim is given back: to a pause, or until its limit has room again; a limit of the whole connection lets all of it rest."""
    held = gate.held(delivery)
    if held is not None:
        _settle(delivery, None, held, at)
        return held.around
    release(delivery, at=at, not_before=full.until if full else None)
    if full is None or not full.whole:
        return Around.NOTHING
    rest(delivery.connection_id, until=full.until)
    return Around.REST


def chosen(delivery: Delivery, adapter: Adapter, terms: Terms) -> Doing:
    """What is done for a delivery here and now. A step that was begun stays: a retry must look for what the first try left."""
    if delivery.attempts and delivery.step:
        return begun(Operation(delivery.operation), delivery.step, text=delivery.text)
    can = terms.able(adapter, delivery.group.binding)
    return choose(Operation(delivery.operation), can, text=delivery.text, ends=delivery.until is not None)


def action_of(delivery: Delivery, doing: Doing) -> Action:
    """The delivery as its adapter sees it."""
    started = None
    if delivery.attempts:
        started = delivery.tries.order_by("number").values_list("started_at", flat=True).first()
    return Action(
        key=delivery.key,
        group=delivery.group.binding.remote_id,
        text=doing.text,
        user=delivery.user,
        message=delivery.message,
        until=delivery.until,
        operation=doing.operation or Operation(delivery.operation),
        since=started,
    )


def _call(adapter: Adapter, action: Action) -> Verdict:
    try:
        return _outcome(adapter.perform(action), action)
    except AdapterError as error:
        return verdict_of(error)
    except Exception as error:  # whatever an adapter raises, the message may be out there
        log.exception("adapter %s broke", adapter.kind)
        return Verdict(ending(error).state, "Broken", BROKE, type(error).__name__)


def _outcome(outcome: Outcome, action: Action) -> Verdict:
    if outcome.result == Result.DONE and not any(outcome.remote_ids):
        if action.operation in SAYING:
            return Verdict(S.UNKNOWN, outcome.result, UNPROVED)
        return Verdict(S.SENT, outcome.result, outcome.line, remote_ids=(f"{action.operation}:{action.user or action.message}",))
    return Verdict(RESULTS[outcome.result], outcome.result, outcome.line, remote_ids=outcome.remote_ids)


def _settle(delivery: Delivery, attempt: Attempt | None, verdict: Verdict, at: datetime, doing: Doing | None = None) -> None:
    """The move, the attempt's end, the receipt and what lies around, together. A result under a lost fence does not count."""
    whole = attempt is not None and settling.is_whole(delivery, verdict)
    with nullcontext() if whole else transaction.atomic():
        if attempt is not None and verdict.state == S.SENT and settling.at_once():
            counted = settling.sent(delivery, attempt, verdict, at, doing, late=LATE % verdict.result)
        else:
            counted = _moved(delivery, verdict, at, tried=attempt is not None, doing=doing)
            if attempt is not None:
                result = verdict.result if counted else LATE % verdict.result
                ended = {"ended_at": at, "result": result[:30], "code": verdict.code[:60], "line": verdict.line[:300]}
                Attempt.objects.filter(pk=attempt.pk).update(**ended)
            if counted and verdict.state == S.SENT:
                _receipt(delivery, verdict.remote_ids, at)
        if counted and verdict.state == S.SENT:
            _after(delivery, at)
        if doing is not None and doing.operation is not None and verdict.around == Around.LEARN:
            abilities.learn(delivery, doing.operation, verdict.line, at)
        around(delivery, verdict.around, line=verdict.line, after=verdict.after, at=at)
    if not counted:
        log.warning("delivery %s: the claim was lost before its result (%s)", delivery.pk, verdict.result)


def _moved(delivery: Delivery, verdict: Verdict, at: datetime, *, tried: bool, doing: Doing | None) -> bool:
    if verdict.state == S.UNKNOWN:
        return move(delivery, S.UNKNOWN, at=at, why=verdict.line, not_before=at + LOOK_AFTER)
    if verdict.state != S.RETRY:
        return move(delivery, verdict.state, at=at, why=verdict.line, not_before=verdict.not_before, **stands(doing))
    attempts = delivery.attempts if tried else delivery.attempts + 1
    wait = _wait(delivery, verdict, attempts - delivery.forgiven)
    if wait is None:
        return move(delivery, S.FAILED, at=at, why=verdict.line, attempts=attempts)
    anew = {"step": "", "degraded": ""} if verdict.around == Around.LEARN else {}
    return move(delivery, S.RETRY, at=at, why=verdict.line, attempts=attempts, not_before=at + wait, **anew)


def _wait(delivery: Delivery, verdict: Verdict, tries: int) -> timedelta | None:
    """How long to wait before the next try; None gives up."""
    policy: RetryPolicy = groups.policy("delivery.retry", group=delivery.group)
    if verdict.counts:
        return policy.wait(tries)
    return max(timedelta(seconds=verdict.after), policy.pause(tries))


def prove(delivery: Delivery, remote_ids: tuple[str, ...], at: datetime) -> None:
    """The receipt, without which nothing counts as sent."""
    _receipt(delivery, remote_ids, at)
    _after(delivery, at)


def _receipt(delivery: Delivery, remote_ids: tuple[str, ...], at: datetime) -> None:
    parts = list(remote_ids) if len(remote_ids) > 1 else []
    Receipt.objects.create(delivery=delivery, remote_id=remote_ids[-1][:255], parts=parts, at=at)


def _after(delivery: Delivery, at: datetime) -> None:
    if delivery.step == Step.TIMER:
        timers.lift_later(delivery, at=at)


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
