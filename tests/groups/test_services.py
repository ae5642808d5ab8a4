"""The writes: what each refuses, what it writes, what it leaves on record."""

from datetime import timedelta
from typing import Any

import pytest

from groupops.groups import queries
from groupops.groups import services as groups
from groupops.groups.models import Group, Kind, StaffPost
from groupops.groups.policy import Lifecycle, MomentSort, Post, Scope
from groupops.groups.services import MoveRefused, NameTaken, PostRefused, Stale
from groupops.groups.services.policies import PolicyChanged
from groupops.record.models import AuditEntry
from groupops.shared.errors import Conflict, Invalid
from tests.factories.accounts import UserFactory, operator
from tests.factories.groups import NOW, GroupDayFactory, GroupFactory, KindFactory, StaffPostFactory, fortnight

pytestmark = pytest.mark.django_db


def verbs(group: Group) -> list[str]:
    return list(AuditEntry.objects.filter(group_id=group.pk).order_by("id").values_list("verb", flat=True))


def test_a_new_group_is_planned_with_the_kinds_level_and_frozen_rules() -> None:
    by = operator()
    group = groups.create_group(name="  VIP 一群 ", kind=Kind.objects.get(slug="vip"), by=by, at=NOW, owner=by)
    assert (group.name, group.lifecycle, group.level) == ("VIP 一群", Lifecycle.PLANNED, "paid")
    rules = queries.current_rules(group)
    assert rules is not None
    assert rules.version == 1
    assert "{{group}}" in rules.text
    assert verbs(group) == ["group.create"]


