"""测试发送 of an occurrence that is no post yet: what its schedule would say on that day, in a room where it does no harm."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from content.models import Schedule
from content.services import leaving
from content.services.posts.trying import MARK
from groupops.accounts.models import User
from groupops.groups.models import Group
from groupops.messaging import outbox
from groupops.messaging import services as messaging
from groupops.messaging.models import Binding, Delivery
from groupops.record import services as record
from groupops.shared.errors import Invalid


def test_schedule(*, schedule: Schedule, moment: datetime, room: Group, by: User, at: datetime) -> Delivery:
    """Say what the schedule says at `moment` in the room of another group, marked as a test, now and in quiet hours too.

    Raises Forbidden without the right to speak there, Invalid where that group has no room, Unfilled.
    """
    if not Binding.objects.filter(group=room).exists():
        raise Invalid(_("Choose a group that has a room."), field="room")
    mark = MARK.format(time=at.astimezone(ZoneInfo(room.zone)).strftime("%H:%M:%S"))
    text = leaving.worded(schedule.kind, schedule.body, schedule.group, moment)
    with transaction.atomic():
        sent = messaging.order(
            group=room, wish=outbox.Wish(text=f"{mark}\n{text}", urgent=True), reason=_("Test of a schedule"), by=by, at=at
        )
        after = {"room": room.pk, "delivery": sent.pk}
        record.audit(by=by, verb="schedule.test", target=schedule, at=at, after=after, group_id=schedule.group_id)
    return sent
