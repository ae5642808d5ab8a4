"""Platforms that have to be asked: one worker at a time, page by page, and failures that hurt nobody else."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest

from groupops.inbound import queries, tasks
from groupops.inbound import services as inbound
from groupops.inbound.models import StoredEvent
from groupops.messaging.adapter import AdapterError, Fetched, LoginRequired, RateLimited, Unavailable
from groupops.messaging.adapters.memory import Memory
from groupops.messaging.fake_platform.platform import Platform
from groupops.messaging.models import Binding, Connection
from groupops.record.models import Alarm
from tests.factories.inbound import NOW, happened, kept, understand
from tests.factories.messaging import BindingFactory, ConnectionFactory, bound, platform

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
Health = Connection.Health


@pytest.fixture
def running() -> Platform:
    """A fake platform."""
    return platform()


def fetch(connection: Connection) -> int:
    """Once."""
    return inbound.fetch(connection=connection, at=NOW)


def failing(error: Exception) -> Any:
    """A platform that fails so."""
    return patch.object(Memory, "fetch_events", side_effect=error)


def test_what_is_said_on_the_platform_arrives_once(running: Platform) -> None:
    room = bound(running)
    assert fetch(room.connection) == 0, "an empty cursor begins at the present"
    running.join(room.remote_id, "alice", "爱丽丝")
    for n in range(450):  # more than two of its pages
        running.say(room.remote_id, "alice", f"第 {n} 句")
    assert fetch(room.connection) == 451
    assert fetch(room.connection) == 0
    understand(room.connection)
    assert kept(room.connection) == {"done": 451}
    room.connection.refresh_from_db()
    assert room.connection.fetch_lease is None
    assert room.connection.cursor


def test_our_own_words_come_back_and_are_dropped(running: Platform) -> None:
    room = bound(running)
    fetch(room.connection)
    running.say(room.remote_id, "groupops", "早安")
    assert fetch(room.connection) == 1
    assert kept(room.connection) == {"dropped": 1}


def test_whoever_does_not_get_the_lease_does_nothing(running: Platform) -> None:
    room = bound(running)
    assert inbound.lease(connection_id=room.connection_id, name="fetch_lease", span=timedelta(minutes=1))
    with patch.object(Memory, "fetch_events") as asked:
        assert fetch(room.connection) == 0
    asked.assert_not_called()


def test_the_cursor_moves_only_with_its_events() -> None:
    room: Binding = BindingFactory()
    pages = [Fetched([happened(room.remote_id, key="1")], "1", more=True), Unavailable("weg")]
    with patch.object(Memory, "fetch_events", side_effect=pages):
        fetch(room.connection)
    room.connection.refresh_from_db()
    assert (room.connection.cursor, StoredEvent.objects.count()) == ("1", 1)


@pytest.mark.parametrize("error", [Unavailable("weg"), RuntimeError("a bug"), AdapterError("x")], ids=lambda error: type(error).__name__)
def test_a_failure_becomes_health_and_an_alarm_and_ends_with_it(error: Exception) -> None:
    connection = ConnectionFactory()
    with failing(error):
        assert fetch(connection) == 0
    connection.refresh_from_db()
    assert (connection.health, connection.paused) == (Health.DOWN, False)
    assert connection.health_line
    assert Alarm.objects.filter(closed_at=None).count() == 1
    with patch.object(Memory, "fetch_events", return_value=Fetched([], "1")) as asked:
        fetch(connection)
        asked.assert_not_called()  # it is left alone for a while
        inbound.release(connection_id=connection.pk, name="fetch_lease")
        fetch(connection)
    connection.refresh_from_db()
    assert connection.health == Health.OK
    assert not Alarm.objects.filter(closed_at=None).exists()


def test_a_rate_limit_is_no_illness() -> None:
    connection = ConnectionFactory()
    with failing(RateLimited("langsam", after=120)):
        fetch(connection)
    connection.refresh_from_db()
    assert connection.health == Health.OK
    assert not Alarm.objects.exists()
    assert not inbound.lease(connection_id=connection.pk, name="fetch_lease", span=timedelta(seconds=1))


def test_a_lost_login_pauses_and_tells_a_person() -> None:
    connection = ConnectionFactory()
    with failing(LoginRequired("neu anmelden")):
        fetch(connection)
    connection.refresh_from_db()
    assert (connection.paused, connection.health) == (True, Health.NEEDS_LOGIN)
    assert Alarm.objects.get().severity == "critical"
    assert connection not in queries.polled()


def test_a_channel_that_a_person_paused_is_still_read() -> None:
    connection = ConnectionFactory(paused=True)
    assert connection in queries.polled()


def test_one_platform_that_fails_does_not_keep_the_others_waiting(running: Platform) -> None:
    broken = ConnectionFactory(adapter="memory", sealed="not sealed by any key")
    room = bound(running)
    fetch(room.connection)
    running.join(room.remote_id, "alice", "A")
    tasks.fetch()
    assert kept(room.connection) == {"pending": 1}
    broken.refresh_from_db()
    assert broken.health == Health.DOWN
