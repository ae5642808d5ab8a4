"""Batches: one transaction, poison set aside, outages waited out, two workers at once."""

from collections.abc import Callable
from datetime import timedelta
from unittest.mock import patch

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError
from pytest_django import Settings

from groupops.groups.models import GroupDay
from groupops.inbound import pipeline, policy, queries, tasks
from groupops.inbound import services as inbound
from groupops.inbound.models import EventState, StoredEvent
from groupops.inbound.turn import Batch, step
from groupops.messaging.adapter import EventKind
from groupops.messaging.models import Binding
from groupops.record.models import Alarm
from members.models import DailyActivity, Membership
from tests.factories.inbound import NOW, chatter, happened, hear, kept, understand
from tests.factories.messaging import BindingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
HERE = "tests.inbound.test_pipeline"
seen: list[int] = []
fails: Callable[[Batch], None]


@step("Watch")
def watch(batch: Batch) -> None:
    """A step that remembers the size of its batches."""
    seen.append(len(batch.turns))


@step("Choke")
def choke(batch: Batch) -> None:
    """A step that cannot stand a text."""
    for turn in batch.turns:
        if "poison" in turn.text:
            raise ValueError(f"bad data: {turn.text}\nand a second line")


@step("Screen")
def screen(batch: Batch) -> None:
    """A step that stops a text."""
    for turn in batch.live(EventKind.MESSAGE):
        if "spam" in turn.text:
            turn.stop(f"{HERE}.screen", "Looks like %(what)s", what="spam")


@step("Fail")
def fail(batch: Batch) -> None:
    """A step that does what a test told it."""
    fails(batch)


@pytest.fixture
def room() -> Binding:
    """A group bound to a room."""
    seen.clear()
    binding: Binding = BindingFactory()
    return binding


@pytest.fixture
def steps(settings: Settings) -> Callable[..., None]:
    """Put steps of this module at the end of the pipeline, or before counting."""

    def put(*names: str, first: bool = False) -> None:
        ours = [f"{HERE}.{name}" for name in names]
        resolve, count = "members.inbound.resolve", "members.inbound.count"
        settings.INBOUND_PIPELINE = [resolve, *ours, count] if first else [resolve, count, *ours]

    return put


def store(room: Binding, *texts: str) -> list[int]:
    """Keep messages with these texts; returns their ids."""
    events = [happened(room.remote_id, f"user{n}", text, occurred_at=NOW + timedelta(seconds=n)) for n, text in enumerate(texts)]
    inbound.store(connection=room.connection, events=events, at=NOW)
    return list(StoredEvent.objects.order_by("pk").values_list("pk", flat=True))


def test_all_that_waits_is_understood_in_batches(room: Binding, steps: Callable[..., None]) -> None:
    steps("watch")
    inbound.store(connection=room.connection, events=chatter(room, 1203, people=7), at=NOW)
    assert understand(room.connection) == 1203
    assert seen == [500, 500, 203]
    assert kept(room.connection) == {"done": 1203}
    assert GroupDay.objects.get().messages == 1203


def test_a_lone_event_is_a_batch_of_one(room: Binding, steps: Callable[..., None]) -> None:
    steps("watch")
    hear(room, happened(room.remote_id))
    assert seen == [1]


def test_a_stopped_message_is_not_counted_but_shows_that_somebody_spoke(room: Binding, steps: Callable[..., None]) -> None:
    steps("screen", first=True)
    hear(room, happened(room.remote_id, "alice", "spam!"), happened(room.remote_id, "bob", "hello"))
    assert GroupDay.objects.get().messages == 1
    assert Membership.objects.exclude(last_spoke_at=None).count() == 2
    spam = StoredEvent.objects.get(remote_user="alice")
    assert (spam.state, [line.did for line in queries.trace_of(spam)][-1]) == (EventState.DONE, "Looks like spam")


def test_poison_is_found_and_parked_and_the_others_go_on(room: Binding, steps: Callable[..., None]) -> None:
    steps("choke")
    texts = [f"text {n}" for n in range(40)]
    texts[7] = texts[29] = "poison"
    ids = store(room, *texts)
    assert understand(room.connection) == 40
    assert kept(room.connection) == {"done": 38, "parked": 2}
    poison = StoredEvent.objects.filter(state=EventState.PARKED)
    assert [event.pk for event in poison] == [ids[7], ids[29]]
    assert {event.error for event in poison} == {"ValueError: bad data: poison"}
    assert (GroupDay.objects.get().messages, DailyActivity.objects.count()) == (38, 38)
    assert Alarm.objects.filter(closed_at=None).count() == 1
    assert understand(room.connection) == 0


def test_an_event_of_an_unknown_kind_is_parked(room: Binding) -> None:
    ids = store(room, "a", "b")
    StoredEvent.objects.filter(pk=ids[0]).update(kind="member.teleported")
    understand(room.connection)
    assert kept(room.connection) == {"parked": 1, "done": 1}


