"""Events are kept once each, fit to be kept, and visibly dropped where nobody wants them."""

from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from django.db import IntegrityError
from kombu.exceptions import OperationalError as BrokerDown
from pytest_django import DjangoCaptureOnCommitCallbacks

from groupops.inbound import queries
from groupops.inbound import services as inbound
from groupops.inbound.models import EventState, StoredEvent
from groupops.messaging.adapter import EventKind
from groupops.shared import doorbell
from tests.factories.inbound import NOW, StoredEventFactory, happened
from tests.factories.messaging import BindingFactory, ConnectionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_new_events_are_counted_and_known_ones_change_nothing() -> None:
    binding = BindingFactory()
    first, second = happened(binding.remote_id, key="1"), happened(binding.remote_id, key="2", text="二")
    assert inbound.store(connection=binding.connection, events=[first], at=NOW) == 1
    assert inbound.store(connection=binding.connection, events=[first, second, second], at=NOW) == 1
    assert inbound.store(connection=binding.connection, events=[second, first], at=NOW + timedelta(hours=1)) == 0
    assert list(StoredEvent.objects.order_by("pk").values_list("event_key", "text", "received_at")) == [
        ("1", "早上好", NOW),
        ("2", "二", NOW),
    ]


def test_the_same_key_on_another_connection_is_another_event() -> None:
    one, other = BindingFactory(), BindingFactory()
    assert [inbound.store(connection=room.connection, events=[happened(room.remote_id, key="1")], at=NOW) for room in (one, other)] == [
        1,
        1,
    ]


def test_the_cursor_and_the_time_of_the_last_event_travel_with_the_events() -> None:
    binding = BindingFactory()
    inbound.store(connection=binding.connection, events=[happened(binding.remote_id)], at=NOW, cursor="7")
    binding.connection.refresh_from_db()
    assert (binding.connection.cursor, binding.connection.last_event_at) == ("7", NOW)
    inbound.store(connection=binding.connection, events=[], at=NOW + timedelta(hours=1), cursor="8")
    binding.connection.refresh_from_db()
    assert (binding.connection.cursor, binding.connection.last_event_at) == ("8", NOW)


def test_nothing_is_kept_of_a_store_that_fails() -> None:
    binding = BindingFactory()
    with patch("groupops.inbound.services.storing._stamp", side_effect=RuntimeError), pytest.raises(RuntimeError):
        inbound.store(connection=binding.connection, events=[happened(binding.remote_id)], at=NOW)
    assert not StoredEvent.objects.exists()


def test_unbound_rooms_and_our_own_echoes_are_dropped_with_a_reason() -> None:
    binding = BindingFactory()
    elsewhere, echo = happened("no-such-room", key="a"), happened(binding.remote_id, key="b", own=True)
    assert inbound.store(connection=binding.connection, events=[elsewhere, echo], at=NOW) == 2
    stray, own = StoredEvent.objects.order_by("event_key")
    assert (stray.state, stray.group_id) == (EventState.DROPPED, None)
    assert (own.state, own.group_id) == (EventState.DROPPED, binding.group_id)
    reasons = [queries.trace_of(event)[0].did for event in (stray, own)]
    assert reasons[0] != reasons[1]
    assert all(reasons)


def test_what_no_database_can_keep_is_made_fit() -> None:
    binding = BindingFactory()
    long_user = "u" * 300
    nasty = happened(
        binding.remote_id,
        long_user,
        "零\0字 \ud83d 半个",
        key="k" * 400,
        user_name="名" * 300,
        raw={"nan": float("nan"), "\0": ["\udfff", {"deep": object()}], "big": 10**40},
    )
    inbound.store(connection=binding.connection, events=[nasty], at=NOW)
    event = StoredEvent.objects.get()
    assert event.text == "零\ufffd字 \ufffd 半个"
    assert event.event_key.startswith("sha256:")
    assert event.remote_user.startswith("sha256:")
    assert len(event.user_name) == 200
    assert event.raw["\ufffd"][0] == "\ufffd"
    other = happened(binding.remote_id, long_user + "x", key="k" * 401)
    assert inbound.store(connection=binding.connection, events=[other], at=NOW) == 1
    assert StoredEvent.objects.values("remote_user").distinct().count() == 2


@pytest.mark.parametrize(
    "claimed",
    [datetime.min, datetime.max, NOW + timedelta(days=2), NOW.replace(year=1970)],  # noqa: DTZ901  (nobody promises a zone)
)
def test_an_impossible_time_is_the_time_of_arrival(claimed: datetime) -> None:
    binding = BindingFactory()
    inbound.store(connection=binding.connection, events=[happened(binding.remote_id, occurred_at=claimed)], at=NOW)
    assert StoredEvent.objects.get().occurred_at == NOW


def test_a_possible_time_is_believed() -> None:
    binding = BindingFactory()
    past = NOW.replace(year=2007)
    inbound.store(connection=binding.connection, events=[happened(binding.remote_id, occurred_at=past)], at=NOW)
    assert StoredEvent.objects.get().occurred_at == past


def test_it_rings_after_the_commit_once(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> None:
    binding = BindingFactory()
    with patch.object(doorbell, "ring") as ring, django_capture_on_commit_callbacks(execute=True):
        inbound.store(connection=binding.connection, events=[happened(binding.remote_id)] * 3, at=NOW)
        ring.assert_not_called()
    ring.assert_called_once_with("groupops.inbound.tasks.process", binding.connection_id)


def test_nobody_is_rung_for_what_was_dropped(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> None:
    connection = ConnectionFactory()
    with patch.object(doorbell, "ring") as ring, django_capture_on_commit_callbacks(execute=True):
        inbound.store(connection=connection, events=[happened("nowhere")], at=NOW)
    ring.assert_not_called()


def test_a_broker_that_is_down_does_not_hurt(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> None:
    binding = BindingFactory()
    doorbell._quiet.clear()
    with patch("celery.app.base.Celery.send_task", side_effect=BrokerDown) as send:
        for _n in range(3):
            with django_capture_on_commit_callbacks(execute=True):
                assert inbound.store(connection=binding.connection, events=[happened(binding.remote_id)], at=NOW) == 1
    doorbell._quiet.clear()
    assert send.call_count == 1, "a broker that failed is not asked again at once"


def test_the_database_refuses_a_counted_event_without_a_group() -> None:
    event = StoredEventFactory()
    with pytest.raises(IntegrityError):
        StoredEvent.objects.filter(pk=event.pk).update(group=None)


def test_the_database_refuses_an_unknown_state() -> None:
    event = StoredEventFactory()
    with pytest.raises(IntegrityError):
        StoredEvent.objects.filter(pk=event.pk).update(state="lost")


def test_all_kinds_of_events_are_kept() -> None:
    binding = BindingFactory()
    events = [happened(binding.remote_id, kind=kind) for kind in EventKind]
    assert inbound.store(connection=binding.connection, events=events, at=NOW) == len(EventKind)
