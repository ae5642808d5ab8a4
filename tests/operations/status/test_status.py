"""系统状态 as a page, over the API and as metrics; what the disk stops; the notices by rule and on trial."""

import shutil
from collections import namedtuple
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from content.models import Slot
from content.policy import SlotState, Why
from content.services import watching as slots
from groupops.messaging import watching
from groupops.messaging.adapter import Scope
from groupops.messaging.models import Attempt, Limit
from groupops.messaging.policy import DeliveryState
from groupops.operations import services as operations
from groupops.operations.doctor import services as doctor
from groupops.operations.models import BackupProof
from groupops.operations.status import queries, watermark
from groupops.record import services as record
from groupops.record.models import Alarm
from groupops.shared import clock, disk
from groupops.shared.errors import Forbidden
from tests.factories import accounts as people
from tests.factories.content import SlotFactory
from tests.factories.messaging import ConnectionFactory, DeliveryFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
Usage = namedtuple("Usage", "total used free")


def life(channels: int = 1) -> None:
    """Something of everything the page shows."""
    for number in range(channels):
        made = ConnectionFactory(failures=3, resting_until=clock.now() + timedelta(minutes=1), last_sent_at=clock.now())
        Limit.objects.create(connection=made, scope=Scope.CONNECTION, times=20, seconds=60)
        Limit.objects.create(connection=made, scope=Scope.CONNECTION, times=100, seconds=3600)
        sent = DeliveryFactory(connection=made, state=DeliveryState.DUE, due_at=clock.now() - timedelta(hours=2))
        Attempt.objects.create(delivery=sent, fence="6ba7b810-9dad-11d1-80b4-00c04fd430c8", number=1, calls=5, started_at=clock.now())
        record.beat(name=f"part {number}", at=clock.now())
    now = clock.now()
    proof = {"made_at": now, "key": "k", "rows": 1234, "size": 1, "seconds": 1}
    BackupProof.objects.create(path=f"/b/{channels}", proven_at=now, restore_seconds=2, **proof)
    watching.watch(at=now)
    doctor.examine(at=now)


