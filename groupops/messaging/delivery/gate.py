"""Why a call must not be made, asked just before it: the first reason that is found, as the state it leads to."""

import logging
from datetime import datetime

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext_noop as _

from groupops.messaging import kinds
from groupops.messaging.delivery.verdicts import Verdict
from groupops.messaging.models import Delivery
from groupops.messaging.policy import DeliveryState

log = logging.getLogger(__name__)
LAPSED = _("It was not sent in time.")
MOVED = _("The group's room was changed meanwhile: post it by hand, then confirm.")
GUARD_BROKE = _("What should be checked before sending could not be checked.")
S = DeliveryState


def stopped(delivery: Delivery, at: datetime) -> Verdict | None:
    """The state that follows instead of the call; None: go."""
    for reason in (_late, _moved, _guarded):
        verdict = reason(delivery, at)
        if verdict is not None:
            return verdict
    return None


def _late(delivery: Delivery, at: datetime) -> Verdict | None:
    return Verdict(S.MISSED, "", LAPSED) if delivery.expires_at and delivery.expires_at <= at else None


def _moved(delivery: Delivery, at: datetime) -> Verdict | None:
    binding = getattr(delivery.group, "binding", None)
    moved = binding is None or binding.connection_id != delivery.connection_id
    return Verdict(S.WAITING_PERSON, "", MOVED) if moved else None


def _guarded(delivery: Delivery, at: datetime) -> Verdict | None:
    try:
        line = kinds.guard(delivery, at=at)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("the guard of delivery %s broke", delivery.pk)
        return Verdict(S.RETRY, "", GUARD_BROKE)
    return Verdict(S.CANCELLED, "", line) if line else None
