"""React: what is asked in the groups, and by what it is answered."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from groupops.inbound.turn import Batch, Turn, step
from groupops.messaging.adapter import EventKind
from groupops.shared import clock
from members import asking
from members.asking import Cue, How
from members.questions import queries, services
from members.questions.listening import Said, Talk, Verdict

LISTEN = "members.questions.inbound.listen"
ASKED = gettext_noop("A question. It waits for an answer until %(until)s.")
AGAIN = gettext_noop("Asked again: it belongs to the question of %(at)s.")
ANSWERED = {
    How.REPLY: gettext_noop("It replies to the question of %(name)s: answered."),
    How.MENTION: gettext_noop("It addresses %(name)s, who had asked: answered."),
    How.FOLLOWED: gettext_noop("It is the next thing said after the question of %(name)s: taken as the answer."),
}


@step(_("Questions"))
def listen(batch: Batch) -> None:
    """New questions, those asked again, those answered; one query where nobody asks and nothing waits, seven at most for any batch."""
    turns = {turn.event_id: turn for turn in batch.live(EventKind.MESSAGE) if turn.membership_id is not None and turn.text}
    if not turns:
        return
    cues = {event_id: cue for event_id, turn in turns.items() if (cue := asking.cue_of(turn.text))}
    groups, times = {turn.group_id for turn in turns.values()}, [turn.at for turn in turns.values()]
    waiting = queries.waiting(groups, since=min(times) - asking.ANSWERABLE, until=max(times))
    if not waiting and not cues:
        return
    said = [_said(turn, cues.get(event_id)) for event_id, turn in turns.items()]
    asked = [one for one in said if one.cue]
    concerned = {one.group_id for one in waiting} | {one.group_id for one in asked}
    said = [one for one in said if one.group_id in concerned]
    talk = Talk({turn.group_id: turn.zone for turn in turns.values()}, queries.policies(concerned))
    talk.know([*(queries.answered_later(asked) if asked else []), *waiting])
    heard = talk.hear([*said, *(queries.came_early(turns, asked) if asked else [])])
    services.keep(questions=talk.questions)
    for event_id, verdict in heard.items():
        _note(turns[event_id], verdict)


def _said(turn: Turn, cue: Cue | None) -> Said:
    who = turn.membership_id or 0
    told = (turn.user_name, turn.remote_user, turn.text, turn.at, turn.message, turn.reply_to)
    return Said(turn.event_id, turn.group_id, who, *told, cue)


def _note(turn: Turn, verdict: Verdict) -> None:
    if verdict.answered:
        turn.note(LISTEN, ANSWERED[verdict.answered.how], name=verdict.answered.name or verdict.answered.user)
    elif verdict.asked and verdict.again:
        turn.note(LISTEN, AGAIN, at=f"{clock.local(verdict.asked.asked_at, turn.zone):%m-%d %H:%M}")
    elif verdict.asked and verdict.asked.due_at:
        turn.note(LISTEN, ASKED, until=f"{clock.local(verdict.asked.due_at, turn.zone):%m-%d %H:%M}")
