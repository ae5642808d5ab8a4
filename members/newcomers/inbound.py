"""React: who joined for the first time is to be welcomed; what newcomers say, and who answers them; who has read the rules."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from groupops.inbound.turn import Batch, Moved, Turn, step
from groupops.messaging.adapter import EventKind
from groupops.shared import clock
from members.arriving import STAY, WelcomeRule, acknowledges
from members.newcomers import queries, services
from members.newcomers.hearing import Hall, Heard, Told
from members.newcomers.services import Join
from members.questions import queries as talk

WELCOME = "members.newcomers.inbound.welcome"
WAITS = gettext_noop("A newcomer. The welcome waits until %(until)s for others who join.")
LATE = gettext_noop("A newcomer. The join is too long ago for a welcome.")
OFF = gettext_noop("A newcomer. The welcome is switched off here.")
FIRST = gettext_noop("The first message of %(name)s. It should be answered by %(until)s.")
INTRODUCED = gettext_noop("%(name)s introduced themselves.")
ANSWERED = gettext_noop("It answers the first message of %(name)s.")
READ = gettext_noop("They have read the rules.")


@step(_("Newcomers"))
def welcome(batch: Batch) -> None:
    """Joins, leaves and talk of newcomers. One query where nobody joins or leaves and nothing is open of a newcomer."""
    _arrive(batch)
    _listen(batch)
    _acknowledge(batch)


def _arrive(batch: Batch) -> None:
    """First joins become newcomers, and those of just now are to be welcomed."""
    joined = [turn for turn in batch.live(EventKind.JOINED) if turn.moved == Moved.JOINED and turn.membership_id]
    left = [turn.membership_id for turn in batch.turns if turn.moved == Moved.LEFT and turn.membership_id]
    if not joined and not left:
        return
    now = clock.now()  # the real one: a history that is played has a clock of its own, and welcomes nobody
    rules = queries.welcome_rules({turn.group_id for turn in joined}) if joined else {}
    services.keep_joins(joins=[_join(turn, rules[turn.group_id], now) for turn in joined], left=left)
    if left:
        services.freshen(memberships=left, at=batch.received_at)


def _join(turn: Turn, rule: WelcomeRule, now: datetime) -> Join:
    due = None
    if not rule.on:
        turn.note(WELCOME, OFF)
    elif not rule.is_fresh(turn.at, now):
        turn.note(WELCOME, LATE)
    else:
        due = turn.at + rule.window
        turn.note(WELCOME, WAITS, until=f"{clock.local(due, turn.zone):%H:%M}")
    return Join(turn.membership_id or 0, turn.group_id, turn.at, due)


def _listen(batch: Batch) -> None:
    """What is said by newcomers and to them."""
    turns = {turn.event_id: turn for turn in batch.live(EventKind.MESSAGE) if turn.membership_id is not None}
    if not turns:
        return
    since = min(turn.at for turn in turns.values()) - timedelta(days=STAY)
    fresh = queries.open_newcomers({turn.group_id for turn in turns.values()}, since)
    if not fresh:
        return
    concerned = {one.group_id for one in fresh}
    said = [_heard(turn) for turn in turns.values() if turn.group_id in concerned]
    zones = {turn.group_id: turn.zone for turn in turns.values()}
    hall = Hall(zones, talk.policies(concerned), queries.onboarding_rules(concerned), fresh)
    for event_id, told in hall.hear(said).items():
        _note(turns[event_id], told)
    services.keep_heard(fresh=fresh)


def _heard(turn: Turn) -> Heard:
    return Heard(turn.event_id, turn.group_id, turn.membership_id or 0, turn.text, turn.at, turn.message, turn.reply_to)


def _note(turn: Turn, told: Told) -> None:
    if told.first and told.first.answer_due_at:
        until = clock.local(told.first.answer_due_at, turn.zone)
        turn.note(WELCOME, FIRST, name=told.first.name, until=f"{until:%m-%d %H:%M}")
    if told.introduced:
        turn.note(WELCOME, INTRODUCED, name=told.introduced.name)
    if told.answered:
        turn.note(WELCOME, ANSWERED, name=told.answered.name)


def _acknowledge(batch: Batch) -> None:
    """已阅读群规: counts for the rules in force."""
    said = [turn for turn in batch.live(EventKind.MESSAGE) if turn.membership_id is not None and acknowledges(turn.text)]
    if not said:
        return
    rules = queries.rules_in_force({turn.group_id for turn in said})
    rows = {turn.membership_id or 0: (rules[turn.group_id], turn) for turn in reversed(said) if turn.group_id in rules}
    services.keep_acknowledged(said=[(membership, pk, turn.at) for membership, (pk, turn) in rows.items()])
    for _pk, turn in rows.values():
        turn.note(WELCOME, READ)
