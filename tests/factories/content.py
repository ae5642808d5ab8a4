"""Groups with a room, schedules, slots, posts and their deliveries, in the states that pages show."""

from datetime import date, datetime, time, timedelta
from typing import Any

import factory
from factory.django import DjangoModelFactory

from content.models import GroupPlan, PlanLine, Post, Schedule, Slot
from content.policy import CatchUp, PostKind, PostState, SlotState
from groupops.groups.models import Group
from groupops.messaging.models import Binding, Connection, Delivery
from groupops.messaging.policy import DeliveryState, key_of
from tests.factories.groups import NOW, GroupFactory, KindFactory

OPEN = (PostState.DRAFT, PostState.REVIEW, PostState.APPROVED)  # nothing has left yet
TODAY = date(2026, 11, 22)  # of NOW, a Sunday


def bound(group: Group | None = None, **values: Any) -> Group:
    """A group (an active one by default) with a room on the fake platform. It does not follow its kind: it says what the test plans."""
    group = group or GroupFactory.create(**values)
    GroupPlan.objects.get_or_create(group=group, defaults={"follows": False})
    connection, _made = Connection.objects.get_or_create(name="测试平台", defaults={"adapter": "memory", "created_at": NOW})
    Binding.objects.create(group=group, connection=connection, remote_id=f"room-{group.pk}", bound_at=NOW)
    return group


class ScheduleFactory(DjangoModelFactory[Schedule]):
    """Every day at 09:00 in a group with a room; its slots are not planned yet."""

    class Meta:
        model = Schedule

    group = factory.LazyFunction(bound)
    title = factory.Sequence(lambda n: f"早安{n}")
    kind = PostKind.GREETING
    body = "早上好，{{group}}！今天是{{weekday}}。"
    weekdays = 127
    at = time(9)
    start = date(2026, 11, 1)
    catch_up = CatchUp.SKIP
    created_at = NOW - timedelta(days=21)


class PlanLineFactory(DjangoModelFactory[PlanLine]):
    """A line of a kind's plan: every day at 09:00."""

    class Meta:
        model = PlanLine

    kind_of_group = factory.SubFactory(KindFactory)
    key = factory.Sequence(lambda n: f"line-{n}")
    title = factory.Sequence(lambda n: f"计划{n}")
    kind = PostKind.TOPIC
    body = "大家好，{{group}}！"
    weekdays = 127
    at = time(9)
    created_at = NOW - timedelta(days=21)


class SlotFactory(DjangoModelFactory[Slot]):
    """Today's slot, planned; each further one is a day earlier."""

    class Meta:
        model = Slot

    schedule = factory.SubFactory(ScheduleFactory)
    day = factory.Sequence(lambda n: TODAY - timedelta(days=n % 3000))
    due_at = factory.LazyAttribute(lambda slot: slot.schedule.rule.moment(slot.day))
    state = SlotState.PLANNED


class PostFactory(DjangoModelFactory[Post]):
    """A post of its own, on its way."""

    class Meta:
        model = Post

    group = factory.LazyFunction(bound)
    kind = PostKind.MESSAGE
    title = factory.Sequence(lambda n: f"通知{n}")
    body = "大家好"
    state = PostState.SCHEDULED
    due_at = NOW
    created_at = NOW
    released_at = factory.LazyAttribute(lambda post: None if post.state in OPEN else post.created_at)


def delivery_of(post: Post, state: DeliveryState = DeliveryState.DUE) -> Delivery:
    """The post's delivery in a state."""
    return Delivery.objects.create(
        key=key_of("post", post.pk, post.group_id),
        purpose="post",
        subject_id=post.pk,
        group=post.group,
        connection=post.group.binding.connection,
        text=post.body,
        due_at=post.due_at,
        state=state,
        created_at=NOW,
    )


def local(schedule: Schedule, day: date, clock: str) -> datetime:
    """A moment on the wall clock of the schedule's group, as `09:30`."""
    hour, minute = map(int, clock.split(":"))
    return Schedule(group=schedule.group, weekdays=127, at=time(hour, minute), start=day).rule.moment(day)
