"""How long a lone message takes from the HTTP door to its processed row: gunicorn, a broker and a Celery worker, as in production."""

import json
import random
import time

import httpx
from django.utils import timezone
from products import answers, ready, running, until

from groupops.inbound.models import EventState, StoredEvent
from groupops.messaging import signing
from groupops.messaging.models import Binding
from groupops.operations.embedded.ports import free
from groupops.shared import secretbox

SECRET = "push-secret"  # noqa: S105  (of the bench's own connection)
LOOK = 0.002  # seconds between two looks at the row
LONGEST = 10.0


def waits(count: int) -> list[float]:
    """Milliseconds of each of `count` messages, one after another, with pauses between them."""
    from tests.factories.messaging import BindingFactory, ConnectionFactory

    room = BindingFactory(connection=ConnectionFactory(sealed=secretbox.seal({"account": "bot", "push_secret": SECRET})))
    port = free()
    web = [
        "-m",
        "gunicorn",
        "groupops.wsgi",
        "--bind",
        f"127.0.0.1:{port}",
        "--worker-class",
        "gthread",
        "--workers",
        "1",
        "--threads",
        "8",
    ]
    worker = [
        "-m",
        "celery",
        "-A",
        "groupops",
        "worker",
        "--concurrency",
        "2",
        "--without-gossip",
        "--without-mingle",
        "--without-heartbeat",
    ]
    with running([*web, "--no-control-socket"], worker, ALLOWED_HOSTS="127.0.0.1") as logs, httpx.Client() as client:
        until(lambda: answers(f"http://127.0.0.1:{port}/"), "gunicorn")
        ready(logs / "1.log")
        door = f"http://127.0.0.1:{port}/in/{room.connection.door}/"
        _wait(client, door, room, "first")  # both processes import and connect on their first work
        return [_wait(client, door, room, str(n)) for n in range(count)]


def _wait(client: httpx.Client, door: str, room: Binding, key: str) -> float:
    time.sleep(random.uniform(0.02, 0.12))
    now = timezone.now()
    event = {"key": key, "kind": "message.created", "group": room.remote_id, "user": "alice", "text": "早", "at": now.isoformat()}
    body = json.dumps({"events": [event]}).encode()
    started = time.perf_counter()
    client.post(door, content=body, headers=signing.sign(secret=SECRET, body=body, at=now)).raise_for_status()
    done = StoredEvent.objects.filter(connection=room.connection, event_key=key, state=EventState.DONE)
    while not done.exists():
        if time.perf_counter() - started > LONGEST:
            raise TimeoutError(f"message {key} was not understood")
        time.sleep(LOOK)
    return (time.perf_counter() - started) * 1000
