"""The same platform without a socket, for unit tests: a transport of the wire, found by the address memory://NAME."""

from collections.abc import Mapping

from urllib3.exceptions import NewConnectionError, ProtocolError, ReadTimeoutError

from groupops.messaging.fake_platform.faults import Ending
from groupops.messaging.fake_platform.platform import Platform
from groupops.messaging.fake_platform.web import handle, request_of
from groupops.messaging.wire import Raw

SCHEME = "memory://"
_platforms: dict[str, Platform] = {}


def start(name: str) -> Platform:
    """A fresh platform under a name; an earlier one of that name is gone."""
    _platforms[name] = Platform()
    return _platforms[name]


def stop(name: str) -> None:
    """From now on the name refuses connections."""
    _platforms.pop(name, None)


def carry(host: str, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Raw:
    """A transport of the wire (wire.Transport): hands a request to the platform of the address's host name."""
    platform = _platforms.get(host)
    if platform is None:
        raise NewConnectionError(None, "refused")  # type: ignore[arg-type]
    return answered(platform, method, target, headers, body)


def answered(platform: Platform, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Raw:
    """What a platform answers, as a socket would: what ends without an answer raises what urllib3 raises then."""
    reply = handle(platform, request_of(method, target, headers.get("Authorization", ""), body))
    if reply.ending == Ending.HANG:
        raise ReadTimeoutError(None, target, "hangs")  # type: ignore[arg-type]
    if reply.ending == Ending.RESET:
        raise ProtocolError("reset")
    if reply.ending == Ending.REFUSE:
        raise NewConnectionError(None, "refused")  # type: ignore[arg-type]
    return Raw(reply.status, reply.headers, reply.body)
