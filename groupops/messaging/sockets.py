"""The sockets below the adapters' HTTP: one pool per origin and process, alive for a moment, private addresses refused when they open.

urllib3, not httpx: a request takes a fifth of the processor's time, and a worker that sends does little else.
"""

import ipaddress
import socket
import ssl
import time
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import httpx
from django.utils.translation import gettext_noop as _
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, LocationParseError, NewConnectionError
from urllib3.util import Url, make_headers, parse_url
from urllib3.util.ssl_match_hostname import CertificateError

from groupops.messaging.adapter import InvalidTarget

IDLE = 5.0  # seconds after which an open connection is not used again: the other side may be about to close it
SOCKETS = 16  # of one origin and process


class Guarded(InvalidTarget):
    """The address is not one that may be called."""


class _Careful:
    """A connection that says of every failure to open it that nothing was sent, and that grows old."""

    used = 0.0

    def connect(self) -> None:
        """Open it; TLS included."""
        try:
            super().connect()  # type: ignore[misc]
        except NewConnectionError:
            raise
        except (OSError, HTTPError, CertificateError) as failure:
            raise NewConnectionError(self, type(failure).__name__) from failure  # type: ignore[arg-type]
        self.used = time.monotonic()

    def getresponse(self) -> Any:
        """The answer; from now on it is idle."""
        answer = super().getresponse()  # type: ignore[misc]
        self.used = time.monotonic()
        return answer

    @property
    def is_connected(self) -> bool:
        """Asked before it is used again."""
        return time.monotonic() - self.used < IDLE and super().is_connected  # type: ignore[misc]


class _Suspicious:
    """Looks at the address that was really connected to, before anything is sent, TLS included."""

    def _new_conn(self) -> socket.socket:
        found: socket.socket = super()._new_conn()  # type: ignore[misc]
        address = ipaddress.ip_address(found.getpeername()[0].partition("%")[0])
        mapped = getattr(address, "ipv4_mapped", None)
        if not (mapped or address).is_global:
            found.close()
            raise Guarded(_("The address lies in a private network. ALLOW_PRIVATE_TARGETS allows that."))
        return found


class _Plain(_Careful, HTTPConnection):
    pass


class _Secure(_Careful, HTTPSConnection):
    pass


class _SuspiciousPlain(_Suspicious, _Plain):
    pass


class _SuspiciousSecure(_Suspicious, _Secure):
    pass


@lru_cache(maxsize=256)
def pool(base: str, pid: int, *, guarded: bool) -> tuple[HTTPConnectionPool, str, dict[str, str]]:
    """The pool of an origin, the path that its base ends in, and the headers of a name and password in it.

    `pid` keeps a forked child from its parent's sockets. Raises NewConnectionError for what is no address.
    """
    url = _address(base)
    options: dict[str, Any] = {"maxsize": SOCKETS, "block": True}
    if url.scheme == "https":
        made: HTTPConnectionPool = HTTPSConnectionPool(url.host or "", url.port, ssl_context=_tls(), **options)
        made.ConnectionCls = _SuspiciousSecure if guarded else _Secure
    else:
        made = HTTPConnectionPool(url.host or "", url.port, **options)
        made.ConnectionCls = _SuspiciousPlain if guarded else _Plain
    return made, (url.request_uri if url.path else ""), make_headers(basic_auth=unquote(url.auth)) if url.auth else {}


def _address(base: str) -> Url:
    try:
        url = parse_url(base.rstrip("/"))
    except LocationParseError as failure:
        raise NewConnectionError(None, "no address") from failure  # type: ignore[arg-type]
    if url.scheme not in ("http", "https") or not url.host:
        raise NewConnectionError(None, "no address")  # type: ignore[arg-type]
    return url


@lru_cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()  # some 20 ms each: once a process
