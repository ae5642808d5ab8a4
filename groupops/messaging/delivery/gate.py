"""Why a call must not be made, asked just before it: the first reason that is found, as the state it leads to."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext_noop as _

from groupops.messaging import holding, kinds, repeats, targets
from groupops.messaging.adapter import SAYING, Adapter, AdapterError
from groupops.messaging.delivery.terms import Terms
from groupops.messaging.delivery.trying import Standing
from groupops.messaging.delivery.verdicts import Verdict, verdict_of
from groupops.messaging.models import Binding, Delivery
from groupops.messaging.policy import DeliveryState
from groupops.messaging.timers import PURPOSE

log = logging.getLogger(__name__)
LAPSED = _("It was not sent in time.")
MOVED = _("The group's room was changed meanwhile: post it by hand, then confirm.")
GUARD_BROKE = _("What should be checked before sending could not be checked.")
QUIET = _("Quiet hours: it leaves when they end.")
QUIET_OVER = _("Its time is over before the quiet hours end.")
REPEAT = _("The same text was said here a short while ago. Send it again if that is meant.")
NOT_SEEN = _("The room could not be looked at before sending.")
OTHER_WORLD = _("A sandbox speaks in its own room alone, and nobody else does there: this was not sent.")
S = DeliveryState
Reason = Callable[[Delivery, Adapter, Terms, datetime], Verdict | None]


def stopped(delivery: Delivery, adapter: Adapter, *, terms: Terms, at: datetime) -> Verdict | None:
    """The state that follows instead of the call; None: go. What asks the platform comes late, the purpose's own guard last.

    A pause counts before every reason but lateness. It is looked for only where there is another: what goes, `begin` asks.
    """
    if delivery.expires_at and delivery.expires_at <= at:
        return Verdict(S.MISSED, "", LAPSED)
    for reason in REASONS:
        verdict = reason(delivery, adapter, terms, at)
        if verdict is not None:
            return held(delivery) or verdict
    return None


def standing(delivery: Delivery, adapter: Adapter, *, terms: Terms, at: datetime) -> Standing | None:
    """What speaks for the call by what was read with the claim, to be asked once more by the statement that begins the try.

    None: something speaks against it, or must be asked by a query of its own: then `stopped` tells.
    """
    binding = getattr(delivery.group, "binding", None)
    if not kinds.asks_by_row(delivery.purpose) or binding is None or binding.connection_id != delivery.connection_id:
        return None
    late = delivery.expires_at is not None and delivery.expires_at <= at
    if late or binding.mismatch or not targets.is_fresh(binding, at):
        return None
    if any(reason(delivery, adapter, terms, at) for reason in AT_HAND):
        return None
    return Standing(binding.remote_id, _doubted_since(delivery, terms, at))


def held(delivery: Delivery) -> Verdict | None:
    """A pause that came after the claim. To be asked wherever a delivery does not come to `begin`, or not past it."""
    return Verdict(S.DUE, "", holding.HELD) if holding.is_held(delivery) else None


def _moved(delivery: Delivery, adapter: Adapter, terms: Terms, at: datetime) -> Verdict | None:
    """The room as it is bound now, which the call will use."""
    binding = Binding.objects.filter(group=delivery.group_id).first()
    if binding is None or binding.connection_id != delivery.connection_id:
        return Verdict(S.WAITING_PERSON, "", MOVED)
    delivery.group.binding = binding
    return None


def _other_world(delivery: Delivery, adapter: Adapter, terms: Terms, at: datetime) -> Verdict | None:
    """The last door between a sandbox and real people, whatever stands in the binding. Nothing undoes it."""
    return Verdict(S.FAILED, "", OTHER_WORLD) if delivery.group.sandbox != adapter.pretends else None


def _quiet(delivery: Delivery, adapter: Adapter, terms: Terms, at: datetime) -> Verdict | None:
    """Only what the machine says by itself: what a person orders now is meant now."""
    if delivery.operation not in SAYING or delivery.urgent or delivery.insisted or delivery.purpose == PURPOSE:
        return None
    over = terms.quiet_hours(delivery).until(at, delivery.group.zone)
    if over is None:
        return None
    if delivery.expires_at and delivery.expires_at <= over:
        return Verdict(S.MISSED, "", QUIET_OVER)
    return Verdict(S.DUE, "", QUIET, not_before=over)


def _repeated(delivery: Delivery, adapter: Adapter, terms: Terms, at: datetime) -> Verdict | None:
    since = _doubted_since(delivery, terms, at)
    if since is None or not repeats.before(delivery, since=since).exists():
        return None
    return Verdict(S.WAITING_PERSON, "", REPEAT)


def _doubted_since(delivery: Delivery, terms: Terms, at: datetime) -> datetime | None:
    """From when on the same text makes this one doubtful; None: it is not doubted."""
    if delivery.operation not in SAYING or delivery.insisted or not delivery.text_key:
        return None
    return terms.same_text(delivery).since(at, delivery.text)


def _elsewhere(delivery: Delivery, adapter: Adapter, terms: Terms, at: datetime) -> Verdict | None:
    """Another room than the one that was bound."""
    try:
        line = targets.verify(delivery.group.binding, adapter, at=at)
    except AdapterError as error:
        return _unseen(error)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("adapter %s broke", adapter.kind)
        return Verdict(S.RETRY, "", NOT_SEEN)
    return Verdict(S.WAITING_PERSON, "", line) if line else None


def _unseen(error: AdapterError) -> Verdict:
    """As in the call. But looking is not sending: what would be unknown there is certainly not sent here."""
    verdict = verdict_of(error)
    return replace(verdict, state=S.RETRY) if verdict.state == S.UNKNOWN else verdict


def _guarded(delivery: Delivery, adapter: Adapter, terms: Terms, at: datetime) -> Verdict | None:
    try:
        line = kinds.guard(delivery, at=at)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("the guard of delivery %s broke", delivery.pk)
        return Verdict(S.RETRY, "", GUARD_BROKE)
    return Verdict(S.CANCELLED, "", line) if line else None


AT_HAND: tuple[Reason, ...] = (_other_world, _quiet)  # need no query
REASONS: tuple[Reason, ...] = (_other_world, _moved, _quiet, _repeated, _elsewhere, _guarded)
