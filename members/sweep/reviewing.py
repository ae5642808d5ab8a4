"""What people decide about silent members: remove (with a second person above the cap), stay, ask or try again, invite back."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.messaging import outbox
from groupops.messaging import services as messaging
from groupops.messaging.adapter import Operation
from groupops.messaging.models import Binding, Delivery
from groupops.messaging.policy import Decision
from groupops.record import services as record
from groupops.shared.errors import Refused
from members.models import Membership, SweepCase
from members.sweep import moving, queries
from members.sweep.services import ASK
from members.sweeping import MOVES, CaseState, Mode, SweepRule, needs_second

REMOVE = "sweep_remove"
REMOVE_WITHIN = timedelta(days=7)
Why = str | Promise | None  # why nothing was done; None where it was
NOT_THERE = _("It has moved on: it is now “%(state)s”.")
ONLY_ASKS = _("The sweep of this group removes nobody: policy “Inactive sweep”.")
CAP = _("The cap of this run is reached: the others wait for the next run.")
SAME_PERSON = _("You approved it yourself; a second person decides.")
NOT_REMOVED = _("They were not removed.")


@dataclass
class Many:
    """What became of several cases: which were done, and which not and why."""

    done: list[SweepCase] = field(default_factory=list)
    skipped: list[tuple[SweepCase, str | Promise]] = field(default_factory=list)


Work = Callable[[SweepCase], Why]


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
            return _moved_on(case)
        if rules[run].mode != Mode.REMOVE:
            return ONLY_ASKS
        if before[run] + used[run] >= rules[run].batch:
            return CAP
        used[run] += 1
        second = needs_second(before[run] + min(chosen[run], rules[run].batch - before[run]), rules[run])
        given: dict[str, Any] = {"approved_by": by, "approved_at": at, "needs_second": second, "second_by": None, "second_at": None}
        moving.move(case, CaseState.APPROVED if second else CaseState.REMOVING, at=at, by=by, **given)
        if not second:
            _remove(case, at)
        _audit(case, "sweep.approve", by, at)
        return None

    return _each(cases, work, by=by, at=at)


def second(*, cases: Sequence[SweepCase], by: User, at: datetime) -> Many:
    """The second person approves."""

    def work(case: SweepCase) -> Why:
        if case.state != CaseState.APPROVED:
            return _moved_on(case)
        if case.approved_by_id == by.pk:
            return SAME_PERSON
        moving.move(case, CaseState.REMOVING, at=at, by=by, second_by=by, second_at=at)
        _remove(case, at)
        _audit(case, "sweep.second", by, at)
        return None

    return _each(cases, work, by=by, at=at)


def spare(*, cases: Sequence[SweepCase], why: str, by: User, at: datetime) -> Many:
    """They stay, and count as heard of now: the next runs leave them alone. One that is being removed is pardoned if nothing left yet."""
    held = _held_back([case.pk for case in cases if case.state == CaseState.REMOVING], by, at)

    def work(case: SweepCase) -> Why:
        if case.pk in held.refused:
            return held.refused[case.pk]
        if case.pk not in held.pardoned:
            if CaseState.SPARED not in MOVES[CaseState(case.state)] or case.state == CaseState.REMOVING:
                return _moved_on(case)
            moving.move(case, CaseState.SPARED, at=at, by=by, why=why)
        elif case.state == CaseState.SPARED:
            SweepCase.objects.filter(pk=case.pk).update(why=why[:300])
        Membership.objects.filter(pk=case.membership_id).update(kept_at=at)
        _audit(case, "sweep.spare", by, at, why=why)
        return None

    return _each(cases, work, by=by, at=at, follows=False)


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
            return _moved_on(case)
        Membership.objects.filter(pk=case.membership_id, kept_at=case.state_at).update(kept_at=None)
        moving.move(case, CaseState.IN_REVIEW, at=at, by=by)
        _audit(case, "sweep.unspare", by, at)
        return None

    return _each(cases, work, by=by, at=at, follows=False)


def again(*, cases: Sequence[SweepCase], by: User, at: datetime) -> Many:
    """Ask again, or try to remove again: the delivery that failed goes once more."""
    purposes = {CaseState.UNASKED: ASK, CaseState.FAILED: REMOVE}
    result = Many()
    for case in cases:
        delivery = (
            Delivery.objects.filter(purpose=purposes.get(CaseState(case.state), ""), subject_id=case.pk).select_related("group").first()
        )
        if delivery is None or not access.may(by, GroupRight.MODERATE, case.run.group):
            result.skipped.append((case, _moved_on(case)))
            continue
        try:
            messaging.decide(delivery=delivery, decision=Decision.AGAIN, by=by, at=at)
            result.done.append(case)
        except Refused as refusal:
            result.skipped.append((case, refusal.message))
    return result


def want_back(*, cases: Sequence[SweepCase], by: User, at: datetime) -> Many:
    """They were removed and are to come back: no platform lets us invite, so a person does; Today says so until they are there."""

    def work(case: SweepCase) -> Why:
        if case.state != CaseState.REMOVED or case.wanted_back_at is not None:
            return NOT_REMOVED
        case.wanted_back_at, case.wanted_back_by = at, by
        case.save(update_fields=["wanted_back_at", "wanted_back_by"])
        _audit(case, "sweep.want_back", by, at)
        return None

    return _each(cases, work, by=by, at=at, follows=False)


def restored(*, cases: Sequence[SweepCase], by: User, at: datetime) -> Many:
    """A person says that they are back."""

    def work(case: SweepCase) -> Why:
        if case.state != CaseState.REMOVED:
            return NOT_REMOVED
        moving.move(case, CaseState.RESTORED, at=at, by=by)
        Membership.objects.filter(pk=case.membership_id).update(kept_at=at)
        _audit(case, "sweep.restored", by, at)
        return None

    return _each(cases, work, by=by, at=at, follows=False)


def not_back(*, cases: Sequence[SweepCase], by: User, at: datetime) -> Many:
    """Take `restored` back: they are still away, and Today asks again to invite them."""

    def work(case: SweepCase) -> Why:
        if case.state != CaseState.RESTORED:
            return _moved_on(case)
        Membership.objects.filter(pk=case.membership_id, kept_at=case.state_at).update(kept_at=None)
        moving.move(case, CaseState.REMOVED, at=at, by=by)
        _audit(case, "sweep.not_back", by, at)
        return None

    return _each(cases, work, by=by, at=at, follows=False)


def _each(cases: Sequence[SweepCase], work: Work, *, by: User, at: datetime, follows: bool = True) -> Many:
    """Carry something out on each that `by` may remove people from, locked in order. `follows`: what ended by itself moves there first."""
    result = Many()
    groups: list[Group] = [case.run.group for case in cases]
    rights = access.rights_on(by, {group.pk: group for group in groups}.values())
    with transaction.atomic():
        rows = moving.locked([case.pk for case in cases])
        if follows:
            moving.follow([row for row in rows if row.state in (CaseState.IN_REVIEW, CaseState.APPROVED)], at=at)
        for row in rows:
            may = GroupRight.MODERATE in rights[row.run.group_id]
            if why := work(row) if may else access.MISSING[GroupRight.MODERATE]:
                result.skipped.append((row, why))
            else:
                result.done.append(row)
    return result


def _moved_on(case: SweepCase) -> str | Promise:
    return NOT_THERE % {"state": case.get_state_display()}


def _remove(case: SweepCase, at: datetime) -> None:
    realm = Binding.objects.filter(group=case.run.group).values_list("connection__adapter", flat=True).first() or ""
    remote_id, name = queries.identities([case], realm)[case.membership.person_id]
    wish = outbox.Wish(Operation.KICK, user=remote_id, user_name=name)
    outbox.act(wish, purpose=REMOVE, subject_id=case.pk, group=case.run.group, due_at=at, expires_at=at + REMOVE_WITHIN, at=at)


def _audit(case: SweepCase, verb: str, by: User, at: datetime, why: str = "") -> None:
    after = {"state": case.state} | ({"why": why} if why else {})
    record.audit(by=by, verb=verb, target=case, at=at, group_id=case.run.group_id, after=after)
