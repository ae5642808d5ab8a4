"""What the system page says of the parts of the machine."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from groupops.operations.status.parts import KNOWN, Part, parts
from groupops.record import services as record
from tests.factories import accounts
from tests.factories.groups import NOW
from tests.factories.messaging import ConnectionFactory

pytestmark = pytest.mark.django_db


def lives(name: str, ago: timedelta) -> bool | None:
    """Whether a part that reported so long ago is said to live."""
    record.beat(name=name, at=NOW - ago)
    return {str(part.label): part for part in parts(NOW)}[str(KNOWN.get(name, (name,))[0])].lives


@pytest.mark.parametrize(
    ("name", "ago", "expected"),
    [
        ("worker", timedelta(seconds=59), True),
        ("worker", timedelta(seconds=60), False),
        ("audit-verify", timedelta(minutes=11), True),  # its rounds are ten minutes
        ("audit-verify", timedelta(minutes=31), False),
        ("deliver", timedelta(days=1), None),  # reports only when something was sent
        ("a new part", timedelta(seconds=59), True),
        ("a new part", timedelta(minutes=2), False),
    ],
)
def test_silence_is_judged_by_the_part(name: str, ago: timedelta, expected: bool | None) -> None:
    """A part that has nothing to do is not called dead."""
    assert lives(name, ago) is expected


def test_no_part_is_given_less_than_its_round() -> None:
    """The silence allowed is longer than the longest tick it stands for."""
    rounds = {entry["task"].rpartition(".")[2]: timedelta(seconds=entry["schedule"]) for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    names = {"worker": "heartbeat", "audit-seal": "seal", "audit-verify": "verify", "doctor": "examine"}
    for name, (_label, silence) in KNOWN.items():
        assert silence is None or silence > rounds[names.get(name, name)] * 2, name


def test_a_part_is_a_row() -> None:
    """Label, time and state."""
    record.beat(name="worker", at=NOW)
    assert parts(NOW) == [Part(label=KNOWN["worker"][0], at=NOW, lives=True)]


def test_channels_say_what_is_wrong_in_the_readers_language(client: Client) -> None:
    """On both pages that list them; a page without any leads to the first."""
    client.force_login(accounts.founder())
    assert reverse("messaging:connect") in client.get("/system/").content.decode()
    ConnectionFactory(health="down", health_line="The platform cannot be reached.")
    for page in ("/", "/system/"):
        text = client.get(page).content.decode()
        assert "The platform cannot be reached." not in text
        assert "无法连接平台。" in text
