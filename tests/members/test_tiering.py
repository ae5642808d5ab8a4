"""The rule of the tiers: total, monotone, with hysteresis and grace."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groupops.groups.policy import ValueRefused, build
from members.tiering import RANK, UNKNOWN, Did, Standing, Tier, TierRule, earned, held, judge, points

DAY = date(2026, 11, 20)
SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine
RULE = TierRule()
SCORES = st.integers(0, 2000)
RULES = st.builds(
    lambda low, more, most, hold, grace: TierRule(
        ordinary=low, active=low + more, core=low + more + most, hold_percent=hold, grace_days=grace
    ),
    *(st.integers(1, 300) for _n in range(3)),
    st.integers(1, 100),
    st.integers(0, 90),
)
STANDINGS = st.builds(
    lambda tier, ago: Standing(tier, DAY - timedelta(days=ago) if tier and ago is not None else None),
    st.sampled_from([UNKNOWN, *Tier.values]),
    st.none() | st.integers(0, 100),
)


def rank(standing: Standing) -> int:
    """Unknown is below everything."""
    return RANK.get(standing.tier, -1)


@SLOW
@given(RULES, STANDINGS, SCORES, SCORES, st.integers(0, 100))
def test_every_score_has_an_answer_and_a_higher_one_never_a_lower_tier(rule: TierRule, now: Standing, a: int, b: int, seen: int) -> None:
    low, high = (judge(rule, now, score, DAY, seen_days=seen) for score in sorted((a, b)))
    assert rank(low) <= rank(high)
    assert {low.tier, high.tier} <= {UNKNOWN, *Tier.values}


@SLOW
@given(RULES, STANDINGS, SCORES, st.integers(0, 100))
def test_the_same_night_again_changes_nothing(rule: TierRule, now: Standing, score: int, seen: int) -> None:
    once = judge(rule, now, score, DAY, seen_days=seen)
    assert judge(rule, once, score, DAY, seen_days=seen) == once


@SLOW
@given(RULES, SCORES)
def test_what_is_earned_is_held(rule: TierRule, score: int) -> None:
    assert RANK[earned(rule, score)] <= RANK[held(rule, score)]


def test_a_fall_takes_the_whole_grace_and_a_recovery_ends_it() -> None:
    now = Standing(Tier.CORE)
    for n in range(14):
        now = judge(RULE, now, 100, DAY + timedelta(days=n), seen_days=90)
        assert now == Standing(Tier.CORE, DAY)
    assert judge(RULE, now, 100, DAY + timedelta(days=14), seen_days=90) == Standing(Tier.ACTIVE)
    assert judge(RULE, now, RULE.core * 9 // 10, DAY + timedelta(days=14), seen_days=90) == Standing(Tier.CORE)


def test_who_was_hardly_heard_is_unknown_not_a_lurker() -> None:
    assert judge(RULE, Standing(UNKNOWN), 0, DAY, seen_days=13).tier == UNKNOWN
    assert judge(RULE, Standing(UNKNOWN), 0, DAY, seen_days=14).tier == Tier.LURKER


def test_flooding_does_not_pay() -> None:
    assert points(RULE, Did(messages=5000)) == points(RULE, Did(messages=RULE.messages_a_day))


def test_thresholds_out_of_order_are_refused() -> None:
    with pytest.raises(ValueRefused):
        build(TierRule, {"core": 50})
