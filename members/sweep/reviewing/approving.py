"""Remove them, with a second person above the cap; try again."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.messaging import services as messaging
from groupops.messaging.models import Delivery
from groupops.messaging.policy import Decision
from groupops.shared.errors import Refused
from members.models import SweepCase
from members.sweep import moving, queries
from members.sweep.reviewing.deciding import REMOVE, Many, Why, audit, each, moved_on, remove
from members.sweep.services import ASK
from members.sweeping import CaseState, Mode, SweepRule, needs_second

ONLY_ASKS = _("The sweep of this group removes nobody: policy “Inactive sweep”.")
CAP = _("The cap of this run is reached: the others wait for the next run.")
SAME_PERSON = _("You approved it yourself; a second person decides.")


def approve(*, cases: Sequence[SweepCase], by: User, at: datetime) -> Many:
    """Remove them, as far as the run's cap goes. Above the policy's number a second person must approve: then they wait for that."""
    chosen = Counter(case.run_id for case in cases)
    rules: dict[int, SweepRule] = {}
    before: dict[int, int] = {}
    used: Counter[int] = Counter()

    def work(case: SweepCase) -> Why:
        run = case.run_id
        if run not in rules:
            rules[run], before[run] = queries.rule_of(case.run.group), queries.approved_in(case.run)
        if case.state != CaseState.IN_REVIEW:
            return moved_on(case)
        if rules[run].mode != Mode.REMOVE:
            return ONLY_ASKS
        if before[run] + used[run] >= rules[run].batch:
            return CAP
        used[run] += 1
        second = needs_second(before[run] + min(chosen[run], rules[run].batch - before[run]), rules[run])
        given: dict[str, Any] = {"approved_by": by, "approved_at": at, "needs_second": second, "second_by": None, "second_at": None}
        moving.move(case, CaseState.APPROVED if second else CaseState.REMOVING, at=at, by=by, **given)
        if not second:
            remove(case, at)
        audit(case, "sweep.approve", by, at)
        return None

    return each(cases, work, by=by, at=at)


def second(*, cases: Sequence[SweepCase], by: User, at: datetime) -> Many:
    """The second person approves."""

    def work(case: SweepCase) -> Why:
        if case.state != CaseState.APPROVED:
            return moved_on(case)
        if case.approved_by_id == by.pk:
            return SAME_PERSON
        moving.move(case, CaseState.REMOVING, at=at, by=by, second_by=by, second_at=at)
        remove(case, at)
        audit(case, "sweep.second", by, at)
        return None

    return each(cases, work, by=by, at=at)


def again(*, cases: Sequence[SweepCase], by: User, at: datetime) -> Many:
    """Ask again, or try to remove again: the delivery that failed goes once more."""
    purposes = {CaseState.UNASKED: ASK, CaseState.FAILED: REMOVE}
    result = Many()
    for case in cases:
        delivery = (
            Delivery.objects.filter(purpose=purposes.get(CaseState(case.state), ""), subject_id=case.pk).select_related("group").first()
        )
        if delivery is None or not access.may(by, GroupRight.MODERATE, case.run.group):
            result.skipped.append((case, moved_on(case)))
            continue
        try:
            messaging.decide(delivery=delivery, decision=Decision.AGAIN, by=by, at=at)
            result.done.append(case)
        except Refused as refusal:
            result.skipped.append((case, refusal.message))
    return result
