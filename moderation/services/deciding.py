"""People judge a case: take it, decide it, put it off, take the decision back."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups import queries as groups
from groupops.groups.access import GroupRight
from groupops.record import services as record
from groupops.shared import links, live
from groupops.shared.errors import Conflict, Forbidden
from members.models import Colleague
from moderation import queries
from moderation.models import Case, Decision, Strike
from moderation.policy import (
    MOVES,
    OPEN,
    CaseState,
    LadderRule,
    MeasureState,
    Offence,
    Rung,
    Severity,
    Verdict,
    due,
    ladder_of,
    outcome,
    spelt,
    weight_of,
)
from moderation.policy.ladder import GENTLY
from moderation.services import acting, counting

LEASE = timedelta(minutes=10)
TAKEN_BACK = gettext_noop("The decision was taken back.")
REMIND_ONLY = GENTLY[0]
VERBS = {Verdict.PUNISH: "case.punish", Verdict.REMIND: "case.remind", Verdict.CLEAN: "case.clean", Verdict.MISTAKE: "case.mistake"}


class AlreadyDecided(Conflict):
    """Somebody was faster; the message says who and what."""


class TakenByOther(Conflict):
    """A colleague is at it."""


class ItIsYou(Forbidden):
    """Nobody judges their own case."""


class TooLate(Conflict):
    """It has left."""


class IllegalMove(Exception):
    """The table has no such move: a bug, not a refusal."""


def claim(*, case: Case, by: User, at: datetime) -> Case:
    """领取: nobody else decides it for a while; again is longer. Raises Forbidden, AlreadyDecided, TakenByOther."""
    access.demand(by, GroupRight.MODERATE, case.group)
    with transaction.atomic():
        row = _locked(case)
        _demand_open(row)
        _demand_free(row, by, at)
        row.claimed_by, row.claimed_until = by, at + LEASE
        row.save(update_fields=["claimed_by", "claimed_until"])
    live.publish(live.DELIVERIES)
    return row


def release(*, case: Case, by: User, at: datetime) -> Case:
    """Give it back. Raises Forbidden, TakenByOther."""
    access.demand(by, GroupRight.MODERATE, case.group)
    with transaction.atomic():
        row = _locked(case)
        _demand_free(row, by, at)
        row.claimed_by = row.claimed_until = None
        row.save(update_fields=["claimed_by", "claimed_until"])
    return row


def snooze(*, case: Case, until: datetime, by: User, at: datetime) -> Case:
    """Put it off. Raises Forbidden, AlreadyDecided, TakenByOther."""
    access.demand(by, GroupRight.MODERATE, case.group)
    with transaction.atomic():
        row = _locked(case)
        _demand_open(row)
        _demand_free(row, by, at)
        row.snoozed_until, row.claimed_by, row.claimed_until = until, None, None
        row.save(update_fields=["snoozed_until", "claimed_by", "claimed_until"])
        record.audit(by=by, verb="case.snooze", target=row, at=at, group_id=row.group_id, after={"until": until.isoformat()})
    return row


def decide(*, case: Case, verdict: Verdict, version: int | None = None, note: str = "", by: User, at: datetime) -> Case:
    """Judge a case, as the page showed it (`version`; None: as it is). Its acts leave after the policy's time, until then `undo` is honest.

    A punishment of somebody with a post waits for a second person; that person decides by the same call.
    Raises Forbidden, ItIsYou, AlreadyDecided, TakenByOther.
    """
    access.demand(by, GroupRight.MODERATE, case.group)
    try:
        with transaction.atomic():
            row = _locked(case)
            _demand_open(row)
            _demand_version(row, version)
            _demand_free(row, by, at)
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


def make(*, case: Case, verdict: Verdict, rule: LadderRule, by: User | None, note: str = "", at: datetime) -> Decision:
    """The decision, with the step that is due now."""
    step, rung = step_of(case, rule, at) if verdict == Verdict.PUNISH else (None, REMIND_ONLY)
    acts = spelt(rung) if verdict in (Verdict.PUNISH, Verdict.REMIND) else ""
    return Decision.objects.create(case=case, verdict=verdict, by=by, at=at, step=step, acts=acts, note=note)


def step_of(case: Case, rule: LadderRule, at: datetime) -> tuple[int, Rung]:
    """The step that a punishment of this case leads to now, as a person carries it out."""
    offence = Offence(case.offence)
    ladder = ladder_of(offence)
    counted = queries.standings([case.membership_id], at)[case.membership_id, ladder]
    rungs = rule.rungs(ladder)
    step = due(rungs, counted, weight_of(offence, Severity(case.severity)))
    return step, rungs[step].decided


def punish(*, case: Case, decision: Decision, rule: LadderRule, at: datetime, due_at: datetime) -> Strike | None:
    """Give the strike, carry the step out, take the messages out of the count. In the caller's transaction, the case locked."""
    step, rung = step_of(case, rule, at)
    decision.step, decision.acts = step, spelt(rung)
    decision.save(update_fields=["step", "acts"])
    strike = _strike(case, decision, rule, at)
    move(case, CaseState.PUNISHED, at=at)
    acting.carry_out(case=case, decision=decision, rung=rung, rule=rule, strike=strike, at=at, due_at=due_at)
    if strike:
        counting.withhold([case.pk])
    return strike


