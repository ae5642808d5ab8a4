"""Workers that race: every delivery is claimed by one of them."""

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection as database

from groupops.messaging import delivery as engine
from groupops.messaging.fake_platform.platform import Platform
from groupops.messaging.models import Attempt, Delivery, Limit
from groupops.messaging.policy import DeliveryState
from groupops.shared import clock
from tests.factories.messaging import AS_ASKED, DeliveryFactory, bound

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
WORKERS = 4


def together(work: Callable[[], None]) -> None:
    """The same work in several threads at once; the first failure is raised."""
    failures: list[Exception] = []
    barrier = threading.Barrier(WORKERS)

    def body() -> None:
        try:
            barrier.wait()
            work()
        except Exception as failure:  # noqa: BLE001  (raised again below)
            failures.append(failure)
        finally:
            database.close()

    threads = [threading.Thread(target=body) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def due(running: Platform, count: int) -> list[Delivery]:
    """Deliveries of one connection to two rooms."""
    one = bound(running)
    two = bound(running, connection=one.connection)
    return [DeliveryFactory(group=(one, two)[n % 2].group, connection=one.connection) for n in range(count)]


def test_claims_are_disjoint(running: Platform) -> None:
    """Under one fence each, and all of them taken."""
    rows = due(running, 50)
    taken: list[int] = []

    def claim() -> None:
        while mine := engine.claim(rows[0].connection_id or 0, at=clock.now(), limit=7):
            taken.extend(delivery.pk for delivery in mine)

    together(claim)
    assert Counter(taken) == Counter(row.pk for row in rows)


def test_each_is_sent_once(running: Platform) -> None:
    """On a platform that would double every repeat."""
    running.idempotent = False
    rows = due(running, 40)

    def work() -> None:
        engine.run(now=clock.now)

    together(work)
    engine.run(now=clock.now)  # SQLite: a worker may have found nothing while another held the last batch
    assert Counter(message["text"] for room in running.rooms.values() for message in room.messages) == Counter(row.text for row in rows)
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.SENT}
    assert Attempt.objects.count() == len(rows)


def test_one_looker_at_a_time(running: Platform) -> None:
    """Several recoveries at once settle an unknown outcome once."""
    row = due(running, 1)[0]
    claimed = engine.claim(row.connection_id or 0, at=clock.now())[0]
    engine.begin(claimed, AS_ASKED, at=clock.now())
    running.say(row.group.binding.remote_id, "groupops", row.text, key=row.key)
    Delivery.objects.update(lease_until=clock.now())
    together(lambda: engine.recover(now=clock.now))
    assert Delivery.objects.get().state == DeliveryState.SENT


def test_together_they_keep_to_a_limit(running: Platform) -> None:
    """Four workers send as many as one would."""
    rows = due(running, 40)
    Limit.objects.create(connection=rows[0].connection, times=5, seconds=60)

    def work() -> None:
        engine.run(now=clock.now)

    together(work)
    assert sum(len(room.messages) for room in running.rooms.values()) == Attempt.objects.count() == 5
