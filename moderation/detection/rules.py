"""Rules of all kinds, and the detector that a set of them makes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from moderation.detection import bursts, contacts, labels, learned, patterns, probation, similar, web, words
from moderation.detection.batch import Batch, Looks
from moderation.detection.learned import Scores
from moderation.detection.messages import Hit, Message
from moderation.detection.settings import Setting, read


class RuleKind(StrEnum):
    """What a rule looks for."""

    WORDS = "words"
    PATTERN = "pattern"
    LINK = "link"
    CONTACT = "contact"
    FLOOD = "flood"
    REPEAT = "repeat"
    NEAR_DUPLICATE = "near_duplicate"
    MENTIONS = "mentions"
    EMOJI = "emoji"
    JOB_LABEL = "job_label"
    PROMOTION = "promotion"
    PAID_SERVICE = "paid_service"
    PROBATION = "probation"
    CODE = "code"
    ARTICLE = "article"
    COOPERATION = "cooperation"
    MODEL = "model"


GENTLE = frozenset({RuleKind.CODE, RuleKind.ARTICLE, RuleKind.COOPERATION})  # a reminder, never a strike
COUNTING = frozenset({RuleKind.FLOOD, RuleKind.REPEAT, RuleKind.NEAR_DUPLICATE, RuleKind.EMOJI})  # they need the messages before


@dataclass(frozen=True, slots=True)
class RuleSpec:
    """One rule as the detector needs it; `settings` as parse() returned them."""

    id: int
    kind: RuleKind
    offence: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Kind:
    settings: Mapping[str, Setting]
    make: Callable[[Mapping[str, Any]], Looks] | None
    check: Callable[[Mapping[str, Any]], None] = lambda _settings: None


_KINDS: dict[RuleKind, _Kind] = {
    RuleKind.WORDS: _Kind(words.SETTINGS, words.Words, words.refuse_empty),
    RuleKind.PATTERN: _Kind(patterns.SETTINGS, patterns.Patterns, patterns.refuse_bad),
    RuleKind.LINK: _Kind(web.SETTINGS, web.Links),
    RuleKind.CONTACT: _Kind(contacts.SETTINGS, contacts.Contacts),
    RuleKind.FLOOD: _Kind(bursts.FLOOD, bursts.Flood),
    RuleKind.REPEAT: _Kind(bursts.REPEAT, bursts.Repeat),
    RuleKind.NEAR_DUPLICATE: _Kind(similar.SETTINGS, similar.NearDuplicates),
    RuleKind.MENTIONS: _Kind(bursts.MENTIONS, bursts.Mentions),
    RuleKind.EMOJI: _Kind(bursts.EMOJI, bursts.Emoji),
    RuleKind.JOB_LABEL: _Kind(labels.JOB, labels.JobLabel),
    RuleKind.PROMOTION: _Kind(labels.PROMOTION, labels.Promotion),
    RuleKind.PAID_SERVICE: _Kind(labels.PAID, labels.PaidService),
    RuleKind.PROBATION: _Kind(probation.SETTINGS, probation.Probation),
    RuleKind.CODE: _Kind(labels.CODE, labels.Code),
    RuleKind.ARTICLE: _Kind(labels.ARTICLE, labels.Article),
    RuleKind.COOPERATION: _Kind(labels.COOPERATION, labels.Cooperation),
    RuleKind.MODEL: _Kind(learned.SETTINGS, None),
}


def schema(kind: RuleKind) -> Mapping[str, Setting]:
    """What a rule of this kind can be told, for a form."""
    return _KINDS[kind].settings


def parse(kind: RuleKind, settings: Mapping[str, Any]) -> dict[str, Any]:
    """A rule's settings, checked, with the defaults of what was not given; plain JSON. Raises BadSettings, which says what to do."""
    parsed = read(_KINDS[kind].settings, settings)
    _KINDS[kind].check(parsed)
    return parsed


class Screens(Protocol):
    """What looks at messages by a set of rules."""

    def screen(self, batch: Sequence[Message], before: Sequence[Message] = ()) -> list[Hit]:
        """What the rules see in `batch`, in its order."""
        ...


class Detector:
    """A set of rules, compiled once. Rules of the kind MODEL see nothing while there is no model."""

    def __init__(self, rules: Sequence[RuleSpec], model: Scores | None = None) -> None:
        self._looks: list[tuple[RuleSpec, Looks]] = []
        for rule in rules:
            looks = _made(rule, model)
            if looks is not None:
                self._looks.append((rule, looks))

    def screen(self, batch: Sequence[Message], before: Sequence[Message] = ()) -> list[Hit]:
        """What the rules see in `batch`, in its order. `before` are recent messages of its groups and authors, for what counts."""
        seen = Batch(batch, before)
        found = [(each.place, at, each) for at, (_rule, looks) in enumerate(self._looks) for each in looks.look(seen)]
        return [self._hit(seen, at, each) for _place, at, each in sorted(found, key=lambda row: row[:2])]

    def _hit(self, seen: Batch, at: int, each: Any) -> Hit:
        rule = self._looks[at][0]
        key = seen.messages[each.place].key
        return Hit(key, rule.id, rule.kind.value, rule.offence, each.score, each.spans, each.reason, each.parameters, each.sure)


def _made(rule: RuleSpec, model: Scores | None) -> Looks | None:
    """What looks for a rule; nothing for a model's rule without a model."""
    make = _KINDS[rule.kind].make
    if make is not None:
        return make(rule.settings)
    return learned.Learned(rule.settings, model) if model is not None else None
