"""The cap of automatic acts of an hour: its alarm, and when it is over."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_noop

from groupops.groups.models import Group
from groupops.record import services as record
from groupops.record.models import Alarm
from moderation import queries
from moderation.models import Case

KEY = "moderation-cap:"
CAPPED = gettext_noop("The cap of automatic acts is reached in a group: people decide what follows.")


def alarm(case: Case, at: datetime, *, url: str = "") -> None:
    """People decide in this group now: in the queue, or where `url` leads."""
    where = url or f"{reverse('moderation:queue')}?group={case.group_id}"
    record.raise_alarm(key=f"{KEY}{case.group_id}", severity="warning", text=CAPPED, at=at, url=where, group_id=case.group_id)


def close_alarms(*, at: datetime) -> int:
    """Close those of groups in which the machine may act again: fewer acts in the last hour than the cap. Returns how many."""
    rows = Alarm.objects.filter(closed_at=None, key__startswith=KEY, group_id__isnull=False)
    open_ = {group: key for group, key in rows.order_by("pk").values_list("group_id", "key") if group}
    if not open_:
        return 0
    ladders = queries.ladder_rules(Group.objects.filter(pk__in=open_))
    dealt = queries.dealt_with(list(open_), at)
    over = [key for group, key in open_.items() if group in ladders and dealt.get(group, 0) < ladders[group].per_hour]
    return sum(record.close_alarm(key=key, at=at) for key in over)
