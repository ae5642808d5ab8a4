"""The HTTP below the adapters: which addresses may be called, and what is read of an answer."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from pytest_django import Settings

from groupops.messaging.adapter import OutcomeUnknown, RateLimited, Unavailable
from groupops.messaging.wire import Guarded, Wire


@contextmanager
def listener(answer: bytes, *, heard: Callable[[bytes], None] = lambda _bytes: None) -> Iterator[str]:
    """A socket that answers every connection with the same bytes and closes it."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _peer = server.accept()
            except OSError:
                return
            with connection:
                heard(connection.recv(65536))
                connection.sendall(answer)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    finally:
        server.close()


def reply(status: str, body: bytes = b"{}", headers: str = "") -> bytes:
    """A whole answer."""
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{headers}\r\n".encode() + body


def call(base: str, *, trusted: bool = True, timeout: float = 2.0) -> object:
    """One acting request."""
    return (
        Wire(base, {"Authorization": "Bearer secret"}, timeout=timeout, trusted=trusted).call("POST", "/x", body={"a": 1}, acts=True).data
    )


def test_plain_http_is_refused(settings: Settings) -> None:
    """Credentials do not travel in the open, unless the installation says so."""
    settings.ALLOW_PRIVATE_TARGETS = False
    with pytest.raises(Guarded):
        call("http://platform.example", trusted=False)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_private_addresses_are_refused_after_connecting_and_before_speaking(settings: Settings, host: str) -> None:
    """Whatever the name said: the address of the open socket counts, so rebinding a name does not help."""
    settings.ALLOW_PRIVATE_TARGETS = False
    heard: list[bytes] = []
    with listener(reply("200 OK"), heard=heard.append) as base, pytest.raises((Guarded, Unavailable)):
        call(f"https://{host}:{base.rpartition(':')[2]}", trusted=False)
    assert b"secret" not in b"".join(heard)


def test_redirects_are_not_followed() -> None:
    """Not even to ourselves."""
    with listener(reply("302 Found", headers="Location: http://127.0.0.1:1/\r\n")) as base, pytest.raises(Unavailable):
        call(base)


@pytest.mark.parametrize(
    ("body", "headers", "after"),
    [
        (b'{"retry_after_ms": 1500}', "", 1.5),
        (b"{}", "Retry-After: 7\r\n", 7),
        (b'{"retry_after_ms": -1}', "Retry-After: soon\r\n", 0),
        (b'{"retry_after_ms": 1e300}', "", 86400),
        (b"slow down", "Retry-After: 99999999999999999999\r\n", 86400),
    ],
)
def test_hints_are_read_and_bounded(body: bytes, headers: str, after: float) -> None:
    """In any spelling, never longer than a day."""
    with listener(reply("429 Too Many Requests", body, headers)) as base, pytest.raises(RateLimited) as raised:
        call(base)
    assert raised.value.after == after


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{"])
def test_half_an_answer_is_unknown(answer: bytes) -> None:
    """The request was heard."""
    with listener(answer) as base, pytest.raises(OutcomeUnknown):
        call(base)


def test_what_is_no_json_is_nothing() -> None:
    """An adapter decides what that means."""
    with listener(reply("200 OK", b"<html>")) as base:
        assert call(base) is None
