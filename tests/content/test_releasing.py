"""A due slot becomes a post and a delivery once, or visibly does not: outages, kills, pauses, racing workers."""

import threading
from collections import Counter
from datetime import time, timedelta
from unittest.mock import patch

import pytest
from django.db import OperationalError, connection

from content import services as content
from content.models import Post, Schedule, Slot
from content.policy import CatchUp, PostKind, SlotState, Why
from groupops.groups.models import Group
from groupops.groups.policy import Lifecycle
from groupops.messaging import outbox
from groupops.messaging.models import Binding, Delivery
from tests.content.conftest import made
from tests.factories.content import ScheduleFactory, SlotFactory, bound
from tests.factories.groups import NOW

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
HALF_PAST = NOW + 30 * MINUTE  # 12:30 in Shanghai
pytestmark = pytest.mark.django_db


@pytest.fixture
def schedule(group: Group) -> Schedule:
    """Daily at 12:30, half an hour from now."""
    return made(group, at_time=time(12, 30), kind=PostKind.TOPIC)


def state(schedule: Schedule) -> tuple[str, str]:
    """State and reason of the first slot."""
    slot = schedule.slots.order_by("day")[0]
    return slot.state, slot.why


def test_nothing_leaves_early(schedule: Schedule) -> None:
    """A microsecond before its time there is no post."""
    content.release(at=HALF_PAST - timedelta(microseconds=1))
    assert not Post.objects.exists()


def test_a_due_slot_becomes_one_post_and_one_delivery(schedule: Schedule) -> None:
    """Released, with the text filled in, due at the slot's moment, lapsing as its kind does; again adds nothing."""
    assert content.release(at=HALF_PAST).settled == 1
    assert content.release(at=HALF_PAST).settled == 0
    post = Post.objects.get()
    assert (post.body, post.state, post.due_at) == ("早上好，技术交流一群", "scheduled", HALF_PAST)
    delivery = Delivery.objects.get()
    assert (delivery.purpose, delivery.subject_id, delivery.text) == ("post", post.pk, post.body)
    assert (delivery.due_at, delivery.expires_at) == (HALF_PAST, HALF_PAST + HOUR)
    assert state(schedule) == (SlotState.RELEASED, Why.NONE)


@pytest.mark.parametrize(
    ("catch_up", "late", "expected"),
    [
        (CatchUp.SKIP, HOUR, (SlotState.RELEASED, Why.NONE)),
        (CatchUp.SKIP, HOUR + MINUTE, (SlotState.MISSED, Why.LATE)),
        (CatchUp.ASK, 3 * HOUR, (SlotState.MISSED, Why.ASK)),
        (CatchUp.ONCE_LATE, 3 * HOUR, (SlotState.RELEASED, Why.SENT_LATE)),
        (CatchUp.ONCE_LATE, 12 * HOUR, (SlotState.MISSED, Why.LATE)),
    ],
)
def test_an_outage_is_classified(schedule: Schedule, catch_up: CatchUp, late: timedelta, expected: tuple[str, str]) -> None:
    """Nothing ran for hours: each slot leaves or shows why not; one that leaves late gets its lapse from now."""
    Schedule.objects.update(catch_up=catch_up)
    content.release(at=HALF_PAST + late)
    assert state(schedule) == expected
    assert Post.objects.count() == (expected[0] == SlotState.RELEASED)
    if expected[1] == Why.SENT_LATE:
        assert Delivery.objects.get().expires_at == HALF_PAST + late + HOUR


def test_beat_away_for_days_every_slot_once_or_visibly_missed(schedule: Schedule) -> None:
    """Ten days away, across the horizon: ten missed, one sent, none twice, none open."""
    at = HALF_PAST + timedelta(days=10)
    content.plan(at=at)
    content.release(at=at)
    past = Slot.objects.filter(due_at__lte=at)
    assert Counter(past.values_list("state", flat=True)) == {SlotState.MISSED: 10, SlotState.RELEASED: 1}
    assert Post.objects.count() == 1


