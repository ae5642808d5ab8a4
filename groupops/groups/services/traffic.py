"""Alarms of busy hours without anybody on duty, brought to what the hourly numbers and the rosters say."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_noop

from groupops.groups import queries
from groupops.groups.models import Group
from groupops.groups.policy import HeatCell, Lifecycle, heat_gaps
from groupops.record import services as record
from groupops.record.models import Alarm

FAMILY = "traffic:"
TEXT = gettext_noop("%(group)s: %(hours)d busy hours of the week have nobody on duty.")


def watch_traffic(*, at: datetime) -> tuple[int, int]:
    """Open and close the alarms of active groups that have a roster; one a group. Returns how many were opened and closed."""
    active = list(Group.objects.filter(lifecycle=Lifecycle.ACTIVE, sandbox=False).order_by("pk"))
    staffed = queries.has_roster(active, at)
    rows = [group for group in active if group.pk in staffed]
    rules = queries.policies_for("group.traffic", rows)
    wanted = [group for group in rows if rules[group.pk].alarm]
    maps = queries.heat_of(wanted, at)
    found = [(group, heat_gaps(maps[group.pk])) for group in wanted]
    return record.keep_alarms(family=FAMILY, wanted=[_standing(group, gaps) for group, gaps in found if gaps], at=at)


def _standing(group: Group, gaps: list[HeatCell]) -> record.Standing:
    return record.Standing(
        key=f"{FAMILY}{group.pk}",
        severity=Alarm.Severity.NOTICE,
        text=TEXT,
        params={"group": group.name, "hours": len(gaps)},
        url=f"{reverse('groups:detail', args=[group.pk])}#heat",
        group_id=group.pk,
    )