def test_a_parked_event_leaves_no_half_effects(room: Binding, steps: Callable[..., None]) -> None:
    steps("choke")
    store(room, "poison")
    understand(room.connection)
    assert not Membership.objects.exists()
    assert not GroupDay.objects.exists()


def test_a_passing_outage_repeats_the_whole_batch(room: Binding, steps: Callable[..., None]) -> None:
    global fails  # noqa: PLW0603
    attempts = []

    def deadlocks_twice(batch: Batch) -> None:
        attempts.append(len(batch.turns))
        if len(attempts) < 3:
            raise OperationalError("deadlock detected")

    steps("fail")
    fails = deadlocks_twice
    store(room, *"abc")
    assert understand(room.connection) == 3
    assert attempts == [3, 3, 3], "an outage never splits a batch"
    assert GroupDay.objects.get().messages == 3


def test_a_lasting_outage_leaves_everything_as_it_is(room: Binding, steps: Callable[..., None]) -> None:
    global fails  # noqa: PLW0603

    def down(batch: Batch) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    steps("fail")
    fails = down
    store(room, *"abc")
    with pytest.raises(OperationalError):
        understand(room.connection)
    assert kept(room.connection) == {"pending": 3}
    assert not GroupDay.objects.exists()
    room.connection.refresh_from_db()
    assert room.connection.inbox_lease is None
    tasks.process()  # a tick survives it


def test_an_event_that_times_out_every_time_is_parked_after_five_tries(room: Binding, steps: Callable[..., None]) -> None:
    global fails  # noqa: PLW0603

    def slow(batch: Batch) -> None:
        if any("slow" in turn.text for turn in batch.turns):
            raise OperationalError("canceling statement due to statement timeout")

    steps("fail")
    fails = slow
    store(room, "a", "slow", "b")
    with patch("groupops.inbound.pipeline.time.sleep"):
        for _try in range(policy.TRIES - 1):
            with pytest.raises(OperationalError):
                understand(room.connection)
            assert kept(room.connection) == {"pending": 3}
        understand(room.connection)
    assert kept(room.connection) == {"done": 2, "parked": 1}
    assert StoredEvent.objects.get(state=EventState.PARKED).text == "slow"


def test_the_worker_s_own_time_limit_is_nobody_s_poison(room: Binding, steps: Callable[..., None]) -> None:
    global fails  # noqa: PLW0603

    def too_long(batch: Batch) -> None:
        raise SoftTimeLimitExceeded

    steps("fail")
    fails = too_long
    store(room, *"ab")
    with pytest.raises(SoftTimeLimitExceeded):
        understand(room.connection)
    assert kept(room.connection) == {"pending": 2}


def test_whoever_does_not_get_the_lease_does_nothing(room: Binding) -> None:
    store(room, "a")
    assert inbound.lease(connection_id=room.connection_id, name="inbox_lease", span=timedelta(minutes=1))
    assert understand(room.connection) == 0
    assert kept(room.connection) == {"pending": 1}
    inbound.release(connection_id=room.connection_id, name="inbox_lease")
    assert understand(room.connection) == 1


def test_a_lease_is_lost_by_time_alone(room: Binding) -> None:
    take = {"connection_id": room.connection_id, "name": "inbox_lease"}
    assert inbound.lease(**take, span=timedelta(seconds=-1))  # type: ignore[arg-type]
    assert inbound.lease(**take, span=timedelta(minutes=1))  # type: ignore[arg-type]
    assert not inbound.lease(**take, span=timedelta(minutes=1))  # type: ignore[arg-type]


def test_events_that_somebody_else_settled_are_left_alone(room: Binding) -> None:
    ids = store(room, "a", "b")
    understand(room.connection)
    assert pipeline.handle(connection=room.connection, event_ids=ids, at=NOW) == 0
    assert GroupDay.objects.get().messages == 2


def test_a_late_commit_with_a_lower_id_is_not_skipped(room: Binding) -> None:
    ids = store(room, "a", "b")
    StoredEvent.objects.filter(pk=ids[0]).update(state=EventState.PARKED)  # as if not there yet
    understand(room.connection)
    StoredEvent.objects.filter(pk=ids[0]).update(state=EventState.PENDING)
    assert understand(room.connection) == 1


def test_a_tick_works_every_waiting_connection_and_a_ring_only_its_own(room: Binding) -> None:
    other = BindingFactory()
    store(room, "a")
    store(other, "b")
    tasks.process(other.connection_id)
    assert (kept(room.connection), kept(other.connection)) == ({"pending": 1}, {"done": 1})
    tasks.process()
    assert kept(room.connection) == {"done": 1}


def test_a_connection_that_fails_does_not_keep_the_others_waiting(room: Binding) -> None:
    other = BindingFactory()
    store(room, "a")
    store(other, "b")
    whole = pipeline.handle

    def first_breaks(**values: object) -> int:
        if values["connection"] == room.connection:
            raise RuntimeError("a bug")
        return whole(**values)  # type: ignore[arg-type]

    with patch.object(pipeline, "handle", first_breaks):
        tasks.process()
    assert (kept(room.connection), kept(other.connection)) == ({"pending": 1}, {"done": 1})
