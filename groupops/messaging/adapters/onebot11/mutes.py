"""How long a mute may last. Source: https://github.com/botuniverse/onebot-11, api/public.md, set_group_ban (seconds; 0 lifts it)."""

import math
from datetime import datetime

from django.utils.translation import gettext_noop as _

from groupops.messaging.adapter import ContentRejected

LONGEST = 2_591_940  # seconds: 30 days less a minute, the most that QQ's own clients offer
SHORTEST = 60
TOO_LONG = _("A mute in QQ needs an end, in 30 days at the latest.")
OVER = _("The mute would be over already.")


def seconds(until: datetime | None, *, at: datetime) -> int:
    """How long a mute lasts from `at`. Raises ContentRejected for no end, one that is over, one in more than 30 days."""
    if until is None:
        raise ContentRejected(TOO_LONG)
    left = math.ceil((until - at).total_seconds())
    if left <= 0:
        raise ContentRejected(OVER)
    if left > LONGEST + SHORTEST:
        raise ContentRejected(TOO_LONG)
    return max(SHORTEST, min(left, LONGEST))