@pytest.mark.parametrize(
    ("lifecycle", "why"), [(Lifecycle.PAUSED, Why.PAUSED), (Lifecycle.ARCHIVED, Why.INACTIVE), (Lifecycle.PLANNED, Why.INACTIVE)]
)
def test_a_group_that_rests_is_not_spoken_to(schedule: Schedule, lifecycle: Lifecycle, why: Why) -> None:
    """Skipped, with the reason."""
    Group.objects.update(lifecycle=lifecycle)
    content.release(at=HALF_PAST)
    assert state(schedule) == (SlotState.SKIPPED, why)
    assert not Post.objects.exists()


def test_a_group_without_a_room_is_posted_to_by_hand(schedule: Schedule) -> None:
    """Useful without any bot: the delivery waits for a person."""
    Binding.objects.all().delete()
    content.release(at=HALF_PAST)
    assert state(schedule) == (SlotState.RELEASED, Why.NONE)
    assert Delivery.objects.get().state == "waiting_person"


def test_a_kill_between_claim_and_delivery_leaves_the_slot_as_it_was(schedule: Schedule) -> None:
    """One transaction: what dies in the middle has done nothing, the next tick does it once."""
    with patch.object(outbox, "act", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        content.release(at=HALF_PAST)
    assert state(schedule) == (SlotState.PLANNED, Why.NONE)
    assert not Post.objects.exists()
    content.release(at=HALF_PAST + MINUTE)
    assert Post.objects.count() == Delivery.objects.count() == 1


def test_a_slot_that_breaks_holds_up_no_other_and_lapses(group: Group) -> None:
    """The others leave at once; the broken one stays planned, and is missed after its lapse."""
    good, bad = (made(group, at_time=time(12, 30), kind=PostKind.TOPIC, title=title) for title in ("好", "坏"))
    Schedule.objects.filter(pk=bad.pk).update(body="{{name}}")  # past the services, as a restored backup might
    assert content.release(at=HALF_PAST) == content.Released(settled=1, broken=1)
    assert (state(good)[0], state(bad)[0]) == (SlotState.RELEASED, SlotState.PLANNED)
    content.release(at=HALF_PAST + 2 * HOUR)
    assert state(bad) == (SlotState.MISSED, Why.LATE)


def test_the_databases_trouble_is_not_a_slots(schedule: Schedule) -> None:
    """The tick fails as a whole and comes again in a second."""
    with patch.object(outbox, "act", side_effect=OperationalError), pytest.raises(OperationalError):
        content.release(at=HALF_PAST)
    assert state(schedule)[0] == SlotState.PLANNED


def test_a_slot_that_moved_since_it_was_read_is_not_released(schedule: Schedule) -> None:
    """The claim names the moment it saw."""
    slot = schedule.slots.order_by("day")[0]
    with patch("content.queries.due_slots", return_value=[(slot.pk, slot.due_at)]):
        Slot.objects.filter(pk=slot.pk).update(due_at=slot.due_at + HOUR)
        assert content.release(at=HALF_PAST).settled == 0
    assert not Post.objects.exists()


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_racing_workers_say_each_slot_once() -> None:
    """Four workers, sixty due slots: sixty posts, sixty deliveries."""
    schedules = [ScheduleFactory.create(group=bound()) for _n in range(60)]
    for schedule in schedules:
        SlotFactory.create(schedule=schedule, day=NOW.date(), due_at=NOW)
    barrier, broken = threading.Barrier(4), []

    def worker() -> None:
        try:
            barrier.wait()
            content.release(at=NOW + MINUTE)
        except Exception as error:  # noqa: BLE001  (any thread's failure is the test's)
            broken.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=worker) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == []
    assert Post.objects.count() == Delivery.objects.count() == 60
    assert set(Slot.objects.values_list("state", flat=True)) == {SlotState.RELEASED}


def test_a_chunk_costs_the_same_few_queries_a_slot(group: Group, django_assert_max_num_queries: object) -> None:
    """Forty due at once: one transaction, and no query that grows faster than the slots."""
    for _n in range(40):
        SlotFactory.create(schedule=ScheduleFactory.create(group=group), day=NOW.date(), due_at=NOW)
    with django_assert_max_num_queries(40 * 7 + 8):  # type: ignore[operator]
        assert content.release(at=NOW).settled == 40
