"""A gateway before the homeserver that fails on demand, in every way of the fake platform's list, in Matrix' words."""

import json
import re
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from groupops.messaging.adapter import Operation
from groupops.messaging.fake_platform.faults import FAULTS, Ending, Fault

CODES = {
    "wrong_credential": "M_UNKNOWN_TOKEN",
    "account_restricted": "M_USER_DEACTIVATED",
    "forbidden": "M_FORBIDDEN",
    "no_such_room": "M_NOT_FOUND",
    "limited": "M_LIMIT_EXCEEDED",
}
# The request that carries an operation out: the last one, where it takes several.
CARRIES = {
    Operation.SEND_GROUP: r"PUT .*/send/m\.room\.message/",
    Operation.SEND_DIRECT: r"PUT .*/send/m\.room\.message/",
    Operation.ANNOUNCE: r"PUT .*/state/m\.room\.topic/",
    Operation.PIN: r"PUT .*/state/m\.room\.pinned_events/",
    Operation.DELETE_MESSAGE: r"PUT .*/redact/",
    Operation.MUTE: r"PUT .*/state/m\.room\.power_levels/",
    Operation.UNMUTE: r"PUT .*/state/m\.room\.power_levels/",
    Operation.KICK: r"PUT .*/state/m\.room\.member/",
    Operation.BAN: r"PUT .*/state/m\.room\.member/",
    Operation.UNBAN: r"PUT .*/state/m\.room\.member/",
    Operation.MEMBERS: r"GET .*/joined_members",
    Operation.EVENTS: r"GET .*/sync\?",
}


class Gateway(ThreadingHTTPServer):
    """Hands everything to `upstream`; a fault strikes the next request that carries its operation out."""

    daemon_threads = True

    def __init__(self, upstream: str) -> None:
        self.upstream = httpx.Client(base_url=upstream, timeout=30, trust_env=False)
        self.fault: Fault | None = None
        self.struck = Operation.SEND_GROUP
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        """Where clients find it."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    server: Gateway

    def do(self) -> None:
        """Forward, or fail."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = None
        if re.match(CARRIES[self.server.struck], f"{self.command} {self.path}"):
            fault, self.server.fault = self.server.fault, None
        if fault is None or fault.does:
            answer = self._forward(body)
        if fault is None:
            return self._write(answer.status_code, answer.content)
        if fault.ending:
            return self._end(fault.ending)
        content = {"errcode": CODES[fault.code]} if fault.code in CODES else {}
        if fault.hint is not None:
            content |= {"retry_after_ms": int(fault.hint * 1000)}  # type: ignore[dict-item]
        return self._write(fault.status, json.dumps(content).encode())

    do_GET = do_POST = do_PUT = do  # noqa: N815

    def _forward(self, body: bytes) -> httpx.Response:
        headers = {name: self.headers[name] for name in ("Authorization", "Content-Type") if name in self.headers}
        return self.server.upstream.request(self.command, self.path, content=body, headers=headers)

    def _write(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _end(self, ending: Ending) -> None:
        self.close_connection = True
        if ending == Ending.HANG:
            self.connection.settimeout(10)
            self.connection.recv(1)  # until the client has had enough
            return
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Quiet."""


@contextmanager
def gateway(upstream: str) -> Iterator[Gateway]:
    """A running gateway."""
    server = Gateway(upstream)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        server.upstream.close()


def order(server: Gateway, name: str, operation: Operation = Operation.SEND_GROUP) -> None:
    """A fault for the next request of an operation."""
    server.struck, server.fault = operation, FAULTS[name]
