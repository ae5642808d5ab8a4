"""Whether what is pushed comes from our account's OneBot, and what every event of it has.

Source: https://github.com/botuniverse/onebot-11, communication/http-post.md, 上报 (X-Self-ID) and 签名 (X-Signature: HMAC-SHA1).

The signature says nothing of when it was made. What somebody sends again is the same event, under the same key; what is older than a day is
refused. OneBot itself never sends anything a second time.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_noop as _

from groupops.messaging.adapter import ContentRejected, Forged
from groupops.shared import intake

STALE = timedelta(days=1)  # longer than any bot program holds an event back that it heard of after an absence
LATEST = 253402300799  # Unix seconds of the year 9999
ID_WIDTH = 255
SCHEME = "sha1="
NO_EVENT = _("The body is no event of OneBot's.")
Content = Mapping[str, Any]


def opened(headers: Mapping[str, str], body: bytes, *, secrets: Iterable[str], account: str, at: datetime) -> Content:
    """A pushed body that our account's OneBot has signed. Raises Forged, ContentRejected. No secret configured means refuse."""
    found = {name.lower(): value for name, value in headers.items()}
    given = found.get("x-signature", "").encode("utf-8", "replace")
    expected = [SCHEME + hmac.new(secret.encode(), body, hashlib.sha1).hexdigest() for secret in secrets if secret]
    # Every secret is compared, so that the time tells nothing about which one fitted.
    if not sum(hmac.compare_digest(one.encode(), given) for one in expected):
        raise Forged(_("The signature does not fit."))
    try:
        content = intake.read_json(body)
    except intake.Unreadable:
        raise ContentRejected(_("The body is not JSON in UTF-8.")) from None
    if not isinstance(content, dict):
        raise ContentRejected(NO_EVENT)
    if not account or not account == identity(content, "self_id") == found.get("x-self-id", ""):
        raise Forged(_("The event is of another account."))
    if time_of(content) < at - STALE:
        raise Forged(_("The event is older than a day."))
    return content


def identity(content: Content, name: str, *, needed: bool = False) -> str:
    """An id as text; 0 and what is missing are none. Raises ContentRejected."""
    value = content.get(name) or ""
    if isinstance(value, bool) or not isinstance(value, (int, str)) or (needed and not value):
        raise ContentRejected(_("Ids must be numbers or strings."))
    if len(str(value)) > ID_WIDTH:
        raise ContentRejected(_("An id is longer than 255 characters."))
    return str(value)


def time_of(content: Content) -> datetime:
    """When it happened. Raises ContentRejected."""
    value = content.get("time")
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value <= LATEST:
        raise ContentRejected(_("The time of an event must be in Unix seconds."))
    return datetime.fromtimestamp(value, UTC)
