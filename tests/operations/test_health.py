"""What a load balancer and a monitor are told."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.test import Client

from groupops.operations.policy import STALE, Health
from groupops.record import services as record
from groupops.record.models import Heartbeat
from groupops.shared import clock


def test_live_asks_nothing_of_the_database(client: Client) -> None:
    """No database mark on this test: a query would fail it."""
    response = client.get("/health/live")
    assert (response.status_code, response.json()) == (200, {"status": "live"})
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_ready_waits_for_the_first_heartbeat(client: Client) -> None:
    """503, and which heartbeat is missing; then 200."""
    before = client.get("/health/ready")
    record.beat(name="worker", at=clock.now())
    after = client.get("/health/ready")
    assert before.status_code == 503
    assert before.json()["heartbeats"] == {"worker": {"age": None, "fresh": False}}
    assert (after.status_code, after.json()["status"]) == (200, "ready")


@pytest.mark.django_db
def test_a_stale_heartbeat_is_not_ready(client: Client) -> None:
    """Sixty seconds of silence is the promise."""
    record.beat(name="worker", at=clock.now() - STALE - timedelta(seconds=1))
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert response.json()["heartbeats"]["worker"]["fresh"] is False


def test_a_lost_database_is_a_finding(client: Client) -> None:
    """No page of error, no traceback: JSON that a monitor can read, and no word of what the database said."""
    with patch.object(Heartbeat.objects, "values_list", side_effect=OperationalError("password of groupops")):
        response = client.get("/health/ready")
    assert response.status_code == 503
    assert response.json()["database"] is False
    assert "password" not in response.content.decode()


def test_one_unknown_heartbeat_does_not_make_it_unready() -> None:
    """A second worker that was switched off must not raise an alarm for ever."""
    now = clock.now()
    assert Health(at=now, database=True, heartbeats={"worker": now, "old": now - timedelta(days=1)}).ready


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_only_safe_methods(client: Client, method: str) -> None:
    """Nothing to write here."""
    assert getattr(client, method)("/health/live").status_code == 405
