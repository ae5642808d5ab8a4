"""Kinds, groups, posts and daily numbers."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from factory.declarations import SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory
from factory.helpers import post_generation

from groupops.groups.models import Group, GroupDay, Kind, StaffPost
from groupops.groups.policy import Level, Lifecycle, Post
from tests.factories.accounts import UserFactory

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # a Sunday, noon in Shanghai


class KindFactory(DjangoModelFactory[Kind]):
    """A kind of its own. Those of the migration are there until a transactional test flushes them: `slug="tech"` gets or makes one."""

    class Meta:
        model = Kind
        django_get_or_create = ("slug",)

    slug = Sequence(lambda n: f"kind-{n}")
    name = Sequence(lambda n: f"测试群类型{n}")
    positioning = "测试用的群"
    values = ["第一条价值", "第二条价值"]
    size_low = 50
    size_high = 200
    level = Level.FREE


class GroupFactory(DjangoModelFactory[Group]):
    """An active group of a kind of its own, in Shanghai's zone. `owner=user` gives somebody the owner's post."""

    class Meta:
        model = Group
        skip_postgeneration_save = True

    name = Sequence(lambda n: f"测试群{n}")
    kind = SubFactory(KindFactory)
    lifecycle = Lifecycle.ACTIVE
    level = SelfAttribute("kind.level")
    zone = "Asia/Shanghai"
    created_at = NOW - timedelta(days=60)

    @post_generation
    def owner(group: Group, create: bool, user: Any, **kwargs: Any) -> None:  # noqa: N805
        """The owner's post for the given user."""
        if create and user is not None:
            StaffPostFactory(group=group, user=user, post=Post.OWNER)


class StaffPostFactory(DjangoModelFactory[StaffPost]):
    """An active post, admin by default."""

    class Meta:
        model = StaffPost

    group = SubFactory(GroupFactory)
    user = SubFactory(UserFactory)
    post = Post.ADMIN
    since = NOW - timedelta(days=30)


class GroupDayFactory(DjangoModelFactory[GroupDay]):
    """The numbers of one day: a lively one."""

    class Meta:
        model = GroupDay

    group = SubFactory(GroupFactory)
    day = date(2026, 11, 22)
    messages = 40
    speakers = 12
    joins = 2
    leaves = 1
    posts_sent = 4


def fortnight(group: Group, until: date = date(2026, 11, 22), **values: Any) -> list[GroupDay]:
    """The fourteen days up to `until`, each with the same numbers."""
    return GroupDay.objects.bulk_create(GroupDayFactory.build(group=group, day=until - timedelta(days=n), **values) for n in range(14))
