"""The same platform without a socket, for unit tests: a transport for httpx, found by the address memory://NAME."""

import httpx

from groupops.messaging.fake_platform.faults import Ending
from groupops.messaging.fake_platform.platform import Platform
from groupops.messaging.fake_platform.web import handle, request_of

SCHEME = "memory://"
_platforms: dict[str, Platform] = {}


def start(name: str) -> Platform:
    """A fresh platform under a name; an earlier one of that name is gone."""
    _platforms[name] = Platform()
    return _platforms[name]


def stop(name: str) -> None:
    """From now on the name refuses connections."""
    _platforms.pop(name, None)


class Transport(httpx.BaseTransport):
    """Hands requests to the platform of the address's host name."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """As a socket would: what ends without an answer raises what httpx raises then."""
        platform = _platforms.get(request.url.host)
        if platform is None:
            raise httpx.ConnectError("refused", request=request)
        target = request.url.raw_path.decode()
        reply = handle(platform, request_of(request.method, target, request.headers.get("Authorization", ""), request.read()))
        if reply.ending == Ending.HANG:
            raise httpx.ReadTimeout("hangs", request=request)
        if reply.ending == Ending.RESET:
            raise httpx.ReadError("reset", request=request)
        if reply.ending == Ending.REFUSE:
            raise httpx.ConnectError("refused", request=request)
        return httpx.Response(reply.status, headers=reply.headers, content=reply.body, request=request)
