"""A set of rules over a batch: what each kind sees, what settings are refused, that no text is too strange."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.detection.messages import Hit, Message
from moderation.detection.rules import Detector, RuleKind, RuleSpec, parse
from moderation.detection.settings import BadSettings

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NEEDED: dict[RuleKind, dict[str, Any]] = {
    RuleKind.WORDS: {"words": ["赌博", "发票", "加微信"], "homophones": True},
    RuleKind.PATTERN: {"patterns": ["外挂.{0,4}卖"]},
}
ALL = Detector([RuleSpec(at, kind, "advert", parse(kind, NEEDED.get(kind, {}))) for at, kind in enumerate(RuleKind)])


def said(text: str, key: int = 1, **more: Any) -> Message:
    """A message of member 1 in group 1, `key` seconds after noon."""
    return Message(**{"key": key, "group": 1, "author": 1, "at": NOON + timedelta(seconds=key), "text": text, **more})


def seen(kind: RuleKind, *messages: Message, before: tuple[Message, ...] = (), **told: Any) -> list[Hit]:
    """What one rule of a kind sees."""
    return Detector([RuleSpec(7, kind, "advert", parse(kind, NEEDED.get(kind, {}) | told))]).screen(messages, before)


def test_a_hit_names_its_message_rule_and_offence() -> None:
    """Everything that a case needs to begin."""
    (hit,) = seen(RuleKind.WORDS, said("今晚来赌 博", key=5))
    assert (hit.message, hit.rule, hit.kind, hit.offence, hit.score) == (5, 7, "words", "advert", 1.0)
    assert hit.spans == ((3, 6),)
    assert hit.reason % hit.parameters == "Holds a listed word: 赌博."


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=80), max_size=6))
def test_no_text_is_too_strange(texts: list[str]) -> None:
    """Every rule takes every text, and points only into it."""
    batch = [said(text, key=at, posts_before=0) for at, text in enumerate(texts)]
    for hit in ALL.screen(batch, batch):
        assert all(0 <= start < end <= len(texts[hit.message]) for start, end in hit.spans)
        assert hit.reason % hit.parameters


@pytest.mark.parametrize(
    ("kind", "told", "field"),
    [
        (RuleKind.FLOOD, {"messages": 1}, "messages"),
        (RuleKind.FLOOD, {"message": 9}, "message"),
        (RuleKind.WORDS, {"words": "赌博"}, "words"),
        (RuleKind.WORDS, {"words": ["！！"]}, "words"),
        (RuleKind.PATTERN, {"patterns": ["(?=a)b"]}, "patterns"),
        (RuleKind.PATTERN, {"patterns": ["a" * 501]}, "patterns"),
        (RuleKind.LINK, {"refuse": "some"}, "refuse"),
        (RuleKind.CONTACT, {"qq": 1}, "qq"),
    ],
)
def test_what_a_rule_cannot_be_told_is_refused(kind: RuleKind, told: dict[str, Any], field: str) -> None:
    """With the setting's name, for the form."""
    with pytest.raises(BadSettings) as refused:
        parse(kind, told)
    assert refused.value.field == field


def test_a_model_rule_without_a_model_sees_nothing() -> None:
    """The first day."""
    assert seen(RuleKind.MODEL, said("代开发票")) == []
