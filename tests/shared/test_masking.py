"""Personal values are shown masked, and in full only for a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groupops.shared.masking import NoReason, masked, reason_of


@given(st.text(max_size=40))
def test_a_masked_value_shows_at_most_half_of_it(value: str) -> None:
    assert len(masked(value)) - 3 <= min(len(value) / 2, 6)


@pytest.mark.parametrize(
    ("value", "shown"), [("", "***"), ("abc", "***"), ("13800138000", "13***00"), ("someone@example.org", "som***org")]
)
def test_its_ends_are_enough_to_know_it_again(value: str, shown: str) -> None:
    assert masked(value) == shown


@pytest.mark.parametrize("text", ["", "  ", "x", "y" * 201])
def test_a_value_in_full_wants_a_reason(text: str) -> None:
    with pytest.raises(NoReason):
        reason_of(text)


def test_a_reason_is_trimmed() -> None:
    assert reason_of("  寄奖品 ") == "寄奖品"
