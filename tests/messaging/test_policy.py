"""The state machine as data: it draws its own document, and every error has its row."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest

from groupops.messaging import adapter, failpoints, policy
from groupops.messaging.policy import DECISIONS, MOVES, DeliveryState, RetryPolicy

ROOT = Path(__file__).resolve().parents[2]
S = DeliveryState


def diagram() -> str:
    """The machine as a mermaid diagram: moves of the machine, and (dashed in words) what people decide and take back."""
    moves = [f"    {here} --> {there}" for here in S for there in S if there in MOVES[here]]
    undone = sorted({f"    {to} --> {here}: undo" for ways in DECISIONS.values() for here, to in ways.items() if here not in MOVES[to]})
    ends = [f"    {state} --> [*]" for state in S if not MOVES[state]]
    return "\n".join(
        [
            "```mermaid",
            "stateDiagram-v2",
            "    [*] --> planned",
            "    [*] --> due",
            "    [*] --> waiting_person",
            *moves,
            *undone,
            *ends,
            "```",
        ]
    )


def test_the_document_shows_the_machine() -> None:
    """docs/reference/delivery.md is drawn from policy.MOVES; paste this when it fails."""
    assert diagram() in (ROOT / "docs/reference/delivery.md").read_text(), diagram()


def test_every_state_has_its_moves_and_can_be_reached() -> None:
    """No state is forgotten."""
    starts = {S.PLANNED, S.DUE, S.WAITING_PERSON}
    assert set(MOVES) == set(S)
    assert set().union(*MOVES.values()) | starts == set(S)


@pytest.mark.parametrize("error", adapter.AdapterError.__subclasses__())
def test_every_error_of_the_contract_has_its_ending(error: type[adapter.AdapterError]) -> None:
    """A row of its own, a move the machine has; a forged push is never raised by a call."""
    if error is not adapter.Forged:
        assert error in policy.ENDINGS
        assert policy.ENDINGS[error].state in MOVES[S.CLAIMED]


@pytest.mark.parametrize("result", adapter.Result)
def test_every_outcome_has_its_state(result: adapter.Result) -> None:
    """None falls through."""
    assert policy.RESULTS[result] in MOVES[S.CLAIMED]


def test_what_is_not_known_is_unknown() -> None:
    """A bug in an adapter proves nothing about the platform."""
    assert policy.ending(ZeroDivisionError()).state == S.UNKNOWN
    assert policy.ending(adapter.RateLimited("", after=3)).state == S.RETRY


def test_only_decisions_can_be_undone() -> None:
    """Sent by the machine is never taken back to due."""
    assert policy.undoes(S.SENT, S.WAITING_PERSON)
    assert policy.undoes(S.DUE, S.MISSED)
    assert not policy.undoes(S.SENT, S.DUE)
    assert not policy.undoes(S.CLAIMED, S.FAILED)


def test_the_key_is_of_the_intention() -> None:
    """Equal for equal intentions, different in every part of one; stored keys must go on fitting after an upgrade."""
    assert policy.key_of("post", 1, 2) == policy.key_of("post", 1, 2, 1) == hashlib.sha256(b"post:1:2:1").hexdigest()
    different = [("post", 1, 2), ("post", 2, 1), ("notice", 1, 2), ("post", 12, 2)]
    assert len({policy.key_of(*parts) for parts in different} | {policy.key_of("post", 1, 2, 2)}) == 5


def test_waits_grow_and_end() -> None:
    """Doubling to the longest, then giving up."""
    rule = RetryPolicy(tries=4, first_seconds=2, longest_seconds=5)
    assert [rule.wait(n) for n in (1, 2, 3, 4)] == [timedelta(seconds=2), timedelta(seconds=4), timedelta(seconds=5), None]
    assert rule.pause(1000) == timedelta(seconds=5)


def test_every_failpoint_stands_in_the_code() -> None:
    """A name in the list that nobody calls would prove nothing."""
    source = "".join(path.read_text() for path in (ROOT / "groupops/messaging/delivery").glob("*.py"))
    assert [name for name in failpoints.POINTS if f'failpoint("{name}")' not in source] == []
