"""One day of a series: moved, written ahead, dropped, left out; whatever the schedule does meanwhile, the day is said once."""

from datetime import timedelta

import pytest

from content import services as content
from content.models import Post, Schedule, Slot
from content.policy import PostKind, PostState, SlotState, Why
from content.services.placing import SlotGone
from content.services.posts import TooLate
from content.workflow import Act
from groupops.groups.models import Group
from groupops.groups.policy import Post as StaffPost
from groupops.messaging.models import Delivery
from groupops.record.models import AuditEntry
from groupops.shared.errors import Forbidden, Invalid
from tests.content.conftest import made
from tests.factories.accounts import founder, volunteer
from tests.factories.content import bound
from tests.factories.groups import NOW, StaffPostFactory

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def schedule(group: Group) -> Schedule:
    """Daily at 09:00 in Shanghai, from tomorrow on (it is noon)."""
    return made(group)


@pytest.fixture
def slot(schedule: Schedule) -> Slot:
    """Tomorrow's."""
    return schedule.slots.order_by("day")[0]


def ahead(slot: Slot, **values: object) -> Post:
    """Another text for the day."""
    given = {"title": "特别", "body": "今天是{{date}}，特别的一天", "by": None, "at": NOW}
    return content.write_ahead(slot=slot, **(given | values))  # type: ignore[arg-type]


def now(slot: Slot) -> tuple[str, str]:
    """Its state and reason."""
    slot = Slot.objects.get(pk=slot.pk)
    return slot.state, slot.why


def test_a_moved_day_is_said_once_at_its_new_time(schedule: Schedule, slot: Slot) -> None:
    """Planning, an edit of the schedule and another planner leave it where it was put; its day gets no second one."""
    later = slot.due_at + 3 * HOUR
    content.move_slot(slot=slot, due_at=later, by=None, at=NOW)
    content.update_schedule(schedule=schedule, version=1, at_time=schedule.at.replace(hour=10), by=None, at=NOW)
    content.plan(at=NOW + HOUR)
    slot.refresh_from_db()
    assert (slot.due_at, slot.placed) == (later, True)
    assert Slot.objects.filter(schedule=schedule, day=slot.day).count() == 1
    assert content.release(at=slot.due_at - timedelta(seconds=1)).settled == 0
    assert content.release(at=later).settled == 1
    assert Delivery.objects.count() == 1
    assert AuditEntry.objects.filter(verb="slot.move").count() == 1


def test_a_day_moved_to_another_day_is_filled_for_that_one(slot: Slot, schedule: Schedule) -> None:
    """What the group reads is true where it stands."""
    Schedule.objects.update(body="今天是{{date}}")
    content.move_slot(slot=slot, due_at=slot.due_at + DAY + HOUR, by=None, at=NOW)
    content.release(at=slot.due_at)
    post = Post.objects.get(slot=slot)
    assert post.body == "今天是11月24日"


def test_back_to_the_rule(slot: Slot) -> None:
    """As if it had never been moved; the schedule leads it again."""
    due = slot.due_at
    content.move_slot(slot=slot, due_at=due + HOUR, by=None, at=NOW)
    content.reset_slot(slot=slot, by=None, at=NOW)
    slot.refresh_from_db()
    assert (slot.due_at, slot.placed) == (due, False)


def test_what_has_gone_is_not_moved(slot: Slot) -> None:
    """Released, moved by somebody else, into the past, or to the end of time."""
    with pytest.raises(Invalid):
        content.move_slot(slot=slot, due_at=NOW, by=None, at=NOW)
    with pytest.raises(Invalid):
        content.move_slot(slot=slot, due_at=NOW + timedelta(days=5000), by=None, at=NOW)
    seen = Slot.objects.get(pk=slot.pk)
    content.move_slot(slot=slot, due_at=NOW + HOUR, by=None, at=NOW)
    with pytest.raises(SlotGone):
        content.move_slot(slot=seen, due_at=NOW + 2 * HOUR, by=None, at=NOW)
    content.release(at=NOW + HOUR)
    with pytest.raises(SlotGone):
        content.move_slot(slot=slot, due_at=NOW + 2 * HOUR, by=None, at=NOW)


