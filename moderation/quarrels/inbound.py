"""React: who answers whom; where it rises between few people, an incident for a person. Never a strike, nothing is stopped."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from groupops.inbound.turn import Batch, Turn, step
from groupops.messaging.adapter import EventKind
from moderation.inbound import message_of
from moderation.policy import Offence
from moderation.policy.active import FRESH
from moderation.policy.quarrels import mentioned
from moderation.quarrels import queries, services
from moderation.quarrels.services import Heard
from moderation.queries.rules import detector_of, rules_for

LISTEN = "moderation.quarrels.inbound.listen"
RISES = gettext_noop("A quarrel rises here: a person looks at it.")
HOSTILE = frozenset({Offence.ATTACK, Offence.QUARREL})


@step(_("Quarrels"))
def listen(batch: Batch) -> None:
    """No query where nobody replies to or mentions anybody; at most fourteen otherwise, whatever the batch."""
    said = {
        turn.event_id: turn
        for turn in batch.live(EventKind.MESSAGE)
        if turn.membership_id and turn.text and batch.received_at - turn.at <= FRESH and (turn.reply_to or mentioned(turn.text))
    }
    if not said:
        return
    targets = _targets(said)
    if not targets:
        return
    hostile = _hostile([said[event] for event in targets])
    heard = [
        Heard(event, said[event].group_id, said[event].membership_id or 0, target, said[event].at, event in hostile)
        for event, target in targets.items()
    ]
    found = services.hear(heard=heard, at=batch.received_at)
    for event in targets:
        if said[event].group_id in found:
            said[event].note(LISTEN, RISES)


def _targets(said: Mapping[int, Turn]) -> dict[int, int]:
    """Whom each message answers, by event: the author of what it replies to, else the first whom it mentions; never oneself."""
    replies = {(turn.group_id, turn.reply_to) for turn in said.values() if turn.reply_to}
    authors = queries.authors(replies) if replies else {}
    authors |= {(turn.group_id, turn.message): turn.person_id for turn in said.values() if turn.message and turn.person_id}
    members = queries.members({(authors[key], key[0]) for key in replies if key in authors}) if replies else {}
    names = {event: mentioned(turn.text) for event, turn in said.items()}
    asked = {(turn.group_id, name) for event, turn in said.items() for name in names[event]}
    called = queries.called(asked) if asked else {}
    found = {}
    for event, turn in said.items():
        author = authors.get((turn.group_id, turn.reply_to)) if turn.reply_to else None
        target = members.get((author, turn.group_id)) if author else None
        target = target or next((called[turn.group_id, name] for name in names[event] if (turn.group_id, name) in called), None)
        if target and target != turn.membership_id:
            found[event] = target
    return found


def _hostile(turns: list[Turn]) -> set[int]:
    """Messages with a word that a rule against attacks or quarrels looks for."""
    rules = {
        group: [rule for rule in found if rule.offence in HOSTILE] for group, found in rules_for({turn.group_id for turn in turns}).items()
    }
    hit: set[int] = set()
    for group, found in rules.items():
        here = [message_of(turn, 0, None) for turn in turns if turn.group_id == group]
        hit |= {one.message for one in detector_of(found).screen(here)} if found and here else set()
    return hit
