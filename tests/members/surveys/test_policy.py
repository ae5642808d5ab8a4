"""What may be written in a field, and how it is kept."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from members.rostering import Known, Someone
from members.surveying import LONGEST, Asked, FieldKind, Unfit, read, whose

COLOURS = ("红", "绿, 浅", "蓝")


@pytest.mark.parametrize(
    ("kind", "text", "kept"),
    [
        ("text", "  你好 ", "你好"),
        ("number", "1,200.50", "1200.5"),
        ("number", "0.00", "0"),
        ("number", "-3", "-3"),
        ("number", "1e3", "1000"),
        ("choice", "绿, 浅", "绿, 浅"),
        ("several", "蓝┋红", "红、蓝"),
        ("several", "绿, 浅", "绿, 浅"),
        ("date", "2026年1月2日", "2026-01-02"),
        ("date", "2026-01-02T00:00:00", "2026-01-02"),
        ("date", "2026/1/2", "2026-01-02"),
        ("yesno", "是", "yes"),
        ("yesno", "FALSE", "no"),
        ("phone", "+86 138-0013-8000", "+8613800138000"),
        ("email", "a@example.org", "a@example.org"),
        ("wechat", "wx_good-1", "wx_good-1"),
        ("phone", "", ""),
    ],
)
def test_values_are_kept_in_one_spelling(kind: str, text: str, kept: str) -> None:
    assert read(Asked(kind, COLOURS), text) == (kept, None)


@pytest.mark.parametrize(
    ("kind", "text", "why"),
    [
        ("text", "字" * (LONGEST + 1), Unfit.LONG),
        ("number", "很多", Unfit.NUMBER),
        ("number", "NaN", Unfit.NUMBER),
        ("number", "1e99999", Unfit.NUMBER),
        ("number", "1e-99999", Unfit.NUMBER),
        ("choice", "黑", Unfit.OPTION),
        ("several", "红;黑", Unfit.OPTION),
        ("date", "明天", Unfit.DATE),
        ("yesno", "也许", Unfit.YESNO),
        ("phone", "110", Unfit.PHONE),
        ("email", "a@", Unfit.EMAIL),
        ("wechat", "1abcdef", Unfit.WECHAT),
    ],
)
def test_what_does_not_fit_says_why(kind: str, text: str, why: Unfit) -> None:
    assert read(Asked(kind, COLOURS), text) == ("", why)


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(FieldKind.values), st.text(max_size=40))
def test_reading_twice_changes_nothing(kind: str, text: str) -> None:
    """Total, and what is kept is read as itself."""
    kept, why = read(Asked(kind, COLOURS), text)
    assert not (kept and why)
    assert read(Asked(kind, COLOURS), kept) == (kept, None)


def test_whose_it_is() -> None:
    """By account; by name only where one alone is present of that name; never somebody who has left."""
    one, two, gone = (
        Someone(1, "a", "小王", 11, present=True),
        Someone(2, "b", "小李", 12, present=True),
        Someone(3, "c", "小张", 13, present=False),
    )
    twin = Someone(4, "d", "小李", 14, present=True)
    known = Known([one, two, gone, twin], {someone.remote_id: someone for someone in (one, two, gone, twin)})
    assert whose("别人", "a", known) == one
    assert whose("小王", "", known) == one
    assert [whose(name, account, known) for name, account in (("小李", ""), ("小张", ""), ("小王", "zzz"), ("", ""))] == [None] * 4
