"""After a restore: everything stands still, and what was due before it may have been sent in the time that was lost, so it stays."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from groupops.accounts.models import User
from groupops.accounts.policy import Role
from groupops.messaging import holding
from groupops.messaging.models import Delivery, Pause
from groupops.messaging.moves import move
from groupops.messaging.policy import DeliveryState, Sort
from groupops.record import services as record

REASON = _("Restored from a backup of %(made_at)s. Look at what would go out, then let it go on.")
LOST = _("It was due before the restore, and may have been sent after the backup was made. Look in the room before you send it again.")
S = DeliveryState
HELD = Q(operation__in=holding.operations(list(Sort)), group__sandbox=False)
CHUNK = 500


def stand_still(*, made_at: datetime, at: datetime) -> bool:
    """Pause everything, in the name of the first founder; False where nobody is there yet who could be paused for."""
    founder = User.objects.filter(is_active=True, role=Role.FOUNDER).order_by("pk").first()
    if founder is None:
        return False
    with translation.override(settings.LANGUAGE_CODE):  # kept as words, like the reason of a person
        reason = (gettext(REASON) % {"made_at": f"{made_at:%Y-%m-%d %H:%M} UTC"})[:200]
    with transaction.atomic():
        for sort in Sort:
            pause, made = Pause.objects.get_or_create(
                sort=sort, connection=None, group=None, defaults={"reason": reason, "by": founder, "at": at}
            )
            if made:
                record.audit(by=None, verb="pause.start", target=pause, at=at, after={"sorts": [sort], "reason": reason})
    return True


def leave_past(*, at: datetime) -> tuple[int, int]:
    """What was due becomes missed, what was being sent becomes unknown; returns how many of each.

    Nothing of it is sent by itself: each waits in the failure inbox, and one click sends it. What no pause stops (the end of a mute)
    is done late instead: twice does no harm.
    """
    Delivery.objects.filter(HELD, state=S.PLANNED, due_at__lte=at).update(state=S.DUE)
    missed = sum(_left(chunk, S.MISSED, at) for chunk in _chunks((S.DUE, S.RETRY), at))
    # The lease is that of a worker that is gone; `recover` asks the platform once it has run out.
    Delivery.objects.filter(state=S.CLAIMED).update(lease_until=Now())
    unknown = sum(_left(chunk, S.UNKNOWN, at) for chunk in _chunks((S.CLAIMED,), at))
    return missed, unknown


def _chunks(states: tuple[DeliveryState, ...], at: datetime) -> Iterator[list[Delivery]]:
    rows = Delivery.objects.filter(HELD, state__in=states, due_at__lte=at).select_related("group", "connection").order_by("pk")
    last = 0
    while found := list(rows.filter(pk__gt=last)[:CHUNK]):
        last = found[-1].pk
        yield found


@transaction.atomic
def _left(rows: list[Delivery], to: DeliveryState, at: datetime) -> int:
    looked_up = {"not_before": at} if to == S.UNKNOWN else {}
    return sum(move(row, to, at=at, why=LOST, **looked_up) for row in rows)