def test_the_text_written_ahead_leaves_instead(slot: Slot) -> None:
    """Once, filled for its day; the next day says what the schedule says."""
    post = ahead(slot)
    assert (post.state, post.due_at) == (PostState.SCHEDULED, slot.due_at)
    content.release(at=slot.due_at)
    content.release(at=slot.due_at + DAY)
    assert [delivery.text for delivery in Delivery.objects.order_by("pk")] == ["今天是11月23日，特别的一天", "早上好，技术交流一群"]
    assert now(slot) == (SlotState.RELEASED, Why.NONE)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (PostState.DRAFT, (SlotState.MISSED, Why.UNAPPROVED)),
        (PostState.REVIEW, (SlotState.MISSED, Why.UNAPPROVED)),
        (PostState.APPROVED, (SlotState.MISSED, Why.HELD)),
        (PostState.CANCELLED, (SlotState.SKIPPED, Why.PERSON)),
    ],
)
def test_a_text_that_may_not_leave(slot: Slot, state: PostState, expected: tuple[str, str]) -> None:
    """Nothing else is said in its place; the slot says why."""
    ahead(slot)
    Post.objects.update(state=state)
    content.release(at=slot.due_at)
    assert now(slot) == expected
    assert not Delivery.objects.exists()


def test_sent_by_hand_after_all_or_left(slot: Slot) -> None:
    """The text of that day, once; nobody can send the schedule's as well."""
    post = ahead(slot, draft=True)
    content.release(at=slot.due_at)
    sent = content.send_slot_now(slot=slot, by=None, at=slot.due_at + HOUR)
    assert (sent.pk, sent.state) == (post.pk, PostState.SCHEDULED)
    assert Delivery.objects.get().text == "今天是11月23日，特别的一天"
    for again in (lambda: content.send_slot_now(slot=slot, by=None, at=NOW), lambda: content.leave_slot(slot=slot, by=None, at=NOW)):
        with pytest.raises(TooLate):
            again()


def test_left_unsent(slot: Slot) -> None:
    """Decided once."""
    ahead(slot, draft=True)
    content.release(at=slot.due_at)
    content.leave_slot(slot=slot, by=None, at=NOW)
    assert now(slot) == (SlotState.MISSED, Why.LEFT)


def test_written_twice_it_is_edited_and_dropped_it_is_gone(slot: Slot) -> None:
    """One text a day; dropped, the schedule speaks again, and another may be written."""
    first = ahead(slot)
    assert ahead(slot, body="改过的").pk == first.pk
    content.drop_ahead(slot=slot, by=None, at=NOW)
    first.refresh_from_db()
    assert (first.slot, first.state) == (None, PostState.CANCELLED)
    with pytest.raises(TooLate):
        content.drop_ahead(slot=slot, by=None, at=NOW)
    assert ahead(slot).pk != first.pk
    content.release(at=slot.due_at)
    with pytest.raises(SlotGone):
        ahead(slot)


def test_the_text_goes_where_its_slot_goes(schedule: Schedule, slot: Slot) -> None:
    """Moved by a person, moved with its schedule, left out, taken back, switched off and on."""
    post = ahead(slot)
    content.update_schedule(schedule=schedule, version=1, at_time=schedule.at.replace(hour=10), by=None, at=NOW)
    post.refresh_from_db()
    assert post.due_at == slot.due_at + HOUR
    moved = content.move_post(post=post, version=post.version, due_at=slot.due_at + 2 * HOUR, by=None, at=NOW)
    slot.refresh_from_db()
    assert (slot.due_at, slot.placed, moved.due_at) == (moved.due_at, True, moved.due_at)
    content.skip_day(schedule=schedule, day=slot.day, by=None, at=NOW)
    content.unskip_day(schedule=schedule, day=slot.day, by=None, at=NOW)
    content.disable(schedule=schedule, by=None, at=NOW)
    assert now(slot)[0] == SlotState.SKIPPED
    content.enable(schedule=schedule, by=None, at=NOW)
    assert now(slot)[0] == SlotState.PLANNED
    slot.refresh_from_db()
    post.refresh_from_db()
    assert slot.due_at == post.due_at
    content.release(at=slot.due_at)
    assert Delivery.objects.filter(subject_id=post.pk).count() == 1


