"""The step: look, open cases, act where a rule is certain, and say on each message what became of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from groupops.inbound.turn import Batch, Turn, step
from groupops.messaging.adapter import EventKind
from moderation import services as moderation
from moderation.inbound.looking import SCREEN, look
from moderation.inbound.reports import reports_in
from moderation.models import Case
from moderation.policy import CaseState
from moderation.policy.active import FRESH
from moderation.queries.rules import rules_for
from moderation.services import Noticed, Report, reporting

PUNISHED = gettext_noop("Against the rules: %(offence)s. It is dealt with as case %(case)d.")
QUEUED = gettext_noop("Perhaps against the rules: %(offence)s. People judge it as case %(case)d.")
REPORTED = gettext_noop("A member reported a message: case %(case)d.")
OVER = gettext_noop("A report beyond %(n)d a day was not taken; the member is told.")


@step(_("Rules of conduct"))
def screen(batch: Batch) -> None:
    """Look at everything that was said; open cases, act where a rule is certain. What is punished at once goes no further."""
    turns = {turn.event_id: turn for turn in batch.live(EventKind.MESSAGE) if turn.membership_id is not None and turn.text}
    gone = gone_in(batch)
    if gone:
        _taken_back(gone, batch)
    rules = rules_for({turn.group_id for turn in turns.values()}) if turns else {}
    noticed, caught = look(turns, rules, gone)
    reports, over = reporting.limited(reports_in(turns))
    if noticed or reports:
        _note(turns, noticed, reports, moderation.notice(noticed=noticed, reports=reports, at=batch.received_at))
    if over:
        _too_many(turns, over, batch)
    if caught:
        moderation.count(hits=caught)


def gone_in(batch: Batch) -> dict[tuple[int, str], tuple[str, datetime]]:
    """Recalled messages, by group and remote id: by whom and when."""
    turns = batch.live(EventKind.MESSAGE_DELETED)
    return {(turn.group_id, turn.message): (turn.operator or turn.remote_user, turn.at) for turn in turns if turn.message}


def _taken_back(gone: Mapping[tuple[int, str], tuple[str, datetime]], batch: Batch) -> None:
    rows = [(message, who, when) for (_group, message), (who, when) in gone.items()]
    moderation.take_back(gone=rows, group_ids={group for group, _message in gone}, at=batch.received_at)


def _note(turns: Mapping[int, Turn], noticed: Sequence[Noticed], reports: Sequence[Report], cases: Mapping[int, Case]) -> None:
    for one in noticed:
        turn, case = turns[one.event_id], cases[one.event_id]
        if turn.stopped:
            continue
        offence = str(case.get_offence_display())
        if case.state == CaseState.PUNISHED:
            turn.stop(SCREEN, PUNISHED, offence=offence, case=case.pk)
        else:
            turn.note(SCREEN, QUEUED, offence=offence, case=case.pk)
    for told in reports:
        turn = turns[told.by_event or 0]
        if not turn.stopped:
            turn.stop(SCREEN, REPORTED, case=cases[told.noticed.event_id].pk)


def _too_many(turns: Mapping[int, Turn], over: Sequence[Report], batch: Batch) -> None:
    """They are told, once, unless it belongs to a history; what they said goes no further, as of every report."""
    for one in over:
        turn = turns[one.by_event or 0]
        if not turn.stopped:
            turn.stop(SCREEN, OVER, n=reporting.A_DAY)
    reporting.tell_of_limit([one for one in over if batch.received_at - one.at <= FRESH], at=batch.received_at)
