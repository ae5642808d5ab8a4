"""Remind: what the machine itself raises the alarm about, and gaps in the coverage. Each closes by itself when its cause is gone."""

from collections import defaultdict
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from content.coverage import Gap
from content.queries.coverage import FAMILY as COVERAGE
from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.accounts.standing import Standing
from groupops.groups import access
from groupops.groups.models import Group
from groupops.record import queries as record
from groupops.record.models import Alarm
from groupops.shared.today import LIMIT, TodayItem
from members.newcomers.queries import FAMILY as NEWCOMERS

MOST = 500  # gaps that are put together


def _open(user: User) -> QuerySet[Alarm]:
    found = record.open_alarms(groups=access.visible_to(user).values_list("pk", flat=True))
    return found if user.has_right(Right.SEE_SYSTEM) else found.filter(~Q(group_id=None))


# Newcomers who wait for an answer stand there by name, each with what settles it.
ALARMS = Standing(lambda user, _at: _open(user).exclude(key__startswith=COVERAGE).exclude(key__startswith=NEWCOMERS)[:LIMIT])
GAPS = Standing(lambda user, _at: _open(user).filter(key__startswith=COVERAGE)[:MOST])


def source(user: User, at: datetime) -> list[TodayItem]:
    """Alarms of the site for people who see the system, those of a group for people who see the group. Two queries and their names'."""
    alarms, gaps = ALARMS(user, at), GAPS(user, at)
    names = dict(Group.objects.filter(pk__in={alarm.group_id for alarm in (*alarms, *gaps) if alarm.group_id}).values_list("pk", "name"))
    return [*_gaps(gaps, names), *(_alarm(alarm, names) for alarm in alarms)]


def _alarm(alarm: Alarm, names: dict[int, str]) -> TodayItem:
    return TodayItem(
        key=f"alarm:{alarm.pk}",
        at=alarm.opened_at,
        kind=alarm.severity,
        text=alarm.text,
        url=alarm.url or reverse("system"),
        group=names.get(alarm.group_id or 0, ""),
        group_ids=(alarm.group_id,) if alarm.group_id else (),
        urgent=alarm.severity == Alarm.Severity.CRITICAL,
    )


def _gaps(alarms: list[Alarm], names: dict[int, str]) -> list[TodayItem]:
    """One item a sort of gap, however many groups it is in. It is named after its day, so that tomorrow's is another."""
    alike: dict[Gap, list[Alarm]] = defaultdict(list)
    for alarm in alarms:
        alike[Gap(alarm.key.split(":")[1])].append(alarm)
    return [_gap(gap, sorted(found, key=lambda alarm: (alarm.opened_at, alarm.pk)), names) for gap, found in alike.items()]


def _gap(gap: Gap, alarms: list[Alarm], names: dict[int, str]) -> TodayItem:
    first = alarms[0]
    more = ngettext("%(group)s", "%(group)s and %(n)d more", len(alarms))
    return TodayItem(
        key=f"coverage:{gap.value}:{first.key.rpartition(':')[2]}",
        at=first.opened_at,
        kind="coverage",
        text=format_lazy(_("Coverage: {gap}"), gap=gap.label),
        detail=first.text if len(alarms) == 1 else "",
        url=first.url if len(alarms) == 1 else reverse("content:coverage-overview"),
        group=more % {"group": names.get(first.group_id or 0, ""), "n": len(alarms) - 1},
        group_ids=tuple(alarm.group_id for alarm in alarms if alarm.group_id),
    )
