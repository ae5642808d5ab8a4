"""Patterns: linear in the text, or refused."""

import re
import sys
import time

import pytest

from moderation.detection.patterns import compiled, search
from moderation.detection.rules import RuleKind, parse
from moderation.detection.settings import BadSettings
from tests.moderation.detection.evil import TEXTS, patterns
from tests.moderation.detection.test_rules import said, seen


def test_over_the_text_as_it_is_meant() -> None:
    """With the place in what was written."""
    (hit,) = seen(RuleKind.PATTERN, said("快加Ｖ：１２３"), patterns=[r"v:\d+"])
    assert hit.spans == ((2, 7),)
    assert seen(RuleKind.PATTERN, said("快加Ｖ：１２３"), patterns=[r"v:\d+"], text="original") == []


def test_evil_patterns_are_fast_or_refused() -> None:
    """A few of the thousand that bench/evil_patterns.py tries on 100 KB; the slowest is printed, not judged."""
    slowest, refused = (0.0, ""), 0
    for pattern in patterns(40):
        try:
            made = compiled(pattern)
        except BadSettings:
            refused += 1
            continue
        for text in TEXTS:
            began = time.perf_counter()
            search(made, text)
            slowest = max(slowest, (time.perf_counter() - began, pattern))
    sys.stdout.write(f"slowest {1000 * slowest[0]:.1f} ms on 100 KB: {slowest[1]}; {refused} refused\n")
    assert slowest[1]


@pytest.mark.parametrize("pattern", ["(", "(?<=a)b", r"(a)\1", "((a{1,100}){1,100}){1,100}"])
def test_what_cannot_be_linear_is_refused(pattern: str) -> None:
    """With a sentence that names the pattern."""
    with pytest.raises(BadSettings, match=re.escape(pattern)):
        parse(RuleKind.PATTERN, {"patterns": [pattern]})
