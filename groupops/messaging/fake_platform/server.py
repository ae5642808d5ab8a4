"""The platform's socket: a threaded server of the standard library on loopback."""

import socket
import struct
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from groupops.messaging.fake_platform.faults import Ending
from groupops.messaging.fake_platform.platform import Platform
from groupops.messaging.fake_platform.pushing import Post
from groupops.messaging.fake_platform.web import Reply, answer, handle, request_of

HANG_SECONDS = 120  # longer than anybody waits
LONGEST_BODY = 1024 * 1024
LOCAL = {"127.0.0.1", "localhost", "::1"}


class Server(ThreadingHTTPServer):
    """One platform on one port."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, platform: Platform, port: int) -> None:
        self.platform = platform
        super().__init__(("127.0.0.1", port), Handler)
        self.post = Post(platform)

    def server_close(self) -> None:
        """The socket, the doors, the disk."""
        super().server_close()
        if hasattr(self, "post"):  # not where the port was taken
            self.post.stop()
        self.platform.ledger.close()


class Handler(BaseHTTPRequestHandler):
    """Reads a request, hands it to the platform, writes the reply in one piece."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # buffered: headers and body leave together
    server: Server

    def do(self) -> None:
        """Every method alike."""
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > LONGEST_BODY:
            self.close_connection = True
            return self._write(answer({"error": "too_large"}, 413))
        body = self.rfile.read(int(length))
        if not self._from_here():
            return self._write(answer({"error": "foreign_origin"}, 403))
        reply = handle(self.server.platform, request_of(self.command, self.path, self.headers.get("Authorization", ""), body))
        return self._end(reply.ending) if reply.ending else self._write(reply)

    do_GET = do_POST = do_PUT = do_DELETE = do  # noqa: N815  (the base class asks for these names)

    def _from_here(self) -> bool:
        """No page of another site may speak here: neither by a name that points to loopback, nor by a form of its own."""
        host, origin = self.headers.get("Host", ""), self.headers.get("Origin")
        return urlsplit(f"//{host}").hostname in LOCAL and (origin is None or urlsplit(origin).netloc == host)

    def _write(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def _end(self, ending: Ending) -> None:
        self.close_connection = True
        if ending == Ending.HANG:
            self.connection.settimeout(HANG_SECONDS)
            started = time.monotonic()
            while time.monotonic() - started < HANG_SECONDS and self._still_there():
                pass
            return
        # Linger for zero seconds: closing sends a reset instead of an end.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def _still_there(self) -> bool:
        try:
            return bool(self.connection.recv(1024))
        except OSError:
            return False

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the base class's name)
        """Quiet: the ledger says what happened."""
