"""申诉: once a strike, within its time; somebody else decides. Upheld, everything is given back in one transaction."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.messaging.models import Delivery
from groupops.record import services as record
from groupops.shared import live
from groupops.shared.errors import Conflict, Invalid
from groupops.shared.placeholders import fill
from moderation import queries
from moderation.models import Appeal, Case, Decision, Strike
from moderation.models.appeals import LONGEST
from moderation.policy import Act, AppealState, CaseState, MeasureState
from moderation.policy.ladder import REMOVING
from moderation.services import acting, barring, counting, demanding, punishing

OVERRULED = gettext_noop("The appeal was upheld.")


class AppealRefused(Conflict):
    """It cannot be appealed against, or not decided by this person."""


def appeal(*, strike: Strike, text: str, at: datetime, by: User | None = None) -> Appeal:
    """The member appeals by the link, or `by` a colleague to whom they wrote privately. Raises Forbidden, Invalid, AppealRefused."""
    said = text.strip()
    if by is not None:
        access.demand(by, GroupRight.MODERATE, strike.group)
    if not said:
        raise Invalid(_("Say what was wrong about it."), field="text")
    if len(said) > LONGEST:
        raise Invalid(_("At most %(most)d characters.") % {"most": LONGEST}, field="text")
    try:
        with transaction.atomic():
            row = Strike.objects.select_for_update(of=("self",)).select_related("decision", "group").get(pk=strike.pk)
            if row.overruled_at is not None:
                raise AppealRefused(_("This strike does not count any more."))
            if at > row.appeal_until:
                raise AppealRefused(_("The time to appeal is over."))
            made = Appeal.objects.create(strike=row, text=said, at=at, entered_by=by, judged_by_id=row.decision.by_id)
            if by is not None:
                record.audit(by=by, verb="appeal.enter", target=made, at=at, group_id=row.group_id)
    except IntegrityError:
        raise AppealRefused(_("It was appealed against already; each strike can be once.")) from None
    live.publish(live.DELIVERIES)
    return made


def answer(*, appeal: Appeal, upheld: bool, text: str = "", by: User, at: datetime) -> Appeal:
    """Decide an appeal: by nobody who judged the case. Upheld, strike, mute, place and counts are restored at once, with an apology.

    Raises Forbidden, Invalid, AppealRefused.
    """
    access.demand(by, GroupRight.MODERATE, appeal.strike.group)
    said = text.strip()[:300]
    if not upheld and not said:
        raise Invalid(_("Say why it stays; the member reads it."), field="answer")
    with transaction.atomic():
        leaving = acting.locked(appeal.strike.case, acting.waiting(appeal.strike.case))
        rows = Case.objects.select_for_update(of=("self",)).select_related("group__kind", "membership__person")
        case = rows.get(pk=appeal.strike.case_id)
        row = Appeal.objects.select_for_update(of=("self",)).select_related("strike__decision").get(pk=appeal.pk)
        _demand(row, case, by)
        row.state = AppealState.UPHELD if upheld else AppealState.REJECTED
        row.decided_by, row.decided_at, row.answer = by, at, said
        row.save(update_fields=["state", "decided_by", "decided_at", "answer"])
        if upheld:
            _restore(case, row.strike, leaving, by, at)
        _tell(case, row.strike, Act.APOLOGY if upheld else Act.ANSWER, said, at)
        verb = "appeal.uphold" if upheld else "appeal.reject"
        record.audit(by=by, verb=verb, target=row, at=at, group_id=case.group_id, after={"answer": said})
    live.publish(live.DELIVERIES)
    return row


def _demand(row: Appeal, case: Case, by: User) -> None:
    if row.state != AppealState.OPEN:
        told = {"who": row.decided_by, "what": row.get_state_display()}
        raise AppealRefused(_("%(who)s has decided this appeal already: %(what)s.") % told)
    if by.pk in {row.strike.decision.by_id, row.strike.decision.second_by_id}:
        raise AppealRefused(_("You judged the case: another person decides the appeal."))
    demanding.demand_other(case, by)


def _restore(case: Case, strike: Strike, leaving: list[Delivery], by: User, at: datetime) -> None:
    strike.overruled_at, strike.overruled_by = at, by
    strike.save(update_fields=["overruled_at", "overruled_by"])
    acting.call_off(leaving, why=OVERRULED, at=at)
    if case.state == CaseState.PUNISHED:
        punishing.move(case, CaseState.OVERRULED, at=at)
    barring.forgive(case=case, by=by, at=at)
    counting.give_back([case.pk])
    done = {one.act: one for one in case.measures.filter(decision=strike.decision, state=MeasureState.DONE)}
    said = list(case.evidence.order_by("at", "pk"))
    back: list[Act] = []
    if (mute := done.get(Act.MUTE)) and mute.until is not None and mute.until > at:
        back.append(Act.UNMUTE)
    if done.keys() & REMOVING:  # where no account can invite, a person does: the platform lets them in, and today says so
        back.append(Act.READMIT)
    for act in back:
        acting.act_on(case=case, decision=strike.decision, act=act, said=said, at=at, due_at=at)


def _tell(case: Case, strike: Strike, act: Act, why: str, at: datetime) -> None:
    words = queries.words_of(case.group)
    decision: Decision = strike.decision
    rule = queries.ladder_rules([case.group])[case.group_id]
    said = list(case.evidence.order_by("at", "pk"))
    values = acting.values(case=case, rung=punishing.REMIND_ONLY, rule=rule, strike=strike, said=said, at=at, why=why)
    text = fill(words.apology if act == Act.APOLOGY else words.rejected, values)
    acting.act_on(case=case, decision=decision, act=act, said=said, text=text, at=at, due_at=at)
