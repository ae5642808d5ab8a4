"""What teaches what, and when a model takes the place of another."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.policy import TO_PEOPLE, CaseState, Offence
from moderation.policy.learning import HARMLESS, LEARNED, UPHELD, NotReplaced, label, missing, verdict


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(Offence), st.sampled_from(CaseState), st.booleans())
def test_every_judgement_teaches_one_thing(offence: Offence, state: CaseState, in_text: bool) -> None:
    """Offences come from upheld adverts alone; what people must judge is never one; what is open teaches nothing."""
    taught = label(offence, state, in_text=in_text)
    if taught is True:
        assert (offence in LEARNED, state in UPHELD, in_text, offence in TO_PEOPLE) == (True, True, True, False)
    if state in HARMLESS:
        assert taught is False
    elif state not in UPHELD:
        assert taught is None


@pytest.mark.parametrize(
    ("precision", "recall", "wrong", "before", "why"),
    [
        (0.9, 0.5, 3, None, NotReplaced.NONE),
        (0.9, 0.5, 3, 3, NotReplaced.NONE),
        (0.9, 0.5, 4, 3, NotReplaced.WORSE),
        (0.5, 0.5, 0, 3, NotReplaced.POOR),
        (0.9, 0.05, 0, None, NotReplaced.POOR),
    ],
)
def test_when_a_model_is_replaced(precision: float, recall: float, wrong: int, before: int | None, why: NotReplaced) -> None:
    """Good enough in itself, and no worse than the one before."""
    assert verdict(precision=precision, recall=recall, wrong=wrong, wrong_before=before) == why


def test_how_many_verdicts_are_missing() -> None:
    """The greatest of what is missing."""
    assert missing(10, 10, 20) == 0
    assert (missing(3, 50, 50), missing(50, 50, 5)) == (7, 15)