@pytest.mark.parametrize(
    ("values", "field"),
    [({"name": " "}, "name"), ({"name": "长" * 81}, "name"), ({"zone": "Mars/Olympus"}, "zone")],
)
def test_a_group_that_cannot_be_is_refused_on_its_field(values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        groups.create_group(kind=KindFactory(), by=None, at=NOW, **({"name": "好群"} | values))
    assert refusal.value.field == field


def test_names_are_taken_once() -> None:
    taken, other = GroupFactory(), GroupFactory()
    with pytest.raises(NameTaken):
        groups.create_group(name=taken.name, kind=taken.kind, by=None, at=NOW)
    with pytest.raises(NameTaken):
        groups.update_group(group=other, seen=1, by=None, at=NOW, name=taken.name)


def test_a_retired_kind_opens_no_group() -> None:
    with pytest.raises(Invalid):
        groups.create_group(name="群", kind=KindFactory(archived=True), by=None, at=NOW)


def test_an_edit_that_changes_nothing_leaves_no_trace() -> None:
    group = GroupFactory()
    groups.update_group(group=group, seen=1, by=None, at=NOW, region=group.region)
    assert Group.objects.get(pk=group.pk).version == 1
    assert verbs(group) == []


def test_the_loser_of_two_edits_is_told_who_changed_which_fields() -> None:
    group, winner = GroupFactory(), UserFactory(name="王一凡")
    groups.update_group(group=group, seen=1, by=winner, at=NOW, region="上海")
    groups.update_group(group=group, seen=2, by=winner, at=NOW, zone="Europe/Berlin")
    with pytest.raises(Stale) as refusal:
        groups.update_group(group=group, seen=1, by=operator(), at=NOW, description="晚了")
    assert "王一凡" in str(refusal.value)
    assert queries.last_change(group, since=1) == ("王一凡", ["region", "zone"])
    assert queries.last_change(group, since=2) == ("王一凡", ["zone"])


@pytest.mark.parametrize(("low", "high"), [(10, None), (None, 10), (20, 10), (0, 10)])
def test_half_a_size_or_a_reversed_one_is_refused(low: int | None, high: int | None) -> None:
    with pytest.raises(Invalid):
        groups.update_group(group=GroupFactory(), seen=1, by=None, at=NOW, size_low=low, size_high=high)


def test_a_life_goes_forward_and_says_why_not_back() -> None:
    group = GroupFactory(lifecycle=Lifecycle.PLANNED)
    for to in (Lifecycle.ACTIVE, Lifecycle.PAUSED, Lifecycle.ACTIVE, Lifecycle.ARCHIVED):
        assert groups.set_lifecycle(group=group, to=to, by=None, at=NOW).lifecycle == to
    with pytest.raises(MoveRefused, match=r".+"):
        groups.set_lifecycle(group=group, to=Lifecycle.ACTIVE, by=None, at=NOW)
    assert verbs(group) == ["group.lifecycle"] * 4


def test_undo_leaves_alone_what_moved_on() -> None:
    first, second = GroupFactory(), GroupFactory()
    groups.set_lifecycle_of(groups=[first, second], to=Lifecycle.PAUSED, by=None, at=NOW)
    groups.set_lifecycle(group=second, to=Lifecycle.ARCHIVED, by=None, at=NOW)
    moves = dict.fromkeys((first.pk, second.pk), (Lifecycle.ACTIVE, Lifecycle.PAUSED))
    result = groups.undo_lifecycle(moves=moves, by=None, at=NOW)
    assert [group.pk for group, _was in result.done] == [first.pk]
    assert [group.pk for group, _why in result.skipped] == [second.pk]


def test_a_post_changes_and_ends_but_an_owner_only_hands_over() -> None:
    group, owner, user = GroupFactory(), UserFactory(), UserFactory()
    groups.give_post(group=group, user=owner, post=Post.OWNER, by=None, at=NOW)
    groups.give_post(group=group, user=user, post=Post.VOLUNTEER, by=None, at=NOW)
    given = groups.give_post(group=group, user=user, post=Post.ADMIN, by=None, at=NOW)
    for user_of, post in ((user, Post.ADMIN), (user, Post.OWNER), (owner, Post.ADMIN)):
        with pytest.raises(PostRefused):
            groups.give_post(group=group, user=user_of, post=post, by=None, at=NOW)
    with pytest.raises(PostRefused):
        groups.end_post(post=StaffPost.objects.get(user=owner), by=None, at=NOW)
    groups.end_post(post=given, by=None, at=NOW)
    groups.end_post(post=given, by=None, at=NOW)
    assert verbs(group) == ["post.give"] * 3 + ["post.end"]


@pytest.mark.parametrize("stay", [True, False])
def test_handing_over_leaves_one_owner(stay: bool) -> None:
    group, old, new = GroupFactory(), UserFactory(), UserFactory()
    StaffPostFactory(group=group, user=old, post=Post.OWNER)
    StaffPostFactory(group=group, user=new, post=Post.ADMIN)
    groups.hand_over(group=group, to=new, stay=stay, by=old, at=NOW)
    held = dict(group.posts.filter(until=None).values_list("user", "post"))
    assert held == {new.pk: Post.OWNER} | ({old.pk: Post.DEPUTY} if stay else {})
    with pytest.raises(PostRefused):
        groups.hand_over(group=group, to=new, stay=True, by=new, at=NOW)
    with pytest.raises(PostRefused):
        groups.hand_over(group=GroupFactory(), to=new, stay=True, by=new, at=NOW)


def test_rules_go_on_from_the_version_that_was_seen() -> None:
    group = GroupFactory()
    first = groups.publish_rules(group=group, text="一\r\n二", why="", seen=0, by=None, at=NOW)
    assert first.text == "一\n二"
    with pytest.raises(Conflict):
        groups.publish_rules(group=group, text="三", why="", seen=0, by=None, at=NOW)
    for text in ("一\n二", " ", "长" * 10_001):
        with pytest.raises(Invalid):
            groups.publish_rules(group=group, text=text, why="", seen=1, by=None, at=NOW)
    groups.publish_rules(group=group, text="三", why="改", seen=1, by=None, at=NOW)
    assert groups.restore_rules(rules=first, seen=2, by=None, at=NOW).version == 3


def test_the_base_rules_do_not_touch_groups_that_exist() -> None:
    old = groups.create_group(name="旧", kind=KindFactory(), by=None, at=NOW)
    base = queries.base_rules()
    assert base is not None
    groups.publish_rules(group=None, text="新模板 {{group}}", why="换", seen=base.version, by=None, at=NOW)
    new = groups.create_group(name="新", kind=old.kind, by=None, at=NOW)
    texts = [rules.text for group in (old, new) if (rules := queries.current_rules(group))]
    assert texts == [base.text, "新模板 {{group}}"]


def test_a_moment_opens_one_group() -> None:
    moment = groups.record_moment(sort=MomentSort.RELEASE, title="2.0", on=NOW.date(), by=None, at=NOW)
    groups.create_group(name="一", kind=KindFactory(), by=None, at=NOW, moment=moment)
    with pytest.raises(Conflict):
        groups.create_group(name="二", kind=KindFactory(), by=None, at=NOW, moment=moment)
    assert not Group.objects.filter(name="二").exists()
    with pytest.raises(Invalid):
        groups.record_moment(sort=MomentSort.RELEASE, title=" ", on=NOW.date(), by=None, at=NOW)


def test_a_policy_set_twice_alike_is_refused() -> None:
    groups.set_policy(name="group.posts", scope=Scope.SITE, value={"deputy_high": 3}, by=None, at=NOW)
    with pytest.raises(Invalid):
        groups.set_policy(name="group.posts", scope=Scope.SITE, value={"deputy_high": 3}, by=None, at=NOW)


def test_two_who_set_a_policy_at_once_do_not_both_win(monkeypatch: pytest.MonkeyPatch) -> None:
    groups.set_policy(name="group.posts", scope=Scope.SITE, value={}, by=None, at=NOW)
    monkeypatch.setattr(queries, "value_at", lambda name, **place: None)  # looked before the other wrote
    with pytest.raises(PolicyChanged):
        groups.set_policy(name="group.posts", scope=Scope.SITE, value={"deputy_high": 5}, by=None, at=NOW)


@pytest.mark.both_databases
def test_health_is_stored_for_groups_with_numbers_and_unknown_for_others() -> None:
    lively, silent, archived = GroupFactory(member_count=100), GroupFactory(), GroupFactory(lifecycle=Lifecycle.ARCHIVED, member_count=100)
    fortnight(lively)
    fortnight(archived)
    assert groups.assess(at=NOW) == 1
    assert groups.assess(at=NOW) == 0
    lively.refresh_from_db()
    assert lively.health == 100
    assert {reason["code"] for reason in lively.health_reasons} == {"size_good", "activity_good", "coverage_good"}
    assert lively.assessed_at == NOW
    for group in (silent, archived):
        assert Group.objects.get(pk=group.pk).health is None


@pytest.mark.both_databases
def test_a_group_is_judged_by_its_first_numbers_when_they_are_older_than_itself() -> None:
    told, fresh = (GroupFactory(member_count=100, created_at=NOW) for _n in range(2))
    for group in (told, fresh):
        GroupDayFactory(group=group, day=NOW.date(), speakers=20)
    GroupDayFactory(group=told, day=NOW.date() - timedelta(days=1400))
    groups.assess(at=NOW)
    found = {row.pk: {reason["code"] for reason in row.health_reasons} for row in Group.objects.filter(pk__in=[told.pk, fresh.pk])}
    assert found == {told.pk: {"size_good", "activity_low", "coverage_good"}, fresh.pk: {"size_good", "activity_good", "coverage_good"}}


def test_old_numbers_make_no_health() -> None:
    group = GroupFactory(member_count=100)
    fortnight(group)
    groups.assess(at=NOW + timedelta(days=40))
    assert Group.objects.get(pk=group.pk).health is None


def test_the_stage_overrides_the_kind_and_the_group_overrides_both() -> None:
    product = Kind.objects.get(slug="product")
    free, own = GroupFactory(kind=product), GroupFactory(kind=product, size_low=5, size_high=9)
    assert [(size.low, size.high) for size in queries.size_ranges([free, own]).values()] == [(50, 200), (5, 9)]
    groups.record_users(users=40, by=None, at=NOW)
    assert [(size.low, size.high) for size in queries.size_ranges([free, own]).values()] == [(20, 50), (5, 9)]
    groups.record_users(users=5000, by=None, at=NOW + timedelta(days=1))
    assert [(size.low, size.high) for size in queries.size_ranges([free, own]).values()] == [(50, 200), (5, 9)]
