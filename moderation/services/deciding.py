"""People judge a case: decide it, take the decision back."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.record import services as record
from groupops.shared import live
from groupops.shared.errors import Conflict
from moderation import queries
from moderation.models import Case, Strike
from moderation.policy import MOVES, CaseState, MeasureState, Verdict, outcome
from moderation.services import acting, barring, counting
from moderation.services.demanding import AlreadyDecided, demand_free, demand_open, demand_other, demand_version, locked
from moderation.services.punishing import REMIND_ONLY, make, move, punish

TAKEN_BACK = gettext_noop("The decision was taken back.")
VERBS = {Verdict.PUNISH: "case.punish", Verdict.REMIND: "case.remind", Verdict.CLEAN: "case.clean", Verdict.MISTAKE: "case.mistake"}


class TooLate(Conflict):
    """It has left."""


def decide(*, case: Case, verdict: Verdict, version: int | None = None, note: str = "", by: User, at: datetime) -> Case:
    """Judge a case, as the page showed it (`version`; None: as it is). Its acts leave after the policy's time, until then `undo` is honest.

    A punishment of somebody with a post waits for a second person; that person decides by the same call.
    Raises Forbidden, ItIsYou, AlreadyDecided, TakenByOther.
    """
    access.demand(by, GroupRight.MODERATE, case.group)
    try:
        with transaction.atomic():
            row = locked(case)
            demand_open(row)
            demand_version(row, version)
            demand_free(row, by, at)
            demand_other(row, by)
            _judge(row, verdict, note.strip()[:300], by, at)
            after = {"verdict": verdict.value, "state": row.state, "note": note.strip()[:300]}
            record.audit(by=by, verb=VERBS[verdict], target=row, at=at, group_id=row.group_id, after=after)
    except IntegrityError as error:
        if "decision_once" not in str(error) and "moderation_decision.case_id" not in str(error):
            raise
        raise AlreadyDecided(_("Somebody else decided this case in the same moment. Look at it again.")) from None
    live.publish(live.DELIVERIES)
    return row


def _judge(case: Case, verdict: Verdict, note: str, by: User, at: datetime) -> None:
    first = case.decisions.filter(undone_at=None).first()
    if first is not None and first.by_id == by.pk:
        raise AlreadyDecided(_("You judged it yourself; a second person decides."))
    rule = queries.ladder_rules([case.group])[case.group_id]
    due_at = at + timedelta(seconds=rule.hold_seconds)
    if first is not None and verdict == Verdict.PUNISH:
        first.second_by, first.second_at = by, at
        first.save(update_fields=["second_by", "second_at"])
        punish(case=case, decision=first, rule=rule, at=at, due_at=due_at)
        return
    if first is not None:
        first.undone_at, first.undone_by = at, by
        first.save(update_fields=["undone_at", "undone_by"])
    decision = make(case=case, verdict=verdict, rule=rule, by=by, note=note, at=at)
    to = outcome(verdict, needs_second=case.needs_second and first is None)
    if to == CaseState.SECOND:
        move(case, to, at=at)
    elif verdict == Verdict.PUNISH:
        punish(case=case, decision=decision, rule=rule, at=at, due_at=due_at)
    else:
        move(case, to, at=at)
        if verdict == Verdict.REMIND:
            acting.carry_out(case=case, decision=decision, rung=REMIND_ONLY, rule=rule, strike=None, at=at, due_at=due_at)


def undo(*, case: Case, by: User, at: datetime) -> Case:
    """Take the decision back while nothing has left. Raises Forbidden, TooLate."""
    access.demand(by, GroupRight.MODERATE, case.group)
    with transaction.atomic():
        leaving = acting.locked(case, acting.waiting(case))
        row = locked(case)
        decision = row.decisions.filter(undone_at=None).first()
        if decision is None or CaseState.OPEN not in MOVES[CaseState(row.state)]:
            raise TooLate(_("There is no decision to take back."))
        if row.measures.filter(decision=decision, state=MeasureState.DONE).exists():
            raise TooLate(_("It has left already. Only an appeal changes it now."))
        if not acting.call_off(leaving, why=TAKEN_BACK, at=at):
            raise TooLate(_("It is just leaving. Look at the case again."))
        decision.undone_at, decision.undone_by = at, by
        decision.save(update_fields=["undone_at", "undone_by"])
        Strike.objects.filter(decision=decision, overruled_at=None).update(overruled_at=at, overruled_by=by)
        barring.forgive(case=row, by=by, at=at)
        counting.give_back([row.pk])
        move(row, CaseState.OPEN, at=at)
        record.audit(by=by, verb="case.undo", target=row, at=at, group_id=row.group_id, before={"verdict": decision.verdict})
    return row
