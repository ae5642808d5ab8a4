"""What the fakes' sockets have in common: a threaded server on loopback that can end a connection in every unfriendly way."""

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

from groupops.messaging.fake_platform.faults import Ending

LONGEST_BODY = 1024 * 1024
HANG_SECONDS = 10


class Door(ThreadingHTTPServer):
    """One fake on one free port."""

    daemon_threads = True

    def __init__(self, handler: "type[Handler]") -> None:
        super().__init__(("127.0.0.1", 0), handler)

    @property
    def url(self) -> str:
        """Where clients find it."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # buffered: headers and body leave together

    def body(self) -> bytes:
        """What was sent along."""
        return self.rfile.read(min(int(self.headers.get("Content-Length") or 0), LONGEST_BODY))

    def answer(self, status: int, body: bytes = b"{}", **headers: str) -> None:
        """Say something back."""
        self.send_response(status)
        for name, value in ({"Content-Type": "application/json; charset=UTF-8"} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def end(self, ending: Ending) -> None:
        """Say nothing: until the client has had enough, or with a reset."""
        self.close_connection = True
        if ending == Ending.HANG:
            self.connection.settimeout(HANG_SECONDS)
            with contextlib.suppress(OSError):
                self.connection.recv(1)
            return
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the base class's name)
        """Quiet: the fake's own list says what happened."""


Opened = TypeVar("Opened", bound=Door)


@contextlib.contextmanager
def serving(door: Opened) -> Iterator[Opened]:
    """The fake, answering until the block ends."""
    thread = threading.Thread(target=door.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield door
    finally:
        door.shutdown()
        door.server_close()
