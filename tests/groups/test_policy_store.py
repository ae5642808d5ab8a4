"""The policy store: the nearest place wins, whole values, taken back, forgiven fields."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from groupops.groups import queries
from groupops.groups import services as groups
from groupops.groups.models import Policy
from groupops.groups.policy import HealthWeights, PostRanges, Scope
from groupops.groups.queries.policies import UnknownPolicy
from groupops.shared.errors import Invalid
from tests.factories.groups import NOW, GroupFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def put(scope: Scope, value: dict[str, Any] | None, **place: Any) -> Policy:
    return groups.set_policy(name="group.posts", scope=scope, value=value, by=None, at=NOW, **place)


def test_the_nearest_place_wins_and_a_value_taken_back_lets_the_wider_one_count() -> None:
    group = GroupFactory()
    other = GroupFactory(kind=group.kind)
    assert queries.policy("group.posts", group=group) == PostRanges()
    put(Scope.SITE, {"deputy_high": 3})
    put(Scope.KIND, {"deputy_high": 4}, kind=group.kind)
    put(Scope.GROUP, {"deputy_high": 5}, group=group)
    assert queries.policy("group.posts").deputy_high == 3
    assert queries.policy("group.posts", kind=group.kind).deputy_high == 4
    found = queries.policies_for("group.posts", [group, other, GroupFactory()])
    assert [value.deputy_high for value in found.values()] == [5, 4, 3]
    put(Scope.GROUP, None, group=group)
    put(Scope.KIND, None, kind=group.kind)
    assert queries.policy("group.posts", group=group).deputy_high == 3
    assert [row.version for row in queries.history("group.posts", group=group)] == [2, 1]
    assert queries.overrides("group.posts") == []


def test_a_whole_list_costs_one_query() -> None:
    rows = [GroupFactory() for _n in range(30)]
    with CaptureQueriesContext(
        connection,
    ) as few:
        queries.policies_for("group.posts", rows[:1])
    with CaptureQueriesContext(connection) as many:
        queries.policies_for("group.posts", rows)
    assert len(few) == len(many) == 1


def test_fields_that_left_the_dataclass_are_forgiven() -> None:
    Policy.objects.create(name="group.health", scope=Scope.SITE, version=1, value={"size": 10, "long_gone": 3}, at=NOW)
    assert queries.policy("group.health") == HealthWeights(size=10)


def test_effects_name_the_groups_and_the_parts_that_change() -> None:
    first, second = GroupFactory(), GroupFactory()
    put(Scope.GROUP, {"deputy_high": 5}, group=second)
    found = queries.effects("group.posts", value={"deputy_high": 3})
    assert [(effect.group, [(old, new) for _label, old, new in effect.changes]) for effect in found] == [(first, [(2, 3)])]
    assert queries.effects("group.posts", value=None) == []


def test_effective_says_where_each_value_comes_from() -> None:
    group = GroupFactory()
    put(Scope.KIND, {"deputy_high": 4}, kind=group.kind)
    found = {name: scope for name, _title, _values, scope in queries.effective(group)}
    assert found["group.posts"] == Scope.KIND
    assert found["group.health"] is None


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"deputy_low": 9}, "deputy_low"),
        ({"deputy_low": -1}, "deputy_low"),
        ({"deputy_low": "2"}, "deputy_low"),
        ({"deputy_low": True}, "deputy_low"),
        ({"deputy_low": None}, "deputy_low"),
        ({"king": 1}, "king"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_its_field(value: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        put(Scope.SITE, value)
    assert refusal.value.field == field
    assert not Policy.objects.exists()


def test_scope_and_place_must_fit() -> None:
    with pytest.raises(Invalid):
        put(Scope.GROUP, {})
    with pytest.raises(Invalid):
        put(Scope.SITE, {}, group=GroupFactory())
    with pytest.raises(UnknownPolicy):
        groups.set_policy(name="no.such", scope=Scope.SITE, value={}, by=None, at=NOW)
