"""What the private question and the removal ask before they leave, and tell when they have moved (settings.DELIVERY_KINDS)."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop as _

from groupops.messaging.models import Delivery
from groupops.messaging.policy import DeliveryState, Step
from members import services as members
from members.consent import queries as consents
from members.consenting import Purpose
from members.models import SweepCase
from members.sweep import moving, queries
from members.sweeping import MOVES, CaseState, Mode

S, D = CaseState, DeliveryState
# Why nothing leaves any more, by how the case ended.
ENDED: dict[str, str] = {
    S.REPLIED: _("They spoke again."),
    S.KEPT: _("They keep the seat."),
    S.LEFT: _("They are no longer in the group."),
    S.EXEMPT: _("They are exempt now."),
    S.SPARED: _("A colleague decided that they stay."),
}
OVER = _("The sweep no longer wants this.")
ONLY_ASKS = _("The sweep of this group removes nobody any more.")
UNAPPROVED = _("A second person has not approved it.")
LOST = (D.FAILED, D.MISSED)
OPEN = (D.DUE, D.PLANNED, D.RETRY, D.WAITING_PERSON, D.UNKNOWN)


def guard_ask(delivery: Delivery, *, at: datetime) -> str:
    """Why nobody must be asked any more, as a msgid; empty: ask."""
    case = _case(delivery)
    if why := _ended(case, at) or ("" if case.state in (S.ASKING, S.UNASKED) else OVER):
        return why
    return consents.refusal(case.membership.person, Purpose.CARE)


def guard_remove(delivery: Delivery, *, at: datetime) -> str:
    """Everything once more, just before the call: still silent, approved, and the group's policy still removes."""
    case = _case(delivery)
    if why := _ended(case, at):
        return why
    if case.state not in (S.REMOVING, S.FAILED) or case.asked_at is None or case.approved_by_id is None:
        return OVER
    if queries.rule_of(case.run.group).mode != Mode.REMOVE:
        return ONLY_ASKS
    return UNAPPROVED if case.needs_second and case.second_by_id is None else ""


def _case(delivery: Delivery) -> SweepCase:
    return SweepCase.objects.select_related("run__group__kind", "membership__person").get(pk=delivery.subject_id)


def _ended(case: SweepCase, at: datetime) -> str:
    return ENDED.get(case.state) or ENDED.get(moving.ended(case, queries.facts([case], at)[case.pk]) or "", "")


def settled_ask(delivery: Delivery, *, at: datetime) -> None:
    """The case follows the question: asked only with a receipt, from which the grace counts."""
    [case] = moving.locked([delivery.subject_id])
    if delivery.state == D.SENT:
        grace = queries.rule_of(case.run.group).grace
        _go(case, S.ASKED, at=at, asked_at=at, grace_until=at + grace)
    elif delivery.state == D.CANCELLED:
        _cancelled(case, S.UNASKED, delivery.why, at)
    elif delivery.state in LOST:
        _go(case, S.UNASKED, at=at, why=delivery.why, asked_at=None, grace_until=None)
    elif delivery.state in OPEN and case.state in (S.ASKED, S.UNASKED):
        _go(case, S.ASKING, at=at, asked_at=None, grace_until=None)


def settled_remove(delivery: Delivery, *, at: datetime) -> None:
    """The case follows the removal: removed only with a receipt."""
    [case] = moving.locked([delivery.subject_id])
    if delivery.state == D.SENT:
        _go(case, S.REMOVED, at=at, removed_at=at)
        if delivery.connection_id is None or delivery.step == Step.BY_HAND:
            members.left_by_hand(membership_id=case.membership_id, at=at)
    elif delivery.state == D.CANCELLED:
        _cancelled(case, S.SPARED, delivery.why, at)
    elif delivery.state in LOST:
        members.came_back(membership_id=case.membership_id, left_at=case.removed_at)
        _go(case, S.FAILED, at=at, why=delivery.why, removed_at=None)
    elif delivery.state in OPEN and case.state in (S.REMOVED, S.FAILED):
        members.came_back(membership_id=case.membership_id, left_at=case.removed_at)
        _go(case, S.REMOVING, at=at, removed_at=None)


def _cancelled(case: SweepCase, otherwise: CaseState, why: str, at: datetime) -> None:
    """Where the case has come by itself, or else what a person's "do not send" means."""
    now = queries.facts([case], at)[case.pk]
    to = moving.ended(case, now)
    if to is not None:
        moving.settle(case, to, now, at=at)
    else:
        _go(case, otherwise, at=at, why=why)


def _go(case: SweepCase, to: CaseState, *, at: datetime, why: str = "", **values: Any) -> None:
    """Move where the table has it; a case that has gone on meanwhile is not called back."""
    if to in MOVES[CaseState(case.state)]:
        moving.move(case, to, at=at, why=why, **values)
