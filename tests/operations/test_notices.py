"""Staff are told outside the chat: once each, in their language, and again while nobody answers."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from pytest_django import Settings

from groupops.messaging.delivery.consequences import lose
from groupops.messaging.models import Connection
from groupops.operations import services as operations
from groupops.operations.models import Notice
from groupops.record import services as record
from groupops.shared import clock
from tests.factories import accounts as people
from tests.factories.messaging import ConnectionFactory
from tests.peers.door import Door, Handler, serving

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ways(settings: Settings) -> None:
    """E-mail is set up."""
    settings.EMAIL_WANTED = True


def lost() -> Connection:
    """A channel whose login is gone."""
    connection = ConnectionFactory()
    lose(connection.pk, Connection.Health.NEEDS_LOGIN, line="", at=clock.now())
    return connection


def test_a_lost_channel_reaches_those_who_manage_channels_once() -> None:
    """Not admins, not people without an address, not twice."""
    people.founder(email="founder@example.org", language="en")
    people.operator(email="operator@example.org", language="zh-hans")
    people.operator(email="")
    people.admin(email="admin@example.org")
    lost()
    assert operations.notify(now=clock.now) == 2
    assert operations.notify(now=clock.now) == 0
    told = {message.to[0]: message for message in mail.outbox}
    assert set(told) == {"founder@example.org", "operator@example.org"}
    assert "channel" in told["founder@example.org"].subject
    assert "http" in told["founder@example.org"].body


def test_a_second_loss_is_told_again() -> None:
    """The alarm of the first is closed; the next one is another."""
    people.founder(email="founder@example.org")
    connection = lost()
    operations.notify(now=clock.now)
    record.close_alarm(key=f"connection:{connection.pk}", at=clock.now())
    lose(connection.pk, Connection.Health.NEEDS_LOGIN, line="", at=clock.now())
    operations.notify(now=clock.now)
    assert len(mail.outbox) == 2


def test_warnings_stay_in_the_dashboard() -> None:
    """Only what cannot wait leaves the house."""
    people.founder(email="founder@example.org")
    record.raise_alarm(key="breaker:1", severity="warning", text="A platform does not answer", at=clock.now())
    assert operations.notify(now=clock.now) == 0


def test_while_nobody_answers_it_is_tried_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """After growing waits, not in a loop."""
    people.founder(email="founder@example.org")
    lost()

    def refuse(*args: Any, **options: Any) -> int:
        raise ConnectionRefusedError

    with monkeypatch.context() as patched:
        patched.setattr(EmailBackend, "send_messages", refuse)
        assert operations.notify(now=clock.now) == 0
    assert operations.notify(now=clock.now) == 0
    assert operations.notify(now=lambda: clock.now() + timedelta(minutes=2)) == 1
    assert Notice.objects.get().tries == 2


def test_a_webhook_gets_what_programs_and_people_read(settings: Settings) -> None:
    """A real socket; signed by nothing but its secret address."""
    got: list[dict[str, Any]] = []

    class Listening(Handler):
        """Remembers what came."""

        def do_POST(self) -> None:  # noqa: N802  (the base class's name)
            """Any POST."""
            got.append(json.loads(self.body()))
            self.answer(200)

    settings.EMAIL_WANTED = False
    lost()
    with serving(Door(Listening)) as door:
        settings.NOTICE_WEBHOOK_URL = f"{door.url}/hook"
        assert operations.notify(now=clock.now) == 1
    assert got[0]["severity"] == "critical"
    assert "/messaging/channels/" in got[0]["text"]
