"""What every measure asks before it leaves, and tells when it has moved (settings.DELIVERY_KINDS)."""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_noop as _

from groupops.messaging.models import Delivery
from groupops.messaging.policy import DeliveryState, Step
from members import services as members
from moderation.models import Measure
from moderation.policy import Act, MeasureState, Offence
from moderation.queries.blacklist import held_against
from moderation.services import acting, deciding

OVER = _("It is no longer wanted.")
UNDONE = deciding.TAKEN_BACK
PARDONED = _("The appeal was upheld.")
LIFTED = _("They are no longer on the blacklist.")
GONE = _("They are no longer in the group.")
TAKEN_BACK = _("The author took the message back in time.")
# What is done for somebody, or says something to them, goes also where the strike no longer counts.
KINDLY = frozenset({Act.UNMUTE, Act.READMIT, Act.APOLOGY, Act.ANSWER})
IN_THE_GROUP = frozenset({Act.REMIND, Act.MUTE, Act.REMOVE})
D = DeliveryState
NOT_DONE = (D.FAILED, D.MISSED)


def guard(delivery: Delivery, *, at: datetime) -> str:
    """Why nobody must be punished any more, as a msgid; empty: go."""
    row = Measure.objects.select_related("case__membership", "decision__strike").get(pk=delivery.subject_id)
    if row.state in (MeasureState.DONE, MeasureState.CANCELLED):
        return OVER
    if row.act in KINDLY:
        return ""
    if row.decision.undone_at is not None:
        return UNDONE
    if _pardoned(row):
        return PARDONED
    if row.case.offence == Offence.BARRED and row.case.membership_id not in held_against([row.case.membership_id], at):
        return LIFTED
    if row.act in IN_THE_GROUP and row.case.membership.left_at is not None:
        return GONE
    return TAKEN_BACK if row.act == Act.RECALL and _is_back(row) else ""


def _is_back(row: Measure) -> bool:
    return row.case.evidence.filter(Q(message=row.about) & ~Q(taken_back_at=None)).exists()


def settled(delivery: Delivery, *, at: datetime) -> None:
    """The measure follows its delivery; a removal by hand is a removal that no platform tells us of."""
    rows = Measure.objects.select_for_update(of=("self",)).select_related("case__group__kind", "case__membership__person", "decision")
    row = rows.get(pk=delivery.subject_id)
    if _fails(delivery) and row.act in acting.OUTCOMES and not row.about:
        acting.by_hand(delivery, at=at)
        return
    was, row.why = row.done_at, ""
    if delivery.state == D.SENT:
        row.state, row.done_at = MeasureState.DONE, at
    elif delivery.state == D.CANCELLED:
        row.state, row.done_at, row.why = MeasureState.CANCELLED, None, delivery.why
    elif delivery.state in NOT_DONE:
        row.state, row.done_at, row.why = MeasureState.FAILED, None, delivery.why
    else:
        row.state, row.done_at = MeasureState.WAITING, None
    row.save(update_fields=["state", "done_at", "why"])
    if row.act in (Act.REMOVE, Act.BLACKLIST):
        _follow(row, delivery, was, at)
    if row.act == Act.MUTE and row.state == MeasureState.DONE and _pardoned(row):
        said = list(row.case.evidence.order_by("at", "pk"))
        acting.act_on(case=row.case, decision=row.decision, act=Act.UNMUTE, said=said, at=at, due_at=at)


def _fails(delivery: Delivery) -> bool:
    """The platform failed, not a person who says so, nor one who did not do it in time."""
    return delivery.state in NOT_DONE and delivery.connection_id is not None and delivery.step != Step.BY_HAND and not delivery.undo_state


def _pardoned(row: Measure) -> bool:
    """The appeal was upheld while the mute was just leaving."""
    strike = getattr(row.decision, "strike", None)
    return strike is not None and strike.overruled_at is not None


def _follow(row: Measure, delivery: Delivery, was: datetime | None, at: datetime) -> None:
    by_hand = delivery.connection_id is None or delivery.step == Step.BY_HAND
    if row.state == MeasureState.DONE and by_hand:
        members.left_by_hand(membership_id=row.case.membership_id, at=at)
    elif row.state != MeasureState.DONE:
        members.came_back(membership_id=row.case.membership_id, left_at=was)
