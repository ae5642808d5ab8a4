"""The replacer: what it refuses, and that no value is ever read as a placeholder."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content import placeholders
from content.placeholders import KNOWN, Unfilled

VALUES = placeholders.values(group="技术交流一群", day=date(2026, 11, 22))
NASTY = st.text(alphabet=st.sampled_from("{}% |.abgroupdate\n群"), max_size=60)


def test_known_ones_are_filled() -> None:
    """Spaces inside the braces do not matter; the day is spelt as the group reads it."""
    text = placeholders.fill("早上好，{{group}}！今天是{{ date }}，{{weekday}}。", VALUES)
    assert text == "早上好，技术交流一群！今天是11月22日，星期日。"


@pytest.mark.parametrize(
    "text",
    ["{{name}}", "{{}}", "{{ }}", "{{group", "group}}", "{{group.kind}}", "{{ group|upper }}", "{{Group}}", "{{group}} {{", "}}{{"],
)
def test_everything_else_is_refused_when_saved(text: str) -> None:
    """Unknown, empty or half a placeholder; also what Django's templates would have understood."""
    with pytest.raises(Unfilled) as refused:
        placeholders.check(text)
    assert refused.value.field == "body"


@pytest.mark.parametrize("text", ["", "{group}", "{% now 'Y' %}", "a { b } c", "100% {", "{# #}", "{ {group} }"])
def test_other_braces_are_text(text: str) -> None:
    """Only double braces mean something; template tags stay what somebody typed."""
    assert placeholders.fill(text, VALUES) == text


@given(NASTY)
def test_nothing_unfilled_leaves(text: str) -> None:
    """Whatever is accepted comes out without a placeholder, and is the same text around what was filled."""
    try:
        placeholders.check(text)
    except Unfilled:
        return
    filled = placeholders.fill(text, dict.fromkeys(KNOWN, "·"))
    assert "{{" not in filled
    assert "}}" not in filled


@given(NASTY)
def test_a_value_is_never_searched(name: str) -> None:
    """A group may be called {{date}}: its name is said as it is."""
    assert placeholders.fill("<{{group}}>", VALUES | {"group": name}) == f"<{name}>"
