"""The door: what is signed is kept before it is answered; everything else is refused and leaves nothing behind."""

import json
import random
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client, RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groupops.inbound.models import StoredEvent
from groupops.inbound.views.door import door
from groupops.messaging import signing
from groupops.messaging.adapter import NotSupported, Unavailable
from groupops.messaging.adapters.memory import Memory
from groupops.messaging.models import Binding
from groupops.shared import clock, secretbox
from tests.factories.inbound import understand
from tests.factories.messaging import BindingFactory, ConnectionFactory

pytestmark = pytest.mark.django_db
SECRET = "push-secret"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)

FIELDS = ["key", "kind", "group", "user", "at", "text", "how", "own"]
TYPES = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=x", "", "x"]
HEADERS = [signing.TIMESTAMP, signing.SIGNATURE, "Content-Encoding", "X-Forwarded-For", "Authorization", "Cookie", "HX-Request"]


@pytest.fixture
def room() -> Binding:
    """A room whose connection takes pushes."""
    binding: Binding = BindingFactory(connection=ConnectionFactory(sealed=secretbox.seal({"account": "bot", "push_secret": SECRET})))
    return binding


def event(room: Binding, **values: Any) -> dict[str, Any]:
    """An event as our own JSON has it."""
    given = {"key": "1", "kind": "message.created", "group": room.remote_id, "user": "alice", "text": "早", "at": clock.now().isoformat()}
    return given | values


def push(room: Binding, body: bytes, *, secret: str = SECRET, late: int = 0, method: str = "POST", **headers: str) -> Any:
    """Push a body, signed, to the room's door."""
    signed = signing.sign(secret=secret, body=body, at=clock.now() - timedelta(seconds=late)) if secret else {}
    url = f"/in/{room.connection.door}/"
    return Client(raise_request_exception=False).generic(method, url, body, content_type="application/json", headers=signed | headers)


def body_of(*events: Any) -> bytes:
    """The body of a push."""
    return json.dumps({"events": events}).encode()


def is_problem(response: Any, status: int) -> bool:
    """Whether it is problem+json with this status."""
    kind = response.headers["Content-Type"]
    return bool(response.status_code == status == response.json()["status"] and kind == "application/problem+json")


def test_a_signed_event_is_kept_and_understood(room: Binding) -> None:
    response = push(room, body_of(event(room), event(room, key="2", text="二")))
    assert (response.status_code, response.content) == (200, b"{}")
    assert StoredEvent.objects.count() == 2
    assert understand(room.connection) == 2


def test_a_push_that_is_repeated_is_kept_once(room: Binding) -> None:
    for _n in range(3):
        assert push(room, body_of(event(room))).status_code == 200
    assert StoredEvent.objects.count() == 1


@pytest.mark.parametrize("how", [{"secret": ""}, {"secret": "wrong"}, {"late": 310}, {"late": -310}], ids=str)
def test_what_is_not_signed_is_401(room: Binding, how: dict[str, Any]) -> None:
    assert is_problem(push(room, body_of(event(room)), **how), 401)
    assert not StoredEvent.objects.exists()


def test_a_connection_without_a_secret_refuses_everything() -> None:
    binding = BindingFactory()
    assert is_problem(push(binding, body_of(event(binding))), 401)


@pytest.mark.parametrize("name", ["nobody-lives-here", "%00", "a" * 200, "x", "群", "..", "%ff%fe"])
def test_an_unknown_door_is_404(room: Binding, name: str) -> None:
    response = Client(raise_request_exception=False).post(f"/in/{name}/", b"{}", content_type="application/json")
    assert response.status_code in {400, 404}
    assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
def test_another_method_is_405(room: Binding, method: str) -> None:
    response = push(room, body_of(event(room)), method=method)
    assert is_problem(response, 405)
    assert "POST" in response.headers["Allow"]


def test_a_platform_that_pushes_nothing_is_404(room: Binding) -> None:
    with patch.object(Memory, "parse_push", side_effect=NotSupported("no")):
        assert is_problem(push(room, b"{}"), 404)


def test_an_adapter_of_old_is_404() -> None:
    binding = BindingFactory(connection=ConnectionFactory(adapter="smoke-signals"))
    assert is_problem(push(binding, b"{}"), 404)


def test_what_is_our_fault_is_503(room: Binding) -> None:
    with patch.object(Memory, "parse_push", side_effect=Unavailable("no")):
        assert is_problem(push(room, b"{}"), 503)


