"""Rate limits in the database, and the breaker."""

from datetime import timedelta

import pytest

from groupops.messaging import delivery as engine
from groupops.messaging.adapter import Scope
from groupops.messaging.delivery.limiting import full
from groupops.messaging.fake_platform.faults import Standing
from groupops.messaging.fake_platform.platform import Platform
from groupops.messaging.models import Attempt, Binding, Connection, Delivery, Limit
from groupops.messaging.policy import BREAKS_AT, LONGEST_REST, REST, DeliveryState, rest_after
from groupops.record.models import Alarm
from groupops.shared import clock
from tests.factories.messaging import DeliveryFactory, bound

pytestmark = pytest.mark.django_db
S = DeliveryState


def rows_of(binding: Binding, count: int) -> list[Delivery]:
    """Due deliveries of one room."""
    return [DeliveryFactory(connection=binding.connection, group=binding.group) for _ in range(count)]


def run(ahead: timedelta = timedelta()) -> None:
    """One worker, some time from now."""
    engine.run(now=lambda: clock.now() + ahead)


def limited(binding: Binding, times: int, seconds: int = 60, scope: Scope = Scope.CONNECTION) -> Limit:
    """A limit of the room's connection."""
    return Limit.objects.create(connection=binding.connection, times=times, seconds=seconds, scope=scope)


def test_a_full_limit_lets_the_connection_rest_until_it_has_room(running: Platform) -> None:
    """Nothing is asked of the platform beyond it; the rest follows in its order; waiting counts as no try."""
    binding = bound(running)
    limited(binding, 3)
    rows = rows_of(binding, 5)
    run()
    said = [message["text"] for message in running.rooms[binding.remote_id].messages]
    assert said == [row.text for row in rows[:3]]
    rest = Connection.objects.get().resting_until
    assert rest is not None
    assert timedelta(seconds=50) < rest - clock.now() <= timedelta(seconds=60)
    run(timedelta(seconds=30))
    assert Attempt.objects.count() == 3
    run(timedelta(seconds=61))
    assert len(running.rooms[binding.remote_id].messages) == 5
    assert set(Delivery.objects.values_list("state", "attempts")) == {(S.SENT, 1)}


def test_a_limit_of_each_group_leaves_the_others_alone(running: Platform) -> None:
    """One room is full, the other is not."""
    binding = bound(running)
    other = bound(running, connection=binding.connection)
    limited(binding, 1, scope=Scope.GROUP)
    rows_of(binding, 2)
    rows_of(other, 1)
    run()
    assert [len(running.rooms[room.remote_id].messages) for room in (binding, other)] == [1, 1]
    assert Connection.objects.get().resting_until is None
    run(timedelta(seconds=61))
    assert len(running.rooms[binding.remote_id].messages) == 2


def test_parts_count_each(running: Platform) -> None:
    """What went in four messages fills a limit of four."""
    binding = bound(running)
    limit = limited(binding, 4)
    first, second = rows_of(binding, 2)
    at = clock.now()
    Attempt.objects.create(delivery=first, number=1, fence="0" * 32, started_at=at, calls=3)
    assert full(second, [limit], at) is None
    assert full(second, [limit], at, calls=2) is not None
    Attempt.objects.create(delivery=first, number=2, fence="0" * 32, started_at=at)
    assert full(second, [limit], at) is not None
    assert full(second, [limit], at + timedelta(seconds=60), calls=9) is None


def test_a_long_text_waits_until_all_of_it_fits(running: Platform) -> None:
    """It is not torn apart by a limit in its middle."""
    binding = bound(running)
    limited(binding, 3)
    rows_of(binding, 2)
    long = DeliveryFactory(connection=binding.connection, group=binding.group, text="长" * 3000)
    run()
    assert len(running.rooms[binding.remote_id].messages) == 2
    run(timedelta(seconds=61))
    long.refresh_from_db()
    assert (long.state, long.tries.get().calls) == (S.SENT, 2)


def test_the_breaker_opens_after_silence_and_closes_with_an_answer(running: Platform) -> None:
    """Growing rests, one try at a time, a warning; a success ends all of it."""
    binding = bound(running)
    rows_of(binding, 6)
    running.faults.append(Standing("unavailable", "send", times=BREAKS_AT))
    ahead = timedelta()
    for failures in range(1, BREAKS_AT + 1):
        run(ahead)
        connection = Connection.objects.get()
        assert connection.failures == failures
        ahead += timedelta(minutes=6)
    assert Alarm.objects.filter(key=f"breaker:{binding.connection_id}", closed_at=None).exists()
    run(ahead)
    assert Connection.objects.get().failures == 0
    assert len(running.rooms[binding.remote_id].messages) == 6
    assert not Alarm.objects.filter(closed_at=None).exists()


def test_rests_grow_to_a_limit() -> None:
    """Doubled each time; an unclear answer counts only when they go on."""
    assert rest_after(1, certain=True) == REST
    assert rest_after(2, certain=True) == 2 * REST
    assert rest_after(BREAKS_AT - 1, certain=False) is None
    assert rest_after(BREAKS_AT, certain=False) == 4 * REST
    assert rest_after(99, certain=True) == LONGEST_REST
