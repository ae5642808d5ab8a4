"""Stays: joins, leaves and messages end the same in whatever order they arrive."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from groupops.inbound.turn import Moved
from members import policy

T0 = datetime(2026, 11, 1, tzinfo=UTC)
HISTORY = st.lists(st.sampled_from(["join", "leave", "say"]), min_size=1, max_size=12)


@dataclass
class Stay:
    """A membership without a database."""

    joined_at: datetime
    join_seen: bool = False
    left_at: datetime | None = None
    left_how: str = ""
    rejoins: int = 0
    last_spoke_at: datetime | None = None


def at(minutes: int) -> datetime:
    """A time."""
    return T0 + timedelta(minutes=minutes)


def apply(stay: Stay, verb: str, when: datetime) -> Moved | None:
    """One event."""
    match verb:
        case "join":
            return policy.joined(stay, when)
        case "leave":
            return policy.left(stay, when, "left")
    return policy.spoke(stay, when)


def after(events: list[tuple[str, datetime]]) -> Stay:
    """The stay that these events, in this order of arrival, make."""
    stay = Stay(joined_at=events[0][1])
    for verb, when in events:
        apply(stay, verb, when)
    return stay


def test_a_plain_coming_and_going() -> None:
    stay = Stay(joined_at=at(0))
    assert policy.joined(stay, at(0)) is None
    assert (stay.join_seen, stay.left_at) == (True, None)
    assert policy.spoke(stay, at(1)) is None
    assert policy.left(stay, at(2), "kicked") == Moved.LEFT
    assert (stay.left_at, stay.left_how) == (at(2), "kicked")
    assert policy.joined(stay, at(3)) == Moved.REJOINED
    assert (stay.joined_at, stay.left_at, stay.left_how, stay.rejoins) == (at(3), None, "", 1)


def test_how_somebody_left_is_one_of_three_words() -> None:
    stay = Stay(joined_at=at(0))
    policy.left(stay, at(1), "evaporated")
    assert stay.left_how == policy.How.UNKNOWN


def test_the_first_sign_is_not_a_join() -> None:
    stay = Stay(joined_at=at(5))
    policy.spoke(stay, at(5))
    assert not stay.join_seen
    policy.spoke(stay, at(3))
    assert stay.joined_at == at(3), "an older message is an older sign"
    policy.joined(stay, at(1))
    assert (stay.joined_at, stay.join_seen, stay.last_spoke_at) == (at(1), True, at(5))


def test_an_old_leave_does_not_remove_somebody_who_came_back() -> None:
    stay = after([("join", at(0)), ("join", at(20))])
    assert policy.left(stay, at(10), "left") is None
    assert (stay.left_at, stay.rejoins) == (None, 1)


def test_whoever_speaks_after_leaving_is_back() -> None:
    stay = after([("join", at(0)), ("leave", at(1))])
    assert policy.spoke(stay, at(2)) == Moved.REJOINED
    assert (stay.left_at, stay.joined_at, stay.join_seen) == (None, at(2), False)


def test_a_message_that_arrives_after_its_author_left_does_not_bring_them_back() -> None:
    stay = after([("join", at(0)), ("leave", at(3))])
    assert policy.spoke(stay, at(2)) is None
    assert (stay.left_at, stay.last_spoke_at) == (at(3), at(2))


@given(verbs=HISTORY, seed=st.integers())
def test_the_order_of_arrival_does_not_matter(verbs: list[str], seed: int) -> None:
    events = [(verb, at(n)) for n, verb in enumerate(verbs)]
    shuffled = random.Random(seed).sample(events, len(events))
    plain, other = after(events), after(shuffled)
    assert (other.left_at, other.left_how, other.rejoins, other.last_spoke_at) == (
        plain.left_at,
        plain.left_how,
        plain.rejoins,
        plain.last_spoke_at,
    )


@given(verbs=HISTORY)
def test_rejoins_are_the_leaves_that_somebody_came_back_from(verbs: list[str]) -> None:
    stay = after([(verb, at(n)) for n, verb in enumerate(verbs)])
    assert stay.rejoins == verbs.count("leave") - (stay.left_at is not None)