def test_sent_now_the_day_is_used_up(slot: Slot) -> None:
    """Its time brings no second one."""
    post = ahead(slot)
    content.send_post_now(post=post, by=None, at=NOW)
    assert now(slot)[0] == SlotState.RELEASED
    assert content.release(at=slot.due_at).settled == 0
    assert Delivery.objects.count() == 1


def test_a_missed_text_is_sent_again_once(slot: Slot) -> None:
    """Found too late, the text is missed with its slot; sent again, the slot cannot be sent as well."""
    post = ahead(slot)
    content.release(at=slot.due_at + 3 * HOUR)
    post.refresh_from_db()
    assert (post.state, post.why, now(slot)[0]) == (PostState.MISSED, Why.LATE, SlotState.MISSED)
    again = content.send_again(post=post, by=None, at=slot.due_at + 4 * HOUR)
    assert again.body == "今天是11月23日，特别的一天"
    with pytest.raises(TooLate):
        content.send_slot_now(slot=slot, by=None, at=NOW)
    assert Delivery.objects.count() == 1


def test_approved_after_its_day_it_waits_for_a_hand(slot: Slot) -> None:
    """Its slot is over: nothing leaves by itself any more."""
    post = ahead(slot, draft=True)
    content.release(at=slot.due_at)
    assert content.approve_post(post=post, by=None, at=slot.due_at).state == PostState.APPROVED
    with pytest.raises(TooLate):
        content.unhold_post(post=post, by=None, at=slot.due_at)
    assert content.release(at=slot.due_at + HOUR).settled == 0
    assert content.send_post_now(post=post, by=None, at=slot.due_at + HOUR).released_at
    assert now(slot) == (SlotState.RELEASED, Why.BY_HAND)


def test_posts_written_for_many_groups(group: Group) -> None:
    """One bundle; each group by its own rights; an edit reaches those that still say the same."""
    other, third = bound(name="二群"), bound(name="三群")
    writer = volunteer()
    StaffPostFactory.create(group=group, user=writer, post=StaffPost.OWNER)
    StaffPostFactory.create(group=other, user=writer, post=StaffPost.VOLUNTEER)
    given = {"title": "活动", "kind": PostKind.TOPIC, "body": "周五见", "due_at": NOW + DAY, "by": writer, "at": NOW}
    mine, theirs = content.create_posts(groups=[group, other], **given)  # type: ignore[arg-type]
    assert (mine.state, mine.approved_by, theirs.state, theirs.approved_by) == (PostState.SCHEDULED, writer, PostState.REVIEW, None)
    assert mine.bundle == theirs.bundle
    with pytest.raises(Forbidden):
        content.create_posts(groups=[group, third], **given)  # type: ignore[arg-type]
    boss = founder()
    one, two, three = content.create_posts(groups=[group, other, third], **(given | {"by": boss}))  # type: ignore[arg-type]
    content.edit_post(post=three, version=1, title="活动", kind=PostKind.TOPIC, body="三群周六见", due_at=NOW + DAY, by=boss, at=NOW)
    content.edit_post(
        post=one, version=1, title="活动", kind=PostKind.TOPIC, body="周日见", due_at=NOW + DAY, by=boss, at=NOW, whole_bundle=True
    )
    bodies = dict(Post.objects.filter(bundle=one.bundle).values_list("group", "body"))
    assert bodies == {group.pk: "周日见", other.pk: "周日见", third.pk: "三群周六见"}
    result = content.act_on(posts=list(Post.objects.filter(bundle=two.bundle)), act=Act.HOLD, by=boss, at=NOW)
    assert len(result.done) == 3
    result = content.act_on(posts=list(Post.objects.filter(bundle=two.bundle)), act=Act.HOLD, by=boss, at=NOW)
    assert len(result.skipped) == 3
