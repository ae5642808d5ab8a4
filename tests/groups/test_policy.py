"""Pure decisions: health, stages, forecast, posts, rules, moments, policy values."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groupops.groups import policy
from groupops.groups.policy import (
    Action,
    DayNumbers,
    Filling,
    Forecast,
    GroupFacts,
    HealthWeights,
    Lifecycle,
    MomentSort,
    Post,
    PostRanges,
    SizeRange,
    Stage,
    StagePlan,
    ValueRefused,
)

TODAY = date(2026, 11, 22)
SIZE = SizeRange(50, 200)
WEIGHTS = HealthWeights()
counts = st.integers(0, 10_000)
percent = st.integers(0, 100)
above_zero = st.integers(1, 100)
weights = st.builds(HealthWeights, size=percent, activity=above_zero, coverage=percent, lively_share=above_zero)
a_day = st.integers(0, 13).map(lambda n: TODAY - timedelta(days=n))
one_day = st.builds(DayNumbers, day=a_day, messages=counts, speakers=counts, joins=counts, leaves=counts, posts_sent=counts)
some_days = st.lists(one_day, max_size=14, unique_by=lambda day: day.day)


def days(n: int = 14, **numbers: int) -> list[DayNumbers]:
    return [DayNumbers(TODAY - timedelta(days=back), **numbers) for back in reversed(range(n))]


def score(**values: Any) -> policy.Score | None:
    usual: dict[str, Any] = {"members": 100, "days": days(speakers=20, posts_sent=3), "age": 60, "size": SIZE, "weights": WEIGHTS}
    return policy.health(**(usual | values))


def codes(found: policy.Score | None) -> set[str]:
    return {reason.code for reason in found.reasons} if found else set()


def test_a_lively_group_of_a_good_size_scores_full_marks() -> None:
    found = score()
    assert found is not None
    assert found.score == 100


def test_nothing_known_is_unknown_not_ill() -> None:
    assert score(days=[]) is None


def test_without_members_size_and_activity_do_not_count() -> None:
    found = score(members=0)
    assert codes(found) == {"size_unknown", "coverage_good"}
    assert found is not None
    assert found.score == 100


def test_a_size_that_cannot_be_reached_is_advice() -> None:
    found = score(members=30, reachable=40)
    assert "size_out_of_reach" in codes(found)
    assert found is not None
    assert found.score == 100
    assert "size_small" in codes(score(members=30, reachable=500))


def test_a_young_group_is_not_blamed_for_days_before_it_was_here() -> None:
    found = score(days=days(3, speakers=20, posts_sent=1), age=3)
    assert found is not None
    assert found.score == 100


def test_a_history_that_was_read_in_makes_no_young_group_livelier_than_it_is() -> None:
    found, lively = score(days=days(1, speakers=20, posts_sent=1), age=1, heard=400), score(days=days(1, speakers=20, posts_sent=1), age=1)
    assert "activity_low" in codes(found), "thirteen days of the last fourteen were quiet"
    assert "coverage_good" in codes(found), "nothing could be posted before it was here"
    assert "activity_good" in codes(lively)


def test_gaps_and_silence_cost_points_with_their_reasons() -> None:
    found = score(days=days(7, speakers=1))
    assert {"activity_low", "coverage_gap"} <= codes(found)
    assert found is not None
    assert found.score < 50


@given(members=counts, days=some_days, age=st.integers(-3, 400), weights=weights)
def test_every_score_is_a_percentage_that_its_points_explain(
    members: int, days: list[DayNumbers], age: int, weights: HealthWeights
) -> None:
    found = score(members=members, days=days, age=age, weights=weights)
    if found is None:
        return
    assert 0 <= found.score <= 100
    assert all(0 <= reason.points <= reason.of for reason in found.reasons)
    assert all(reason.text and reason.tone != "red" for reason in found.reasons)
    total = sum(reason.of for reason in found.reasons)
    assert abs(found.score - 100 * sum(reason.points for reason in found.reasons) / total) <= 100 * len(found.reasons) / total


@given(days=some_days.filter(bool), members=st.integers(1, 5000))
def test_more_speakers_never_make_a_group_iller(days: list[DayNumbers], members: int) -> None:
    livelier = [DayNumbers(day.day, day.messages, day.speakers + 1, day.joins, day.leaves, day.posts_sent) for day in days]
    before, after = score(days=days, members=members), score(days=livelier, members=members)
    assert before is not None
    assert after is not None
    assert after.score >= before.score


@pytest.mark.parametrize(("users", "stage"), [(0, Stage.MVP), (99, Stage.MVP), (100, Stage.BETA), (999, Stage.BETA), (1000, Stage.RELEASE)])
def test_stages_begin_where_the_seed_says(users: int, stage: Stage) -> None:
    assert StagePlan().stage(users) == stage


def facts(
    pk: int, kind: str = "product", members: int = 100, *, size: SizeRange = SIZE, on: date | None = None, running: bool = True
) -> GroupFacts:
    filling = Forecast(Filling.ON, on) if on else Forecast(Filling.UNKNOWN)
    return GroupFacts(pk, f"群{pk}", kind, members, size, filling, running)


def advised(users: int | None, *groups: GroupFacts) -> list[tuple[Action, str, tuple[int, ...]]]:
    found = policy.advise(users=users, groups=groups, plan=StagePlan(), today=TODAY)
    return [(item.action, item.kind, item.groups) for item in found]


@pytest.mark.parametrize(
    ("users", "kinds"),
    [(50, ["product"]), (500, ["product", "tech"]), (5000, ["product", "tech", "startup", "vip", "regional"]), (None, [])],
)
def test_each_stage_opens_what_the_seed_says(users: int | None, kinds: list[str]) -> None:
    assert advised(users) == [(Action.OPEN, kind, ()) for kind in kinds]


def test_full_groups_split_soon_full_ones_are_prepared_for_and_small_ones_merge() -> None:
    assert advised(None, facts(1, members=201)) == [(Action.SPLIT, "product", (1,))]
    assert advised(None, facts(1, members=200)) == [(Action.PREPARE, "product", (1,))]
    assert advised(None, facts(1, on=TODAY + timedelta(days=10))) == [(Action.PREPARE, "product", (1,))]
    assert advised(None, facts(1, on=TODAY + timedelta(days=90))) == []
    assert advised(None, facts(1, members=20), facts(2, members=30)) == [(Action.MERGE, "product", (1, 2))]
    assert advised(None, facts(1, members=20), facts(2, members=190)) == []
    assert advised(None, facts(1, members=999, running=False)) == []


def test_one_core_group_is_enough_at_the_mvp_stage() -> None:
    size = SizeRange(20, 50)
    assert advised(50, facts(1, members=25, size=size), facts(2, members=22, size=size)) == [(Action.MERGE, "product", (2, 1))]


def forecast(members: int, days: list[DayNumbers]) -> Forecast:
    return policy.forecast(members=members, high=200, days=days, today=TODAY)


def test_a_forecast_needs_days_with_movement() -> None:
    assert forecast(100, []).filling == Filling.UNKNOWN
    assert forecast(100, days(14, messages=9)).filling == Filling.UNKNOWN
    assert forecast(100, days(2, joins=5)).filling == Filling.UNKNOWN
    assert forecast(200, []).filling == Filling.FULL
    assert forecast(100, days(10, joins=1, leaves=1)).filling == Filling.NOT_FILLING
    assert forecast(100, days(10, joins=12, leaves=2)) == Forecast(Filling.ON, TODAY + timedelta(days=10), 10.0)


@given(members=st.integers(0, 400), days=some_days)
def test_a_forecast_is_a_future_day_or_none(members: int, days: list[DayNumbers]) -> None:
    found = forecast(members, days)
    assert (found.on is not None) == (found.filling == Filling.ON)
    assert found.on is None or found.on > TODAY


def test_staffing_is_advice() -> None:
    found = {advice.post: advice for advice in policy.staffing({Post.OWNER: 1, Post.ADMIN: 5}, PostRanges())}
    assert (found[Post.OWNER].missing, found[Post.OWNER].surplus) == (0, 0)
    assert (found[Post.DEPUTY].missing, found[Post.ADMIN].surplus, found[Post.VOLUNTEER].missing) == (1, 2, 3)
    assert [found[post].wanted for post in Post] == ["1", "1–2", "2–3", "3–5"]


@given(st.sampled_from(Lifecycle), st.sampled_from(Lifecycle))
def test_every_move_is_allowed_or_refused_in_words(now: Lifecycle, to: Lifecycle) -> None:
    why = policy.refusal(now, to)
    assert (why is None) == (to in policy.LIFECYCLE_MOVES[now])
    assert why is None or str(why)


@given(st.text(max_size=200), st.text(max_size=200))
def test_a_diff_holds_both_texts(old: str, new: str) -> None:
    lines = policy.line_diff(old, new)
    assert [line for mark, line in lines if mark != "+"] == old.splitlines()
    assert [line for mark, line in lines if mark != "-"] == new.splitlines()


@given(st.text(min_size=1, max_size=80))
def test_names_are_filled_in_as_plain_text(name: str) -> None:
    assert policy.filled("欢迎加入{{group}}！", name) == f"欢迎加入{name}！"


@given(sort=st.sampled_from(MomentSort), title=st.text(min_size=1, max_size=120))
def test_every_moment_proposes_a_group_and_posts(sort: MomentSort, title: str) -> None:
    found = policy.propose(sort, title=title, on=TODAY)
    assert len(found.name) <= policy.NAME_LENGTH
    assert found.posts


plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
json_values = plain | st.lists(plain, max_size=2)


@pytest.mark.parametrize("cls", [HealthWeights, PostRanges, StagePlan])
@given(data=st.data())
def test_any_value_is_a_policy_that_survives_or_a_refusal(cls: type[Any], data: st.DataObject) -> None:
    names = [item.name for item in policy.describe(cls)]
    raw = data.draw(st.dictionaries(st.sampled_from([*names, "king"]), json_values | st.integers(0, 120), max_size=4))
    try:
        built = policy.build(cls, raw)
    except ValueRefused:
        return
    assert policy.build(cls, policy.dump(built)) == built


def test_a_dataclass_with_a_type_no_form_knows_is_a_programming_error() -> None:
    class Odd:
        __annotations__ = {"when": date}

    with pytest.raises(TypeError):
        policy.describe(Odd)
