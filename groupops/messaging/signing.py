"""Sign what is pushed, and refuse what was not signed: HMAC-SHA256 over the raw bytes, good for five minutes.

X-GroupOps-Timestamp carries Unix seconds; X-GroupOps-Signature is `v1=` and the hex digest of "<timestamp>." + body.
Several signatures, separated by commas, may stand in it while a secret is being changed.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop as _

from groupops.messaging.adapter import Forged

TIMESTAMP, SIGNATURE = "X-GroupOps-Timestamp", "X-GroupOps-Signature"
TOLERANCE = timedelta(minutes=5)  # source: guarantees, §4
SCHEME = "v1="


def sign(*, secret: str, body: bytes, at: datetime) -> dict[str, str]:
    """The headers that sign `body` at `at`. Raises Forged when there is no secret."""
    if not secret:
        raise Forged(_("No signing secret is configured."))
    stamp = str(int(at.timestamp()))
    return {TIMESTAMP: stamp, SIGNATURE: SCHEME + _digest(secret, stamp, body)}


def verify(*, secrets: Iterable[str], headers: Mapping[str, str], body: bytes, at: datetime) -> None:
    """Raise Forged unless one of `secrets` signed `body` within five minutes of `at`. No secret configured means refuse."""
    found = {name.lower(): value for name, value in headers.items()}
    stamp, given = found.get(TIMESTAMP.lower(), ""), found.get(SIGNATURE.lower(), "")
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12):
        raise Forged(_("The request does not say when it was signed."))
    offered = [part.strip().removeprefix(SCHEME) for part in given.split(",") if part.strip().startswith(SCHEME)]
    expected = [_digest(secret, stamp, body) for secret in secrets if secret]
    # Every pair is compared, so that the time tells nothing about which one fitted.
    if not sum(_same(one, other) for one in expected for other in offered[:4]):
        raise Forged(_("The signature does not fit."))
    if abs(at.timestamp() - int(stamp)) > TOLERANCE.total_seconds():
        raise Forged(_("The request was signed too long ago, or its clock is wrong."))


def _digest(secret: str, stamp: str, body: bytes) -> str:
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode("utf-8", "replace"))
