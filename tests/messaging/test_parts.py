"""Long texts in parts: nothing is lost, nothing is too long, nothing is sent twice."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groupops.messaging import parts
from groupops.messaging.adapter import Action, Found, NotSupported, OutcomeUnknown, PermissionDenied, RateLimited

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@given(st.text(alphabet='早安。 \n"\\abc\x01', max_size=600), st.integers(40, 200))
def test_parts_fit_and_give_the_text_again(text: str, limit: int) -> None:
    """Each part within the limit, in bytes as JSON; joined, nothing but white space at breaks is lost."""
    pieces = parts.split(text, limit=limit, size=parts.json_bytes)
    assert all(parts.json_bytes(piece) <= limit for piece in pieces)
    bodies = [re.sub(r"\A\d+/\d+\n", "", piece) for piece in pieces] if len(pieces) > 1 else pieces
    assert "".join("".join(bodies).split()) == "".join(text.split())


def test_it_breaks_at_paragraphs() -> None:
    """Where that is possible."""
    assert parts.split("一" * 30 + "\n\n" + "二" * 30, limit=50) == ["1/2\n" + "一" * 30, "2/2\n" + "二" * 30]


def action(**values: object) -> Action:
    """Something to send."""
    return Action(key="k", group="r", **values)  # type: ignore[arg-type]


def test_a_failure_after_a_part_was_sent_is_unknown() -> None:
    """It was not "certainly not sent" any more."""

    def say(_action: Action, key: str, _text: str) -> str:
        if key == "k-2":
            raise RateLimited("slow down", after=1)
        return key

    with pytest.raises(OutcomeUnknown):
        parts.send(action(), ["a", "b"], say=say, seen=lambda *_: {})


def test_a_retry_sends_only_what_is_missing() -> None:
    """It looks before it repeats itself."""
    said: list[str] = []

    def say(_action: Action, key: str, _text: str) -> str:
        said.append(key)
        return "new-" + key

    outcome = parts.send(action(since=NOW), ["a", "b"], say=say, seen=lambda *_: {"k-1": "old"})
    assert said == ["k-2"]
    assert outcome.remote_ids == ("old", "new-k-2")


def test_a_lasting_refusal_after_a_look_stays_what_it_is() -> None:
    """What was sent earlier is known; nothing new left."""

    def say(*_: object) -> str:
        raise PermissionDenied("no")

    with pytest.raises(PermissionDenied):
        parts.send(action(since=NOW), ["a", "b"], say=say, seen=lambda *_: {"k-1": "old"})


def test_resolving_counts_every_part() -> None:
    """All: sent. Some: not sent, the retry sends the rest. Not readable: cannot tell."""

    def closed(*_: object) -> dict[str, str]:
        raise NotSupported("no")

    assert parts.resolve(action(), ["a", "b"], seen=lambda *_: {"k-1": "1", "k-2": "2"}).remote_ids == ("1", "2")
    assert parts.resolve(action(), ["a", "b"], seen=lambda *_: {"k-1": "1"}).found == Found.NOT_SENT
    assert parts.resolve(action(), ["a"], seen=closed).found == Found.CANNOT_TELL
