"""Pages hear that something changed: what is published when, and the stream of a real ASGI process over a real Redis."""

import contextlib
import http.client
import socket
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings
from redis import Redis

from groupops.accounts.models import User
from groupops.operations.embedded.ports import free
from groupops.operations.embedded.processes import spawn
from groupops.record import services as record
from groupops.shared import live, streams
from tests.factories import accounts
from tests.factories.groups import NOW
from tests.processes import ROOT, environment

PATIENCE = 20.0
needs_redis = pytest.mark.skipif(not settings.REDIS_URL, reason="wants Redis")


@pytest.fixture(autouse=True)
def _nothing_said_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_last", {})
    monkeypatch.setattr(live, "_quiet_until", 0.0)


class Reader:
    """An open stream, read line by line; what stays silent for PATIENCE raises TimeoutError."""

    def __init__(self, port: int, session: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.connection.request("GET", reverse("live"), headers={"Cookie": f"other=1; {settings.SESSION_COOKIE_NAME}={session}"})
        self.answer = self.connection.getresponse()

    def until(self, wanted: str) -> str:
        """The next line that begins so; "" at the end of the stream."""
        for raw in self.answer:
            if (line := raw.decode().rstrip("\n")).startswith(wanted):
                return line
        return ""

    def close(self) -> None:
        """Go away."""
        self.connection.close()


@pytest.fixture
def port(transactional_db: None) -> Iterator[int]:
    """A running ASGI process on the test's database and Redis."""
    number = free()
    command = [sys.executable, "-m", "uvicorn", "groupops.asgi:application", "--host", "127.0.0.1", "--port", str(number)]
    process = spawn([*command, "--timeout-graceful-shutdown", "2"], cwd=ROOT, env=environment(REDIS_URL=settings.REDIS_URL))
    try:
        _wait_for(number)
        yield number
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 4 * PATIENCE  # a busy machine takes its time to import Django
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError("the ASGI process did not start")


def session_of(user: User) -> str:
    """A login."""
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def say(topic: str) -> None:
    """Something changed."""
    live._last.clear()
    with transaction.atomic():
        live.publish(topic)


@needs_redis
def test_a_page_hears_what_changed_and_nothing_else(port: int) -> None:
    """First everything, since nobody knows what was missed; then the topic. No data, no name, no group."""
    reader = Reader(port, session_of(accounts.operator()))
    assert reader.answer.status == 200
    assert reader.answer.headers["Content-Type"].startswith("text/event-stream")
    assert reader.until("data:") == f"data: {' '.join(sorted(live.TOPICS))}"
    say(live.MARKS)
    assert reader.until("data:") == "data: marks"
    reader.close()


@needs_redis
@pytest.mark.parametrize("how", ["logout", "locked out"])
def test_whoever_may_no_longer_listen_is_sent_away(port: int, how: str) -> None:
    """The next event finds out, and the stream says goodbye instead; the other reader goes on."""
    user, other = accounts.operator(), accounts.operator()
    session = session_of(user)
    reader, stays = Reader(port, session), Reader(port, session_of(other))
    for each in (reader, stays):
        assert each.until("data:")
    if how == "logout":
        SessionStore(session).delete()
    else:
        User.objects.filter(pk=user.pk).update(is_active=False)
    say(live.ALARMS)
    assert reader.until("event:") == "event: bye"
    assert reader.until("event:") == ""
    assert stays.until("data:") == "data: alarms"
    stays.close()


@needs_redis
def test_strangers_and_other_addresses_get_nothing(port: int) -> None:
    """Without a session, with a made-up one, by another method, at a page's address."""
    for session in ("", "made-up"):
        assert Reader(port, session).answer.status == 401
    for method, path, status in (("POST", reverse("live"), 405), ("GET", reverse("today"), 404)):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        connection.request(method, path)
        assert connection.getresponse().status == status


@needs_redis
def test_nothing_is_said_of_what_was_rolled_back(transactional_db: None) -> None:
    """After the commit, and only then."""
    with Redis.from_url(settings.REDIS_URL).pubsub() as channel:  # type: ignore[no-untyped-call]
        channel.subscribe(live.channel())
        channel.get_message(timeout=PATIENCE)
        with contextlib.suppress(ZeroDivisionError), transaction.atomic():
            live.publish(live.MARKS)
            raise ZeroDivisionError
        record.raise_alarm(key="test", severity="warning", text="x", at=NOW)
        found = channel.get_message(ignore_subscribe_messages=True, timeout=PATIENCE)
    assert found is not None
    assert found["data"] == b"alarms"


@pytest.mark.django_db
def test_without_redis_nothing_is_said(settings: Settings, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> None:
    """The embedded installation polls."""
    settings.REDIS_URL = ""
    with django_capture_on_commit_callbacks() as callbacks:
        live.publish(live.MARKS)
    assert callbacks == []


def test_a_redis_that_is_gone_costs_one_try(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then nobody asks it for a while."""
    tries: list[Any] = []

    class Gone:
        def publish(self, *said: Any) -> None:
            tries.append(said)
            raise ConnectionRefusedError

    monkeypatch.setattr(live, "_redis", Gone)
    live._tell(live.MARKS)
    live._tell(live.ALARMS)
    assert tries == [(live.channel(), "marks")]


@pytest.mark.django_db
def test_the_pages_process_streams_nothing(client: Client) -> None:
    """204 ends an EventSource for good: the page polls."""
    client.force_login(accounts.viewer())
    assert client.get(reverse("live")).status_code == 204


def test_what_comes_together_is_said_once() -> None:
    """A stream gathers topics until it is asked."""
    stream = streams.Stream()
    for topic in (live.MARKS, live.EVENTS, live.MARKS):
        stream.tell(topic)
    assert stream.wake.is_set()
    assert stream.take() == ["events", "marks"]
    assert not stream.wake.is_set()
    assert stream.take() == []
