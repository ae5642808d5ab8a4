"""They stay; and taken back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from groupops.accounts.models import User
from groupops.messaging import services as messaging
from groupops.messaging.models import Delivery
from groupops.messaging.policy import Decision
from groupops.shared.errors import Refused
from members.models import Membership, SweepCase
from members.sweep import moving
from members.sweep.reviewing.deciding import REMOVE, Many, Why, audit, each, moved_on
from members.sweeping import MOVES, CaseState


def spare(*, cases: Sequence[SweepCase], why: str, by: User, at: datetime) -> Many:
    """They stay, and count as heard of now: the next runs leave them alone. One that is being removed is pardoned if nothing left yet."""
    held = _held_back([case.pk for case in cases if case.state == CaseState.REMOVING], by, at)

    def work(case: SweepCase) -> Why:
        if case.pk in held.refused:
            return held.refused[case.pk]
        if case.pk not in held.pardoned:
            if CaseState.SPARED not in MOVES[CaseState(case.state)] or case.state == CaseState.REMOVING:
                return moved_on(case)
            moving.move(case, CaseState.SPARED, at=at, by=by, why=why)
        elif case.state == CaseState.SPARED:
            SweepCase.objects.filter(pk=case.pk).update(why=why[:300])
        Membership.objects.filter(pk=case.membership_id).update(kept_at=at)
        audit(case, "sweep.spare", by, at, why=why)
        return None

    return each(cases, work, by=by, at=at, follows=False)


@dataclass
class _Held:
    pardoned: set[int] = field(default_factory=set)
    refused: dict[int, str] = field(default_factory=dict)


def _held_back(pks: Collection[int], by: User, at: datetime) -> _Held:
    """Cancel removals that have not left. Each by itself and before the cases are locked: settling locks the delivery first."""
    held = _Held()
    for delivery in Delivery.objects.filter(purpose=REMOVE, subject_id__in=pks).select_related("group").order_by("pk"):
        try:
            messaging.decide(delivery=delivery, decision=Decision.CANCEL, by=by, at=at)
            held.pardoned.add(delivery.subject_id)
        except Refused as refusal:
            held.refused[delivery.subject_id] = str(refusal.message)
    return held


def unspare(*, cases: Sequence[SweepCase], by: User, at: datetime) -> Many:
    """Take "they stay" back, of those that were in review before."""

    def work(case: SweepCase) -> Why:
        if case.state != CaseState.SPARED or case.asked_at is None or case.approved_at is not None:
            return moved_on(case)
        Membership.objects.filter(pk=case.membership_id, kept_at=case.state_at).update(kept_at=None)
        moving.move(case, CaseState.IN_REVIEW, at=at, by=by)
        audit(case, "sweep.unspare", by, at)
        return None

    return each(cases, work, by=by, at=at, follows=False)
