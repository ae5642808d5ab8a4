"""kill -9 of a worker at every failpoint, against the fake platform as a process; counted on the platform's own disk."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from groupops.messaging import delivery as engine
from groupops.messaging.failpoints import POINTS
from groupops.messaging.models import Attempt, Delivery, Receipt
from groupops.messaging.policy import DeliveryState
from groupops.record.models import Alarm
from groupops.shared import clock, secretbox
from tests import processes
from tests.factories.messaging import BindingFactory, ConnectionFactory, DeliveryFactory
from tests.messaging.fake import Fake, fake

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
MESSAGES = 4
WORKER = """
from django.conf import settings
from tests.messaging import purpose
settings.DELIVERY_KINDS = settings.DELIVERY_KINDS | purpose.KINDS
from groupops.messaging import tasks
tasks.{task}()
"""
SIGKILL = -9


@pytest.fixture(autouse=True)
def loopback(settings: Settings) -> None:
    """The fake platform's address lies in a private network."""
    settings.ALLOW_PRIVATE_TARGETS = True


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fake]:
    """One for all tests here; each has a room of its own."""
    with fake(tmp_path_factory.mktemp("platform")) as running:
        yield running


def prepare(platform: Fake, room: str = "room") -> list[Delivery]:
    """Some deliveries to one room."""
    connection = ConnectionFactory(sealed=secretbox.seal(platform.config()))
    binding = BindingFactory(connection=connection, remote_id=room)
    platform.open_room(room, binding.remote_name)
    return [DeliveryFactory(group=binding.group, connection=connection) for _ in range(MESSAGES)]


def a_minute_passes() -> None:
    """Leases are over, and calls made under them certainly too: what the database would say 60 s later."""
    Delivery.objects.filter(state=DeliveryState.CLAIMED).update(lease_until=clock.now() - timedelta(seconds=1))
    Attempt.objects.update(started_at=clock.now() - timedelta(seconds=60))


def settle() -> None:
    """What beat would ring in the following minute."""
    for seconds in (0, 5, 40):
        engine.recover(now=lambda s=seconds: clock.now() + timedelta(seconds=s))  # type: ignore[misc]
        engine.run(now=lambda s=seconds: clock.now() + timedelta(seconds=s))  # type: ignore[misc]


@pytest.mark.parametrize("idempotent", [True, False], ids=["idempotent", "not-idempotent"])
@pytest.mark.parametrize("point", POINTS)
def test_nothing_is_lost_and_nothing_doubled(platform: Fake, point: str, *, idempotent: bool) -> None:
    """Killed in its second message: afterwards each text stands on the platform's disk exactly once, with a receipt."""
    room = f"{point}-{idempotent}"
    rows = prepare(platform, room)
    platform.order("PUT", "/control/mode", idempotent=idempotent, readable=True)
    nth = 1 if point == "after-claim" else 2
    killed = processes.run(WORKER.format(task="deliver"), GROUPOPS_FAILPOINT=f"{point}:{nth}")
    assert killed.returncode == SIGKILL, killed.stderr
    a_minute_passes()
    settle()
    assert Counter(platform.said(room)) == Counter(row.text for row in rows)
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.SENT}
    assert Receipt.objects.count() == MESSAGES


def test_on_a_platform_that_cannot_be_read_a_person_is_asked(platform: Fake) -> None:
    """Killed between call and settling: at most one unknown, flagged; nothing doubled, nothing lost."""
    rows = prepare(platform, "unreadable")
    platform.order("PUT", "/control/mode", idempotent=False, readable=False)
    processes.run(WORKER.format(task="deliver"), GROUPOPS_FAILPOINT="after-call:2")
    a_minute_passes()
    settle()
    states = Counter(Delivery.objects.values_list("state", flat=True))
    assert states == {DeliveryState.SENT: MESSAGES - 1, DeliveryState.UNKNOWN: 1}
    assert Alarm.objects.filter(closed_at=None, key__startswith="unknown:").exists()
    assert Counter(platform.said("unreadable")) == Counter(row.text for row in rows)


def test_the_platform_itself_survives_a_kill(tmp_path: Path) -> None:
    """What it acknowledged is on its disk; a torn last line is nobody's loss."""
    with fake(tmp_path) as platform:
        prepare(platform)
        processes.run(WORKER.format(task="deliver"))
        said = platform.said()
        platform.kill()
    with (tmp_path / "platform.jsonl").open("a") as file:
        file.write('{"seq": 99, "type": "mess')
    with fake(tmp_path) as again:
        assert again.said() == said
        assert len(said) == MESSAGES
