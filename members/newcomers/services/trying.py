"""测试发送 of a welcome, in a room where it does no harm."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from groupops.accounts.models import User
from groupops.groups.models import Group
from groupops.messaging import outbox
from groupops.messaging import services as messaging
from groupops.messaging.models import Delivery
from groupops.record import services as record

MARK = "【测试 {time}】"


def try_welcome(*, group: Group, room: Group, text: str, by: User, at: datetime) -> Delivery:
    """Say `text` (the welcome of `group`) in the room of another group, marked as a test. Raises Forbidden without the right there."""
    mark = MARK.format(time=at.astimezone(ZoneInfo(room.zone)).strftime("%H:%M:%S"))
    with transaction.atomic():
        wish = outbox.Wish(text=f"{mark}\n{text}", urgent=True)
        sent = messaging.order(group=room, wish=wish, reason=_("Test of a welcome"), by=by, at=at)
        record.audit(by=by, verb="welcome.test", target=group, at=at, after={"room": room.pk, "delivery": sent.pk}, group_id=group.pk)
    return sent
