"""What the database itself refuses, tried by breaking it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from groupops.groups.models import Group, GroupDay, KeyMoment, Kind, Policy, RuleSet, StaffPost
from groupops.groups.policy import Post, Scope
from tests.factories.accounts import UserFactory
from tests.factories.groups import NOW, GroupDayFactory, GroupFactory, KindFactory, StaffPostFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def two_owners() -> None:
    group = GroupFactory(owner=UserFactory())
    StaffPostFactory(group=group, post=Post.OWNER)


def two_posts() -> None:
    held = StaffPostFactory()
    StaffPostFactory(group=held.group, user=held.user, post=Post.VOLUNTEER)


def two_base_rules() -> None:
    for _n in range(2):
        RuleSet.objects.create(version=77, text="一", at=NOW)


def two_site_policies() -> None:
    for _n in range(2):
        Policy.objects.create(name="group.health", scope=Scope.SITE, version=1, value={}, at=NOW)


def policy_without_its_group() -> None:
    Policy.objects.create(name="group.health", scope=Scope.GROUP, version=1, value={}, at=NOW)


def policy_of_a_kind_and_a_group() -> None:
    group = GroupFactory()
    Policy.objects.create(name="group.health", scope=Scope.KIND, kind=group.kind, group=group, version=1, value={}, at=NOW)


def same_day_twice() -> None:
    day = GroupDayFactory()
    GroupDay.objects.create(group=day.group, day=day.day)


def post_ended_before_it_began() -> None:
    StaffPostFactory(until=NOW.replace(year=2020))


BROKEN: list[Callable[[], Any]] = [
    two_owners,
    two_posts,
    two_base_rules,
    two_site_policies,
    policy_without_its_group,
    policy_of_a_kind_and_a_group,
    same_day_twice,
    post_ended_before_it_began,
    lambda: KindFactory(size_low=0),
    lambda: KindFactory(size_low=9, size_high=8),
    lambda: KindFactory(level="nowhere"),
    lambda: GroupFactory(lifecycle="gone"),
    lambda: GroupFactory(level="nowhere"),
    lambda: GroupFactory(health=101),
    lambda: GroupFactory(size_low=9, size_high=8),
    lambda: GroupFactory(size_low=9),
    lambda: StaffPostFactory(post="king"),
    lambda: KeyMoment.objects.create(sort="nothing", title="x", on=NOW.date(), created_at=NOW),
]


@pytest.mark.parametrize("break_it", BROKEN)
def test_the_database_refuses(break_it: Callable[[], Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        break_it()


@pytest.mark.parametrize("act", ["update", "delete"])
def test_rules_and_policies_are_append_only(act: str) -> None:
    RuleSet.objects.create(version=77, text="一", at=NOW)
    Policy.objects.create(name="group.health", scope=Scope.SITE, version=1, value={}, at=NOW)
    for rows in (RuleSet.objects.filter(version=77), Policy.objects.all()):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(why="x") if act == "update" else rows._raw_delete("default")


def test_a_new_user_may_hold_the_post_once_the_old_one_ended() -> None:
    first = StaffPostFactory(post=Post.OWNER, until=NOW)
    StaffPostFactory(group=first.group, user=first.user, post=Post.OWNER)
    assert StaffPost.objects.filter(group=first.group).count() == 2


def test_the_seed_has_its_seven_kinds_and_base_rules() -> None:
    assert list(Kind.objects.values_list("slug", flat=True)) == ["product", "tech", "vip", "startup", "regional", "event", "high-end"]
    ranges = Kind.objects.filter(slug__in=["product", "tech", "vip", "startup"]).values_list("size_low", "size_high")
    assert list(ranges) == [(50, 200), (100, 500), (20, 100), (50, 300)]
    assert "欢迎加入{{group}}！" in RuleSet.objects.get(group=None, version=1).text
    assert "代码块" in Kind.objects.get(slug="tech").rules_extension
    assert "代码块" not in Kind.objects.get(slug="startup").rules_extension
    assert not Group.objects.exists()
