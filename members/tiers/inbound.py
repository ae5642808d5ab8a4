"""React: whom a message replies to, so that the day of the one who was answered counts it (replies received)."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import date

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from groupops.inbound.turn import Batch, Turn, step
from groupops.messaging.adapter import EventKind
from groupops.shared import bulk, clock
from members import asking
from members.models import DailyActivity
from members.questions.inbound import LISTEN
from members.tiers import queries

RECEIVE = "members.tiers.inbound.receive"
COUNTED = gettext_noop("Counted as a reply that %(n)d received.")
# WeChat ends a mention with a space of its own (U+2005), so that a name may hold ordinary ones.
MENTIONED = re.compile(r"@([^@\u2005\n]{1,60})\u2005|@([^\s@,，:：。!！?？]{1,60})")
BEGINS = re.compile(r"\A([^\s:：]{1,60})[:：]")


@step(_("Replies received"))
def receive(batch: Batch) -> None:
    """A reply counts once for each whom it answers: the author of the message, who is quoted or addressed, who had asked."""
    turns = {turn.event_id: turn for turn in batch.live(EventKind.MESSAGE) if turn.membership_id is not None and turn.text}
    if not turns:
        return
    found = _answered(turns)
    received: Counter[tuple[int, date]] = Counter()
    for event_id, members in found.items():
        turn = turns[event_id]
        others = members - {turn.membership_id}
        day = clock.local(turn.at, turn.zone).date()
        received.update((member, day) for member in others)
        if others:
            turn.note(RECEIVE, COUNTED, n=len(others))
    if received:
        bulk.add(DailyActivity, ["membership", "day"], ["replies"], [(member, day, n) for (member, day), n in received.items()])


def _answered(turns: dict[int, Turn]) -> dict[int, set[int]]:
    """The memberships that each message answers, by event. Nothing is asked of the database for what nobody can have said."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    replies = {event_id: turn.reply_to for event_id, turn in turns.items() if turn.reply_to}
    if replies:
        authors = queries.authors({(turns[event_id].group_id, to): turns[event_id].at for event_id, to in replies.items()})
        for event_id, to in replies.items():
            found[event_id] |= authors.get((turns[event_id].group_id, to), set())
    if named := {event_id: names for event_id, turn in turns.items() if (names := _named(turn.text))}:
        people = queries.bearers({turns[event_id].group_id for event_id in named}, set().union(*named.values()))
        for event_id, names in named.items():
            found[event_id] |= _unmistakable(people.get((turns[event_id].group_id, name), ()) for name in names)
    if heard := [event_id for event_id, turn in turns.items() for step, _did, _values in turn.trace if step == LISTEN]:
        for event_id, asker in queries.askers(heard):
            found[event_id].add(asker)
    return found


def _unmistakable(bearers: Iterable[Collection[int]]) -> set[int]:
    """Two who bear one name are nobody."""
    return {member for members in bearers if len(members) == 1 for member in members}


def _named(text: str) -> set[str]:
    """The names and accounts that a text addresses or quotes."""
    found = set()
    if "@" in text:
        found |= {name for pair in MENTIONED.findall(text) for name in pair if name}
    if (":" in text or "：" in text) and (begins := BEGINS.match(text)):
        found.add(begins[1])
    if asking.may_quote(text):
        found |= asking.quoted(text)
    return {name.strip() for name in found} - {""}
