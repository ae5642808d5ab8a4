"""The HTTP of adapters: strict time-outs, no redirects, guarded addresses, and what each failure proves about the call.

Source: the table of errors and the SSRF row, docs/explanation/messaging.md. No message carries an address, a header or a body.
"""

import ipaddress
import json
import os
import re
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.utils.translation import gettext_noop as _

from groupops.messaging.adapter import AdapterError, InvalidTarget, OutcomeUnknown, RateLimited, Unavailable

CONNECT_SECONDS = 4.0
LONGEST_HINT = 86400.0  # seconds
LONGEST_BODY = 32 * 1024 * 1024
# The request certainly never left: no connection, or none free.
NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL)


class Guarded(InvalidTarget):
    """The address is not one that may be called."""


@dataclass(frozen=True)
class Answer:
    """What came back: the status and, where the body was JSON, its value."""

    status: int
    data: Any

    def field(self, name: str) -> Any:
        """A field of a JSON object; None for anything else."""
        return self.data.get(name) if isinstance(self.data, dict) else None

    def code(self, name: str) -> str:
        """A field as a platform's error code: short and harmless, or empty."""
        value = str(self.field(name) or "")
        return value if re.fullmatch(r"[\w.-]{1,60}", value, re.ASCII) else ""


@dataclass(frozen=True)
class Wire:
    """Calls to one origin. `trusted` lifts the guard: for an address that the machine's own operator set, not a form."""

    base: str
    headers: Mapping[str, str]
    timeout: float = 10.0
    trusted: bool = False
    transport: httpx.BaseTransport | None = None  # in-process peers

    def call(self, method: str, path: str, *, body: Any = None, query: Mapping[str, str] | None = None, acts: bool = False) -> Answer:
        """One request; a `body` is sent as JSON, bytes as they are. `acts`: it changes something there: an unclear end is OutcomeUnknown.

        Raises Unavailable, OutcomeUnknown, RateLimited or Guarded; any other status is the adapter's to judge.
        """
        unclear = OutcomeUnknown if acts else Unavailable
        try:
            answer = self._send(method, path, body, query)
        except NEVER_LEFT:
            raise Unavailable(_("The platform cannot be reached.")) from None
        except httpx.TimeoutException:
            raise unclear(_("The platform did not answer in time.")) from None
        except httpx.HTTPError:
            raise unclear(_("The connection broke before the platform answered.")) from None
        self._judge(answer, unclear)
        return Answer(answer.status, _value(answer.body))

    def _send(self, method: str, path: str, body: Any, query: Mapping[str, str] | None) -> "_Raw":
        guard = None if self.trusted or settings.ALLOW_PRIVATE_TARGETS else _refuse_private
        if guard and urlsplit(self.base).scheme != "https":
            raise Guarded(_("The address must begin with https://."))
        client = httpx.Client(transport=self.transport) if self.transport else _client(self.base, os.getpid())
        request = client.build_request(
            method,
            self.base.rstrip("/") + path,
            content=body if isinstance(body, bytes) else None,
            json=None if isinstance(body, bytes) else body,
            params=query,
            headers=dict(self.headers),
            timeout=httpx.Timeout(self.timeout, connect=min(CONNECT_SECONDS, self.timeout), pool=CONNECT_SECONDS),
            extensions={"trace": guard} if guard else None,
        )
        response = client.send(request, stream=True)
        try:
            return _Raw(response.status_code, response.headers, self._read(response))
        finally:
            response.close()

    def _read(self, response: httpx.Response) -> bytes:
        """The body, as long as it is neither endless nor too slow."""
        chunks, size, late = [], 0, time.monotonic() + self.timeout
        for chunk in response.iter_bytes():
            chunks.append(chunk)
            size += len(chunk)
            if size > LONGEST_BODY or time.monotonic() > late:
                raise httpx.ReadTimeout("")
        return b"".join(chunks)

    def _judge(self, answer: "_Raw", unclear: type[AdapterError]) -> None:
        if answer.status == httpx.codes.TOO_MANY_REQUESTS:
            raise RateLimited(_("Too many messages in a short time; the platform asks to wait."), after=_hint(answer))
        if answer.status == httpx.codes.SERVICE_UNAVAILABLE:
            raise Unavailable(_("The platform is not available."), code="503")
        if answer.status >= 500:  # a gateway's 502 and 504 say nothing about what stands behind it, nor does a crash
            raise unclear(_("The platform failed while it worked on the request."), code=str(answer.status))
        if 300 <= answer.status < 400:
            raise Unavailable(_("The platform answers from another address; correct the connection's address."), code=str(answer.status))


@dataclass(frozen=True)
class _Raw:
    status: int
    headers: httpx.Headers
    body: bytes


def _value(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _hint(answer: _Raw) -> float:
    """Seconds to wait: Matrix' retry_after_ms, else Retry-After, else 0 (the caller's own pause)."""
    value = _value(answer.body)
    hint = value.get("retry_after_ms") if isinstance(value, dict) else None
    if isinstance(hint, (int, float)) and not isinstance(hint, bool) and hint >= 0:
        return min(float(hint) / 1000, LONGEST_HINT)
    header = answer.headers.get("retry-after", "")
    return min(float(header), LONGEST_HINT) if header.isascii() and header.isdecimal() else 0.0


@lru_cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()  # some 20 ms each: once a process


@lru_cache(maxsize=256)
def _client(base: str, pid: int) -> httpx.Client:
    """One pool of connections per origin and process; `pid` keeps a forked child from its parent's sockets."""
    return httpx.Client(
        verify=_tls(),
        follow_redirects=False,
        trust_env=False,
        limits=httpx.Limits(max_connections=16, max_keepalive_connections=8, keepalive_expiry=5),
    )


def _refuse_private(event: str, info: dict[str, Any]) -> None:
    """Trace hook of httpcore: looks at the address that was really connected to, before anything is sent."""
    if event != "connection.connect_tcp.complete":
        return
    stream = info["return_value"]
    address = ipaddress.ip_address(stream.get_extra_info("server_addr")[0].partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    if not (mapped or address).is_global:
        stream.close()
        raise Guarded(_("The address lies in a private network. ALLOW_PRIVATE_TARGETS allows that."))
