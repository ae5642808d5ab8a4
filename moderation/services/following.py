"""What follows on evidence at once: the step of the ladder where the machine may act by itself, else why a person decides."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_noop

from moderation.models import Case
from moderation.policy import (
    OPEN,
    Act,
    CaseState,
    Held,
    LadderRule,
    Offence,
    Severity,
    Source,
    Verdict,
    due,
    held_back,
    ladder_of,
    weight_of,
)
from moderation.services import acting, capping, counting, punishing
from moderation.services.known import Standing
from moderation.services.noticed import Noticed

# Why a recall waits on the send desk, as msgids.
ASKED = {
    Held.CAP: gettext_noop("The cap of automatic acts of this hour is reached."),
    Held.POST: gettext_noop("They hold a post: two people decide."),
}


def follow(standing: Standing, case: Case, found: Sequence[Noticed], at: datetime) -> None:
    """Act, or say why a person decides. What belongs to a violation that was just punished is recalled with it."""
    rule = standing.rules[case.group_id]
    if case.state not in OPEN:
        _enlarge(standing, case, found, at)
        return
    if all(one.taken_back for one in found) and not case.evidence.filter(taken_back_at=None).exists():
        punishing.move(case, CaseState.WITHDRAWN, at=at)
        return
    held = why_held(standing, case, found, rule)
    if held:
        if held == Held.CAP:
            capping.alarm(case, at)
        _hold(case, held)
        return
    _never_counted(case, found)
    decision = punishing.make(case=case, verdict=Verdict.PUNISH, rule=rule, by=None, at=at)
    strike = punishing.punish(case=case, decision=decision, rule=rule, at=at, due_at=at)
    del standing.open[case.membership_id, case.offence]
    standing.dealt[case.group_id] += 1
    if strike:
        standing.strikes[case.membership_id, strike.ladder] += strike.weight


def why_held(standing: Standing, case: Case, found: Sequence[Noticed], rule: LadderRule) -> Held:
    """Why a person decides about a case with what was just found; Held.NONE: the machine may."""
    if case.held:
        return Held(case.held)
    if all(one.source == Source.REPORT for one in found):
        return Held.REPORT
    offence, certain = Offence(case.offence), [one for one in found if one.certain and not one.taken_back]
    ladder = ladder_of(offence)
    rungs = rule.rungs(ladder)
    step = due(rungs, standing.strikes[case.membership_id, ladder], weight_of(offence, Severity(case.severity)))
    return held_back(
        offence=offence,
        rung=rungs[step],
        certain=bool(certain),
        removes_alone=any(one.rule and one.rule.removes_alone for one in certain),
        has_post=case.membership_id in standing.posts,
        dealt_with=standing.dealt[case.group_id],
        cap=rule.per_hour,
    )


def _hold(case: Case, held: Held) -> None:
    if case.held != held:
        case.held, case.rank = held, max(case.rank - (held == Held.REMOVAL), 0)
        case.save(update_fields=["held", "rank"])


def _enlarge(standing: Standing, case: Case, found: Sequence[Noticed], at: datetime) -> None:
    """More of the same incident: recalled where the first was, without another strike; each is an automatic act that counts."""
    decision = case.decisions.filter(undone_at=None).first()
    recalled = decision is not None and case.measures.filter(decision=decision, act=Act.RECALL).exists()
    if decision is not None and recalled:
        said = list(case.evidence.order_by("at", "pk"))
        for one in further(found):
            held = recall_held(standing, case)
            ask = ASKED.get(held, "")
            acting.act_on(case=case, decision=decision, act=Act.RECALL, said=said, about=one.message, ask=ask, at=at, due_at=at)
            if held == Held.CAP:
                capping.alarm(case, at, url=f"{reverse('messaging:deliveries')}?group={case.group_id}&state=waiting_person")
            standing.dealt[case.group_id] += held == Held.NONE
    _never_counted(case, found)
    counting.withhold([case.pk])


def further(found: Sequence[Noticed]) -> list[Noticed]:
    """The messages of an incident that was decided which can be recalled."""
    return [one for one in found if one.message and not one.taken_back]


def recall_held(standing: Standing, case: Case) -> Held:
    """Why a person is asked before a further message of a decided violation is recalled; Held.NONE: the machine may."""
    rule = standing.rules[case.group_id]
    if rule.second_for_posts and case.membership_id in standing.posts:
        return Held.POST
    return Held.CAP if standing.dealt[case.group_id] >= rule.per_hour else Held.NONE


def _never_counted(case: Case, found: Sequence[Noticed]) -> None:
    """Messages that go no further than this step: nothing of them is to be taken out of a day."""
    case.evidence.filter(event_id__in=[one.event_id for one in found if not one.counted]).update(withheld=True)
