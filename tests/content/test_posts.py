"""One-off posts, what their deliveries tell them, and what a person sends after all, once."""

from datetime import timedelta

import pytest

from content import delivery as hooks
from content import services as content
from content import today
from content.models import Post, Slot
from content.policy import CatchUp, PostKind, PostState, SlotState, Why
from content.services.posts import TooLate
from groupops.groups.models import Group, GroupDay
from groupops.groups.policy import Lifecycle
from groupops.messaging.models import Delivery
from groupops.messaging.policy import DeliveryState
from groupops.record.models import AuditEntry
from groupops.shared.errors import Invalid
from tests.factories.accounts import founder, volunteer
from tests.factories.content import TODAY, PostFactory, ScheduleFactory, SlotFactory, bound, delivery_of
from tests.factories.groups import NOW

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


def said(group: Group, **values: object) -> Post:
    """A one-off post."""
    given = {"title": "通知", "kind": PostKind.ANNOUNCEMENT, "body": "今晚八点直播，{{weekday}}见", "due_at": None, "by": None, "at": NOW}
    return content.create_post(group=group, **(given | values))  # type: ignore[arg-type]


def settle(post: Post, state: DeliveryState, at: object = NOW) -> Post:
    """The delivery moves, and tells its post."""
    delivery = Delivery.objects.filter(subject_id=post.pk).first() or delivery_of(post)
    delivery.state = state
    delivery.save()
    hooks.settled(delivery, at=at)  # type: ignore[arg-type]
    post.refresh_from_db()
    return post


def sent_on(group: Group) -> dict[object, int]:
    """Posts sent by day."""
    return dict(GroupDay.objects.filter(group=group).values_list("day", "posts_sent"))


def test_now_and_later(group: Group) -> None:
    """Without a time it leaves in the same transaction; with one it waits, its placeholders filled on that day."""
    assert (said(group).due_at, said(group).body) == (NOW, "今晚八点直播，星期日见")
    later = said(group, due_at=NOW + 24 * HOUR)
    assert (later.state, later.body) == (PostState.SCHEDULED, "今晚八点直播，{{weekday}}见")
    assert not Delivery.objects.filter(subject_id=later.pk).exists()
    assert content.release(at=NOW + 24 * HOUR - timedelta(microseconds=1)).settled == 0
    assert [content.release(at=NOW + 24 * HOUR).settled for _n in range(2)] == [1, 0]
    delivery = Delivery.objects.get(subject_id=later.pk)
    assert (delivery.text, delivery.operation) == ("今晚八点直播，星期一见", "set_announcement")
    assert (delivery.due_at, delivery.expires_at) == (NOW + 24 * HOUR, NOW + 26 * HOUR)
    assert AuditEntry.objects.filter(verb="post.create").count() == 3


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"body": "{{name}}"}, "body"),
        ({"body": " "}, "body"),
        ({"title": ""}, "title"),
        ({"kind": "poem"}, "kind"),
        ({"due_at": NOW - HOUR}, "due_at"),
        ({"due_at": NOW + timedelta(days=4000)}, "due_at"),
    ],
)
def test_what_is_refused(group: Group, values: dict[str, object], field: str) -> None:
    """With its field; nothing is stored."""
    with pytest.raises(Invalid) as refused:
        said(group, **values)
    assert refused.value.field == field
    assert not Post.objects.exists()


def test_a_group_that_rests_is_not_spoken_to(group: Group) -> None:
    """Refused."""
    group.lifecycle = Lifecycle.PAUSED
    with pytest.raises(content.NotActive):
        said(group)


def test_the_guard_looks_once_more() -> None:
    """Paused, archived or cancelled in between: not said."""
    post = PostFactory.create()
    delivery = delivery_of(post)
    assert hooks.guard(delivery, at=NOW) == ""
    for lifecycle in (Lifecycle.PAUSED, Lifecycle.ARCHIVED):
        Group.objects.update(lifecycle=lifecycle)
        assert hooks.guard(delivery, at=NOW)
    Group.objects.update(lifecycle=Lifecycle.ACTIVE)
    content.cancel_post(post=post, by=None, at=NOW)
    assert hooks.guard(delivery, at=NOW)
    with pytest.raises(TooLate):
        content.cancel_post(post=post, by=None, at=NOW)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (DeliveryState.FAILED, PostState.FAILED),
        (DeliveryState.MISSED, PostState.MISSED),
        (DeliveryState.CANCELLED, PostState.CANCELLED),
        (DeliveryState.UNKNOWN, PostState.SCHEDULED),
        (DeliveryState.WAITING_PERSON, PostState.SCHEDULED),
    ],
)
def test_a_post_follows_its_delivery(state: DeliveryState, expected: PostState) -> None:
    """And counts nothing while it was not sent."""
    post = settle(PostFactory.create(), state)
    assert (post.state, post.sent_at) == (expected, None)
    assert sent_on(post.group) == {}


