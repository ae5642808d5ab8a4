"""What the rules of each group see in a batch: one pass of a detector for all groups of one set of rules."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.utils.translation import gettext_noop

from groupops.inbound.turn import Turn
from groupops.shared import clock
from moderation.detection.messages import OLD, Hit, Message
from moderation.detection.rules import COUNTING, RuleKind
from moderation.inbound.said import LIVE, Past, message_of
from moderation.learning import queries as learning
from moderation.models import Rule
from moderation.policy import Offence, RuleState, Source
from moderation.policy.active import is_active, is_labelled
from moderation.services import Noticed

SCREEN = "moderation.inbound.screen"
COUNTED = gettext_noop("Rule “%(rule)s” would have caught it; it only counts.")

Caught = Counter[tuple[int, int, date, bool]]
Gone = Mapping[tuple[int, str], tuple[str, datetime]]


def look(turns: Mapping[int, Turn], rules: Mapping[int, list[Rule]], gone: Gone, past: Past = LIVE) -> tuple[list[Noticed], Caught]:
    """What was noticed, and how often each rule hit; those in rehearsal only count."""
    sets: defaultdict[tuple[int, ...], list[Turn]] = defaultdict(list)
    by_key: dict[tuple[int, ...], list[Rule]] = {}
    for turn in turns.values():
        if in_use := rules.get(turn.group_id):
            key = tuple(rule.pk for rule in in_use)
            sets[key].append(turn)
            by_key[key] = in_use
    noticed: list[Noticed] = []
    caught: Caught = Counter()
    for key, said in sets.items():
        here = {rule.pk: rule for rule in by_key[key]}
        for hit in _hits(list(here.values()), said, past):
            rule, turn = here[hit.rule], turns[hit.message]
            if not _looks(rule, turn):
                continue
            only = rule.state == RuleState.REHEARSAL
            caught[rule.pk, turn.group_id, clock.local(turn.at, turn.zone).date(), only] += 1
            if only:
                turn.note(SCREEN, COUNTED, rule=rule.name)
            else:
                noticed.append(_noticed(turn, rule, hit, gone))
    return noticed, caught


def _hits(rules: list[Rule], turns: Sequence[Turn], past: Past) -> list[Hit]:
    """What one set of rules sees in what was said; the model's rules go by the model of each group."""
    sorts = {rule.sort for rule in rules}
    before = past.before(turns) if sorts & COUNTING else []
    posts = past.posts(turns) if RuleKind.PROBATION in sorts else {}
    messages = [message_of(turn, *posts.get(turn.membership_id or 0, (OLD, None))) for turn in turns]
    found = past.detector(rules).screen(messages, before)
    return found + _learned(rules, messages, past) if RuleKind.MODEL in sorts else found


def _learned(rules: Sequence[Rule], messages: Sequence[Message], past: Past) -> list[Hit]:
    """What the models see; nothing in groups that have none yet."""
    models = past.models({one.group for one in messages})
    by_model: defaultdict[int, list[Message]] = defaultdict(list)
    for one in messages:
        if one.group in models:
            by_model[models[one.group]].append(one)
    return [
        hit
        for pk, theirs in by_model.items()
        if (model := learning.loaded(pk)) is not None
        for hit in past.learned(rules, model).screen(theirs)
    ]


def _looks(rule: Rule, turn: Turn) -> bool:
    hours = {"from_hour": rule.from_hour, "until_hour": rule.until_hour}
    active = is_active(turn.at, turn.zone, starts_at=rule.starts_at, ends_at=rule.ends_at, **hours)
    return active and not is_labelled(turn.text, rule.exempt_labels)


def _noticed(turn: Turn, rule: Rule, hit: Hit, gone: Gone) -> Noticed:
    back = gone.get((turn.group_id, turn.message))
    return Noticed(
        event_id=turn.event_id,
        group_id=turn.group_id,
        membership_id=turn.membership_id or 0,
        author=turn.remote_user,
        message=turn.message,
        text=turn.text,
        at=turn.at,
        day=clock.local(turn.at, turn.zone).date(),
        offence=Offence(rule.offence),
        source=Source.MODEL if rule.sort == RuleKind.MODEL else Source.RULE,
        rule=rule,
        certain=rule.certain and hit.sure,
        score=hit.score,
        spans=tuple(hit.spans),
        reason=hit.reason,
        parameters=dict(hit.parameters),
        taken_back=back is not None and back[0] == turn.remote_user,
    )