def full(percent: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is so full."""
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(1000, percent * 10, 1000 - percent * 10))


def test_the_page_says_what_is_and_costs_the_same_for_thirty_channels() -> None:
    """In Chinese; the part that renews itself is the same without the frame."""
    client = Client()
    client.force_login(people.founder())
    costs = []
    for channels in (1, 30):
        life(channels)
        client.get("/system/")
        with CaptureQueriesContext(connection) as asked:
            page = client.get("/system/").content.decode()
        costs.append(len(asked))
    assert costs[0] == costs[1]
    assert 'hx-trigger="system:refresh from:body"' in page
    part = client.get("/system/?part=1").content.decode()
    assert "<html" not in part
    assert part.count("5 / 20") or "20" in part
    seen = queries.status(clock.now())
    assert (seen.channels[0].limits[0].used, seen.channels[0].connection.is_broken, seen.is_proof_old) == (5, True, False)
    assert seen.oldest_due is not None
    assert seen.doctor is not None
    assert seen.doctor.broken == {}


def test_the_api_says_the_same() -> None:
    """For those who may see it; 403 for the others."""
    life()
    client = Client()
    client.force_login(people.admin())
    told = client.get("/api/v1/system/").json()
    assert told["channels"][0]["limits"] == [{"times": 20, "seconds": 60, "used": 5}, {"times": 100, "seconds": 3600, "used": 5}]
    assert told["last_proven"]["rows"] == 1234
    assert (told["database_kind"].lower(), told["broken"]) == (connection.vendor.replace("postgres", "postgres"), {})
    assert {alarm["key"] for alarm in told["alarms"]} == {watching.QUEUE}
    client.force_login(people.viewer())
    assert client.get("/api/v1/system/").status_code == 403


def test_metrics_answer_the_token_and_nobody_else(settings: Settings) -> None:
    """404 without a token of ours; Prometheus can parse what it gets, requests are counted, too."""
    life()
    client = Client()
    assert client.get("/health/metrics").status_code == 404
    settings.METRICS_TOKEN = "secret"
    assert client.get("/health/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    answer = client.get("/health/metrics", headers={"Authorization": "Bearer secret"})
    text = answer.content.decode()
    assert answer.status_code == 200
    for line in ('groupops_deliveries{state="due"} 1.0', 'groupops_alarms_open{severity="critical"} 1.0', "groupops_queue_depth 1.0"):
        assert line in text
    assert "django_http_requests_total_by_method_total" in text
    settings.METRICS_TOKEN, settings.METRICS_ALLOW = "", ["10.0.0.0/8", "127.0.0.1"]
    assert client.get("/health/metrics").status_code == 200
    assert client.get("/health/metrics", REMOTE_ADDR="192.0.2.1").status_code == 404


def test_a_full_disk_is_told_and_stops_imports(monkeypatch: pytest.MonkeyPatch) -> None:
    """A warning, then critical; and it goes by itself."""
    for percent, severity in ((85, "warning"), (91, "critical")):
        full(percent, monkeypatch)
        watermark.watch(at=clock.now())
        assert Alarm.objects.get(key="disk", closed_at=None).severity == severity
    with pytest.raises(disk.NoRoom):
        disk.demand_room()
    full(50, monkeypatch)
    disk.demand_room()
    watermark.watch(at=clock.now())
    assert not Alarm.objects.filter(closed_at=None).exists()


def missed() -> Slot:
    """A slot that was found too late."""
    return SlotFactory(state=SlotState.MISSED, why=Why.LATE, due_at=clock.now() - timedelta(hours=1))


@pytest.mark.parametrize(
    ("key", "cause"),
    [
        (watching.QUEUE, lambda: DeliveryFactory(state=DeliveryState.DUE, due_at=clock.now() - timedelta(hours=1))),
        (watching.FAILED, lambda: DeliveryFactory(state=DeliveryState.FAILED, settled_at=clock.now())),
        (watching.MISSED, lambda: DeliveryFactory(state=DeliveryState.MISSED, settled_at=clock.now())),
        (slots.KEY, missed),
    ],
)
def test_what_nobody_looked_after_is_told_outside_once(key: str, cause: Any, settings: Settings) -> None:
    """The queue, failures, lapsed messages, missed slots; and no more when it is looked after."""
    settings.EMAIL_WANTED = True
    people.founder(email="founder@example.org")
    made = cause()
    for _n in range(2):
        watching.watch(at=clock.now())
        slots.watch(at=clock.now())
        operations.notify(now=clock.now)
    assert Alarm.objects.get(closed_at=None).key == key
    assert len(mail.outbox) == 1
    made.delete()
    watching.watch(at=clock.now())
    slots.watch(at=clock.now())
    assert not Alarm.objects.filter(closed_at=None).exists()
    cause()  # a warning that comes and goes is told once an hour; what is critical each time
    watching.watch(at=clock.now())
    slots.watch(at=clock.now())
    operations.notify(now=clock.now)
    assert len(mail.outbox) == (2 if key == watching.QUEUE else 1)


def test_a_test_notice_goes_to_who_asks(settings: Settings) -> None:
    """By the page; and it says so when no way is set up."""
    client, boss = Client(), people.founder(email="me@example.org", language="en")
    client.force_login(boss)
    page = client.post("/system/notices/try", {"_once": "a"}, follow=True).content.decode()
    assert "EMAIL_URL" in page
    settings.EMAIL_WANTED = True
    client.post("/system/notices/try", {"_once": "b"}, follow=True)
    assert [message.to for message in mail.outbox] == [["me@example.org"]]
    with pytest.raises(Forbidden):
        operations.try_notices(by=people.admin(), at=clock.now())
