"""Ladders: total, every step reachable, written as they are read; when a machine may act."""

import pytest
from django.core.management import call_command
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from groupops.groups.policy import ValueRefused
from groupops.groups.queries import shown
from moderation.policy import (
    GENTLE,
    MOVES,
    OPEN,
    TO_PEOPLE,
    Act,
    CaseState,
    Held,
    Ladder,
    LadderRule,
    Offence,
    Rung,
    Severity,
    Verdict,
    due,
    held_back,
    in_words,
    ladder_of,
    outcome,
    parse,
    spelt,
    weight_of,
)
from moderation.policy.ladder import ladder_in_words

RULE = LadderRule()


def test_the_ladders_of_the_seed() -> None:
    assert [rung.acts for rung in RULE.rungs(Ladder.DEFAULT)] == [(Act.REMIND,), (Act.WARN,), (Act.REMOVE,)]
    assert [rung.acts for rung in RULE.rungs(Ladder.ADVERT)] == [(Act.RECALL, Act.WARN), (Act.RECALL, Act.MUTE), (Act.RECALL, Act.REMOVE)]
    assert RULE.rungs(Ladder.ADVERT)[1].mute_hours == 24
    assert [rung.removes for rung in RULE.rungs(Ladder.QUARREL)] == [False, False, True]
    assert RULE.rungs(Ladder.OFF_TOPIC)[-1].needs_person


@pytest.mark.parametrize("ladder", Ladder)
def test_every_step_is_reached_and_the_last_is_never_left(ladder: Ladder) -> None:
    rungs = RULE.rungs(ladder)
    steps = [due(rungs, standing, 1) for standing in range(20)]
    assert steps == sorted(steps)
    assert set(steps) == set(range(len(rungs)))
    assert [due(rungs, standing, 2) for standing in range(20)] == [due(rungs, standing + 1, 1) for standing in range(20)]


@given(st.lists(st.sets(st.sampled_from([Act.REMIND, Act.WARN, Act.RECALL, Act.MUTE, Act.REMOVE]), min_size=1), min_size=1, max_size=8))
def test_what_is_written_is_read(steps: list[set[Act]]) -> None:
    rungs = tuple(Rung(tuple(sorted(acts)), 12 if Act.MUTE in acts else 0) for acts in steps)
    assert parse(" > ".join(map(spelt, rungs))) == rungs


@pytest.mark.parametrize("text", ["", "提醒", "禁言0", "禁言9999", "移出群聊3", "撤回+撤回", ">".join(["撤回"] * 9), "撤回 > "])
def test_a_ladder_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        LadderRule(advert=text)
    assert refused.value.field == "advert"


def test_every_offence_has_a_ladder_and_gentle_ones_never_count() -> None:
    for offence in Offence:
        weights = [weight_of(offence, severity) for severity in Severity]
        assert weights == ([0, 0] if offence in GENTLE | {Offence.BARRED} else [1, 2])
        assert (ladder_of(offence) == Ladder.GENTLE) == (offence in GENTLE)


def test_every_state_of_a_case_is_reached_and_every_verdict_leads_somewhere() -> None:
    reached, todo = {CaseState.OPEN}, [CaseState.OPEN]
    while todo:
        todo += (fresh := MOVES[todo.pop()] - reached)
        reached |= fresh
    assert reached == set(CaseState) == set(MOVES)
    for state in OPEN:
        for verdict in Verdict:
            assert {outcome(verdict, needs_second=False)} <= MOVES[state]
    assert outcome(Verdict.PUNISH, needs_second=True) == CaseState.SECOND


@given(
    st.sampled_from(Offence),
    st.sampled_from([Rung((Act.WARN,)), Rung((Act.REMOVE,)), Rung((Act.CONSIDER,))]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.integers(0, 3),
)
def test_a_machine_never_removes_or_judges_abuse_unasked(
    offence: Offence, rung: Rung, certain: bool, removes_alone: bool, has_post: bool, dealt_with: int
) -> None:
    held = held_back(
        offence=offence, rung=rung, certain=certain, removes_alone=removes_alone, has_post=has_post, dealt_with=dealt_with, cap=2
    )
    if held == Held.NONE:
        assert certain
        assert offence not in TO_PEOPLE
        assert not has_post
        assert not rung.needs_person
        assert removes_alone or not rung.removes
        assert dealt_with < 2


def test_the_reference_is_drawn_from_the_tables() -> None:
    call_command("moderation_reference", "--check")


def test_a_step_is_read_in_words_with_units_in_the_reader_s_language() -> None:
    with override("en"):
        assert in_words("撤回+禁言24") == "Recall the message + Mute for 24 hours"
        assert in_words("禁言1") == "Mute for 1 hour"
        assert ladder_in_words("群内提醒 > 移出群聊") == "1. Reminder in the group → 2. Remove from the group"
        assert dict(shown(LadderRule()))[LadderRule.__dataclass_fields__["advert"].metadata["label"]].startswith("1. Recall the message")
    assert (in_words(""), in_words("旧写法")) == ("", "旧写法")