@pytest.mark.parametrize("size", [1024 * 1024 + 1, 3 * 1024 * 1024])
def test_more_than_a_mebibyte_is_413(room: Binding, size: int) -> None:
    assert is_problem(push(room, b"x" * size), 413)


def test_a_paused_connection_still_takes_what_is_pushed(room: Binding) -> None:
    room.connection.paused = True
    room.connection.save()
    assert push(room, body_of(event(room))).status_code == 200


NONSENSE: list[dict[str, Any]] = [
    {"kind": "member.teleported"},
    {"key": ""},
    {"key": None},
    {"key": 7},
    {"key": "k" * 256},
    {"user": ["alice"]},
    {"at": "yesterday"},
    {"at": "2026-11-22T12:00:00"},
    {"at": True},
    {"at": -1},
    {"at": 1e300},
    {"at": "9999-12-31T23:59:59-14:00"},
    {"text": "\0"},
    {"text": "\ud800"},
    {"surprise": 1},
]


@pytest.mark.parametrize("values", NONSENSE, ids=str)
def test_nonsense_is_400_and_leaves_nothing_behind(room: Binding, values: dict[str, Any]) -> None:
    assert is_problem(push(room, body_of(event(room, key="good"), event(room) | values)), 400)
    assert not StoredEvent.objects.exists()


BODIES = [b"", b"null", b"[]", b"{", b'{"events": {}}', b'{"events": [1]}', b"\xff\xfe", b"[" * 200_000, b"1" * 5000, b'{"events": [NaN]}']


@pytest.mark.parametrize("body", BODIES, ids=lambda body: repr(body[:20]))
def test_a_body_that_is_none_is_400(room: Binding, body: bytes) -> None:
    assert is_problem(push(room, body), 400)


def test_too_many_events_at_once_are_400(room: Binding) -> None:
    assert is_problem(push(room, body_of(*[event(room, key=str(n)) for n in range(1001)])), 400)
    assert not StoredEvent.objects.exists()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=JSON, fields=st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4))
def test_any_signed_json_is_taken_or_refused_but_never_breaks(room: Binding, content: Any, fields: dict[str, Any]) -> None:
    for body in (json.dumps(content).encode(), body_of(event(room) | fields)):
        before = StoredEvent.objects.count()
        response = push(room, body)
        assert response.status_code in {200, 400}
        if response.status_code == 400:
            assert StoredEvent.objects.count() == before


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "BREW"]),
    body=st.binary(max_size=200),
    kind=st.sampled_from(TYPES),
    headers=st.dictionaries(st.sampled_from(HEADERS), st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40)),
    query=st.text(max_size=20),
)
def test_any_request_is_refused_and_never_breaks(
    room: Binding, method: str, body: bytes, kind: str, headers: dict[str, str], query: str
) -> None:
    client = Client(raise_request_exception=False)
    response = client.generic(method, f"/in/{room.connection.door}/", body, content_type=kind, headers=headers, query_params={query: query})
    assert 400 <= response.status_code < 500
    assert not StoredEvent.objects.exists()


def test_ten_thousand_random_bodies(room: Binding, caplog: pytest.LogCaptureFixture) -> None:
    """Signed and unsigned, damaged in every way: no 5xx, and exactly the well-formed signed ones are kept."""
    caplog.set_level("ERROR", "groupops.inbound.views.door")  # ten thousand warnings take longer than the refusals
    dice, requests, name = random.Random(7), RequestFactory(), room.connection.door
    accepted = set()
    for n in range(10_000):
        body = body_of(event(room, key=f"k{n}"))
        damage = dice.choices(["none", "flip", "cut", "noise", "unsigned"], [3, 7, 30, 30, 30])[0]
        if damage == "cut":
            body = body[: dice.randrange(len(body))]
        elif damage == "flip":
            place = dice.randrange(len(body))
            body = body[:place] + bytes([body[place] ^ (1 << dice.randrange(8))]) + body[place + 1 :]
        elif damage == "noise":
            body = dice.randbytes(dice.randrange(200))
        headers = {} if damage == "unsigned" else signing.sign(secret=SECRET, body=body, at=clock.now())
        response = door(requests.generic("POST", f"/in/{name}/", body, content_type="application/json", headers=headers), name)
        assert response.status_code in ({401} if damage == "unsigned" else {200} if damage == "none" else {200, 400}), (damage, body)
        if response.status_code == 200:
            accepted.add(json.loads(body)["events"][0]["key"])
    assert set(StoredEvent.objects.values_list("event_key", flat=True)) == accepted
    assert len(accepted) > 200
