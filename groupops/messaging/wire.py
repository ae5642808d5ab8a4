"""The HTTP of adapters: strict time-outs, no redirects, guarded addresses, and what each failure proves about the call.

Source: the table of errors and the SSRF row, docs/explanation/messaging.md. No message carries an address, a header or a body.
"""

import json
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

import orjson
from django.conf import settings
from django.utils.translation import gettext_noop as _
from urllib3 import BaseHTTPResponse, HTTPHeaderDict
from urllib3.exceptions import EmptyPoolError, HTTPError, NewConnectionError, ReadTimeoutError
from urllib3.exceptions import TimeoutError as TimedOut
from urllib3.util import Timeout

from groupops.messaging import sockets
from groupops.messaging.adapter import AdapterError, OutcomeUnknown, RateLimited, Unavailable
from groupops.messaging.sockets import Guarded

__all__ = ["Answer", "Guarded", "Raw", "Wire"]
CONNECT_SECONDS = 4
LONGEST_HINT = 86400.0  # seconds
LONGEST_BODY = 32 * 1024 * 1024
PIECE = 64 * 1024
NEVER_LEFT = (NewConnectionError, EmptyPoolError)  # the request certainly never left: no connection, or none free
ALWAYS = {"Accept": "*/*", "Accept-Encoding": "gzip, deflate", "User-Agent": "GroupOps"}


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
class Raw:
    """An answer as it came."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport(Protocol):
    """A peer in this process. Ends without an answer by raising what urllib3 raises then."""

    def __call__(self, host: str, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Raw:
        """A request, and its answer."""


@dataclass(frozen=True)
class Wire:
    """Calls to one origin. `trusted` lifts the guard: for an address that the machine's own operator set, not a form."""

    base: str
    headers: Mapping[str, str]
    timeout: float = 10.0
    trusted: bool = False
    transport: Transport | None = None  # in-process peers

    def call(self, method: str, path: str, *, body: Any = None, query: Mapping[str, str] | None = None, acts: bool = False) -> Answer:
        """One request; a `body` is sent as JSON, bytes as they are. `acts`: it changes something there: an unclear end is OutcomeUnknown.

        `path` is quoted already. Raises Unavailable, OutcomeUnknown, RateLimited or Guarded; any other status is the adapter's to judge.
        """
        unclear = OutcomeUnknown if acts else Unavailable
        try:
            answer = self._send(method, f"{path}?{urlencode(query)}" if query else path, body)
        except NEVER_LEFT:
            raise Unavailable(_("The platform cannot be reached.")) from None
        except TimedOut:
            raise unclear(_("The platform did not answer in time.")) from None
        except HTTPError:
            raise unclear(_("The connection broke before the platform answered.")) from None
        self._judge(answer, unclear)
        return Answer(answer.status, _value(answer.body))

    def _send(self, method: str, path: str, body: Any) -> Raw:
        headers, content = {**ALWAYS, **self.headers}, b""
        if isinstance(body, bytes):
            content = body
        elif body is not None:
            content, headers["Content-Type"] = _json(body), "application/json"
        if self.transport:
            return self.transport(urlsplit(self.base).netloc, method, path, headers, content)
        guarded = not (self.trusted or settings.ALLOW_PRIVATE_TARGETS)
        if guarded and urlsplit(self.base).scheme != "https":
            raise Guarded(_("The address must begin with https://."))
        pool, prefix, signed = sockets.pool(self.base, os.getpid(), guarded=guarded)
        response = pool.urlopen(
            method,
            prefix + path or "/",
            body=content or None,
            headers=headers | signed,
            timeout=Timeout(connect=min(CONNECT_SECONDS, self.timeout), read=self.timeout),
            pool_timeout=CONNECT_SECONDS,
            retries=False,
            redirect=False,
            assert_same_host=False,
            preload_content=False,
        )
        return Raw(response.status, response.headers, self._read(response))

    def _read(self, response: BaseHTTPResponse) -> bytes:
        """The body, as long as it is neither endless nor too slow; whatever is left unread is no connection to be used again."""
        chunks, size, late = [], 0, time.monotonic() + self.timeout
        try:
            while chunk := response.read1(PIECE):
                chunks.append(chunk)
                size += len(chunk)
                if size > LONGEST_BODY or time.monotonic() > late:
                    response.close()
                    raise ReadTimeoutError(None, "", "too long")  # type: ignore[arg-type]
        finally:
            response.release_conn()
        return b"".join(chunks)

    def _judge(self, answer: Raw, unclear: type[AdapterError]) -> None:
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise RateLimited(_("Too many messages in a short time; the platform asks to wait."), after=_hint(answer))
        if answer.status == HTTPStatus.SERVICE_UNAVAILABLE:
            raise Unavailable(_("The platform is not available."), code="503")
        if answer.status >= 500:  # a gateway's 502 and 504 say nothing about what stands behind it, nor does a crash
            raise unclear(_("The platform failed while it worked on the request."), code=str(answer.status))
        if 300 <= answer.status < 400:
            raise Unavailable(_("The platform answers from another address; correct the connection's address."), code=str(answer.status))


def _json(body: Any) -> bytes:
    try:
        return orjson.dumps(body)
    except TypeError:  # what it is too strict for: a lone surrogate, a number beyond 64 bits
        return json.dumps(body).encode()


def _value(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _hint(answer: Raw) -> float:
    """Seconds to wait: Matrix' retry_after_ms, else Retry-After, else 0 (the caller's own pause)."""
    value = _value(answer.body)
    hint = value.get("retry_after_ms") if isinstance(value, dict) else None
    if isinstance(hint, (int, float)) and not isinstance(hint, bool) and hint >= 0:
        return min(float(hint) / 1000, LONGEST_HINT)
    header = HTTPHeaderDict(answer.headers).get("retry-after", "")
    return min(float(header), LONGEST_HINT) if header.isascii() and header.isdecimal() else 0.0
