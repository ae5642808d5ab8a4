"""Whatever a platform's raw JSON holds is made fit to be kept, and what is fit stays as it is."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from groupops.inbound import policy

CLEAN = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)
NASTY = st.text(st.sampled_from("早a\0\ud83d\udfff\\u0{["), max_size=6)
NUMBERS = st.integers(-(2**70), 2**70) | st.floats()
FIT = st.recursive(
    CLEAN | st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1), lambda part: st.lists(part) | st.dictionaries(CLEAN, part)
)
ANY = st.recursive(
    NASTY | NUMBERS | st.none() | st.just(datetime(2026, 11, 28, tzinfo=UTC)) | st.just(b"\0"),
    lambda part: st.lists(part) | st.tuples(part) | st.dictionaries(NASTY | st.integers(), part),
)


def texts(value: Any) -> Iterator[str]:
    """All texts in it, names too."""
    if isinstance(value, str):
        yield value
    for part in [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []:
        yield from texts(part)


@given(raw=FIT)
def test_what_is_fit_stays_as_it_is(raw: Any) -> None:
    assert policy.raw_of(raw) == raw


@given(raw=ANY)
def test_whatever_comes_can_be_kept_by_both_databases(raw: Any) -> None:
    kept = policy.raw_of(raw)
    assert json.loads(json.dumps(kept, allow_nan=False)) == kept
    assert not [text for text in texts(kept) if "\0" in text or text.encode(errors="replace").decode() != text]
    assert policy.raw_of(kept) == kept


def test_what_lies_too_deep_is_kept_as_text() -> None:
    raw: Any = "早"
    for _level in range(policy.DEPTH + 3):
        raw = [raw]
    kept = policy.raw_of(raw)
    for _level in range(policy.DEPTH):
        [kept] = kept
    assert kept == "[[['早']]]"
    assert policy.raw_of([[[1]], "[[[" * policy.DEPTH, None]) == [[[1]], "[[[" * policy.DEPTH, None]
