"""The HTTP below the adapters: which addresses may be called, and what is read of an answer."""

import contextlib
import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from pytest_django import Settings

from groupops.messaging import sockets
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


def test_what_is_packed_is_unpacked() -> None:
    """We offer it: histories are long."""
    with listener(reply("200 OK", gzip.compress(b'{"a": 1}'), "Content-Encoding: gzip\r\n")) as base:
        assert call(base) == {"a": 1}


def test_an_answer_that_never_ends_is_left() -> None:
    """Byte by byte each would come in time."""
    server = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _peer = server.accept()
        with connection, contextlib.suppress(OSError):
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while True:
                connection.sendall(b" ")
                time.sleep(0.02)

    threading.Thread(target=drip, daemon=True).start()
    with server, pytest.raises(OutcomeUnknown):
        call(f"http://127.0.0.1:{server.getsockname()[1]}", timeout=0.3)


def test_a_name_and_password_in_an_address_are_said() -> None:
    """As browsers do."""
    heard: list[bytes] = []
    with listener(reply("200 OK"), heard=heard.append) as base:
        Wire(base.replace("//", "//ada:s%20cret@"), {}, trusted=True).call("GET", "/x")
    assert b"authorization: Basic YWRhOnMgY3JldA==" in b"".join(heard).replace(b"Authorization", b"authorization")


@pytest.mark.parametrize("base", ["", "nonsense", "ftp://platform.example", "http://", "http://[::1", "memory://nobody"])
def test_what_is_no_address_is_not_reached(base: str) -> None:
    """Nothing left."""
    with pytest.raises(Unavailable):
        call(base)


def test_a_connection_is_used_again_while_it_is_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that idled is closed: the other side may be about to close it, and what is sent into that is an unknown outcome."""
    server, opened = socket.create_server(("127.0.0.1", 0)), []

    def serve() -> None:
        while True:
            try:
                opened.append(server.accept()[0])
            except OSError:
                return
            threading.Thread(target=answer, args=(opened[-1],), daemon=True).start()

    def answer(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while connection.recv(65536):
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    threading.Thread(target=serve, daemon=True).start()
    base = f"http://127.0.0.1:{server.getsockname()[1]}"
    with server:
        assert (call(base), call(base), len(opened)) == ({}, {}, 1)
        monkeypatch.setattr(sockets, "IDLE", 0.0)
        assert (call(base), len(opened)) == ({}, 2)
    for connection in opened:
        connection.close()
