"""A text as it is meant, and the way back to what was written."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.detection.normal import Folded, normal, tight


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("加 v.信", "加v信"),
        ("加Ⅴ❤ＡＢＣ１２３", "加vabc123"),
        ("ⓥⓧ①②③㊙", "vx123秘"),
        ("澳門新葡京發財", "澳门新葡京发财"),
        ("\u200b微\u200d信\ufeff", "微信"),
        ("1️⃣3️⃣8️⃣", "138"),
        ("🅰🅱🆎", "abab"),
        ("扣扣：❶❷❸", "扣扣123"),
        ("вх", "bx"),
        ("代开_发*票", "代开发票"),
    ],
)
def test_a_disguise_is_undone(written: str, meant: str) -> None:
    """Width, case, circles, squares, hidden characters, look-alikes, traditional forms, gaps."""
    assert tight(written) == meant


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=120))
def test_every_text_has_a_form_and_every_place_a_way_back(text: str) -> None:
    """Total, and every part of the tight form stands somewhere in the original."""
    folded = Folded(text)
    for start in range(len(folded.tight)):
        first, last = folded.span(start, start + 1)
        assert 0 <= first < last <= len(text)
        assert normal(text[first:last])


def test_a_hidden_word_is_no_two_sentences() -> None:
    """发。票 alone is a clause's end between two characters; 加。微。信 is a disguise."""
    assert Folded("去了再发。票买好").crosses_a_sentence((3, 6))
    assert not Folded("加。微。信").crosses_a_sentence((0, 5))
    assert not Folded("加 微").crosses_a_sentence((0, 3))