def _strike(case: Case, decision: Decision, rule: LadderRule, at: datetime) -> Strike | None:
    offence = Offence(case.offence)
    weight = weight_of(offence, Severity(case.severity))
    if not weight:
        return None
    return Strike.objects.create(
        decision=decision,
        case=case,
        membership_id=case.membership_id,
        group_id=case.group_id,
        ladder=ladder_of(offence),
        offence=offence,
        weight=weight,
        at=at,
        expires_at=rule.expires(at),
        appeal_until=rule.appealable(at),
        rules=groups.current_rules(case.group),
        key=links.new_key(),
    )


def undo(*, case: Case, by: User, at: datetime) -> Case:
    """Take the decision back while nothing has left. Raises Forbidden, TooLate."""
    access.demand(by, GroupRight.MODERATE, case.group)
    with transaction.atomic():
        leaving = acting.locked(case, acting.waiting(case))
        row = _locked(case)
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
        counting.give_back([row.pk])
        move(row, CaseState.OPEN, at=at)
        record.audit(by=by, verb="case.undo", target=row, at=at, group_id=row.group_id, before={"verdict": decision.verdict})
    return row


def move(case: Case, to: CaseState, *, at: datetime) -> None:
    """Move a locked case along the table."""
    if to not in MOVES[CaseState(case.state)]:
        raise IllegalMove(f"{case.state} → {to}")
    case.state, case.state_at, case.version = to, at, case.version + 1
    case.claimed_by = case.claimed_until = case.snoozed_until = None
    case.save(update_fields=["state", "state_at", "version", "claimed_by", "claimed_until", "snoozed_until"])


def _locked(case: Case) -> Case:
    rows = Case.objects.select_for_update(of=("self",)).select_related("group__kind", "membership__person", "claimed_by")
    return rows.get(pk=case.pk)


def _demand_open(case: Case) -> None:
    if case.state in OPEN:
        return
    decision = case.decisions.filter(undone_at=None).select_related("by", "second_by").first()
    if decision is None:
        raise AlreadyDecided(_("This case is over: %(state)s.") % {"state": case.get_state_display()})
    who = decision.second_by or decision.by or _("the machine")
    told = {"who": who, "what": decision.get_verdict_display(), "at": f"{decision.at:%H:%M:%S}"}
    raise AlreadyDecided(_("%(who)s has decided this case already (%(at)s UTC): %(what)s.") % told)


def _demand_version(case: Case, version: int | None) -> None:
    if version is not None and version != case.version:
        raise AlreadyDecided(_("The case has changed since you opened it: look at it again."))


def _demand_free(case: Case, by: User, at: datetime) -> None:
    taken = case.claimed_by_id not in (None, by.pk) and case.claimed_until is not None and case.claimed_until > at
    if taken:
        raise TakenByOther(_("%(who)s has taken this case and is at it.") % {"who": case.claimed_by})


def demand_other(case: Case, by: User) -> None:
    """Raise ItIsYou where the case is about `by`."""
    person = case.membership.person
    mine = Q(person=person) | Q(person=person.merged_into_id or person.pk)
    if Colleague.objects.filter(mine, user=by).exists():
        raise ItIsYou(_("It is about you: somebody else decides."))