def test_sent_counts_once_on_the_groups_own_day() -> None:
    """23:30 UTC is tomorrow in Shanghai; told twice it counts once; taken back it counts no more."""
    post, at = PostFactory.create(), NOW.replace(hour=23, minute=30)
    for _n in range(2):
        settle(post, DeliveryState.SENT, at)
    assert (post.state, post.sent_at) == (PostState.SENT, at)
    assert sent_on(post.group) == {TODAY + timedelta(days=1): 1}
    settle(PostFactory.create(group=post.group), DeliveryState.SENT, at)
    settle(post, DeliveryState.WAITING_PERSON)
    assert sent_on(post.group) == {TODAY + timedelta(days=1): 1}
    assert post.sent_at is None


def test_a_missed_slot_is_sent_once_by_a_person(group: Group) -> None:
    """The row says so; the second is told."""
    slot = SlotFactory.create(schedule=ScheduleFactory.create(group=group), day=TODAY, state=SlotState.MISSED, why=Why.LATE)
    post = content.send_slot_now(slot=slot, by=None, at=NOW)
    assert (post.slot, post.due_at, post.body) == (slot, NOW, "早上好，技术交流一群！今天是星期日。")
    slot.refresh_from_db()
    assert (slot.state, slot.why) == (SlotState.RELEASED, Why.BY_HAND)
    with pytest.raises(TooLate):
        content.send_slot_now(slot=slot, by=None, at=NOW)
    assert Delivery.objects.count() == 1


def test_a_planned_slot_is_not_sent_by_hand(group: Group) -> None:
    """It will leave at its time."""
    with pytest.raises(TooLate):
        content.send_slot_now(slot=SlotFactory.create(schedule=ScheduleFactory.create(group=group)), by=None, at=NOW)


def test_leaving_a_slot_that_asks(group: Group) -> None:
    """On Today until it is decided, once; sending it remains possible."""
    asking = ScheduleFactory.create(group=group, catch_up=CatchUp.ASK)
    slot = SlotFactory.create(schedule=asking, day=TODAY, state=SlotState.MISSED, why=Why.ASK)
    assert [item.group for item in today.source(founder(), NOW)] == [group.name]
    assert today.source(volunteer(), NOW) == []
    content.leave_slot(slot=slot, by=None, at=NOW)
    assert Slot.objects.get().why == Why.LEFT
    assert today.source(founder(), NOW) == []
    with pytest.raises(TooLate):
        content.leave_slot(slot=slot, by=None, at=NOW)
    assert content.send_slot_now(slot=slot, by=None, at=NOW).slot == slot


@pytest.mark.parametrize("state", [DeliveryState.MISSED, DeliveryState.FAILED])
def test_a_missed_or_failed_post_is_sent_anew_once(state: DeliveryState) -> None:
    """As another post with its own delivery; the old one can no longer leave, and cannot be reopened."""
    old = settle(PostFactory.create(), state)
    new = content.send_again(post=old, by=None, at=NOW + HOUR)
    assert (new.replaces, new.body, new.due_at) == (old, old.body, NOW + HOUR)
    assert Delivery.objects.count() == 2
    old_delivery = Delivery.objects.get(subject_id=old.pk)
    assert hooks.guard(old_delivery, at=NOW)
    with pytest.raises(TooLate):
        content.send_again(post=old, by=None, at=NOW)
    old_delivery.state = DeliveryState.DUE
    with pytest.raises(TooLate):
        hooks.settled(old_delivery, at=NOW)


def test_a_post_that_may_be_in_the_room_is_not_sent_anew() -> None:
    """Sent, on its way or unknown: refused."""
    for post in (
        PostFactory.create(),
        settle(PostFactory.create(), DeliveryState.SENT),
        settle(PostFactory.create(), DeliveryState.UNKNOWN),
    ):
        with pytest.raises(TooLate):
            content.send_again(post=post, by=None, at=NOW)


def test_reopened_at_the_send_desk_the_post_is_on_its_way_again() -> None:
    """A person decides "send again" about the delivery: the post follows."""
    post = settle(PostFactory.create(group=bound()), DeliveryState.MISSED)
    assert settle(post, DeliveryState.DUE).state == PostState.SCHEDULED
