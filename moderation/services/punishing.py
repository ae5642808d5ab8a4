"""A verdict takes effect: the step that is due, the strike, the acts that follow; the case moves along its table."""

from datetime import datetime

from groupops.accounts.models import User
from groupops.groups import queries as groups
from groupops.shared import links
from moderation import queries
from moderation.models import Case, Decision, Strike
from moderation.policy import (
    MOVES,
    Act,
    CaseState,
    LadderRule,
    Offence,
    Rung,
    Severity,
    Verdict,
    due,
    ladder_of,
    spelt,
    weight_of,
)
from moderation.policy.ladder import GENTLY
from moderation.services import acting, barring, counting

REMIND_ONLY = GENTLY[0]


class IllegalMove(Exception):
    """The table has no such move: a bug, not a refusal."""


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
    if Act.BLACKLIST in rung.acts:
        barring.by_step(case=case, decision=decision, at=at)
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


def move(case: Case, to: CaseState, *, at: datetime) -> None:
    """Move a locked case along the table."""
    if to not in MOVES[CaseState(case.state)]:
        raise IllegalMove(f"{case.state} → {to}")
    case.state, case.state_at, case.version = to, at, case.version + 1
    case.claimed_by = case.claimed_until = case.snoozed_until = None
    case.save(update_fields=["state", "state_at", "version", "claimed_by", "claimed_until", "snoozed_until"])
