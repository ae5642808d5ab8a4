"""活跃热力图, asked: the hours of the week of one group or of many, from the hourly numbers. A constant number of queries."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Min, Sum
from django.db.models.functions import ExtractIsoWeekDay

from groupops.groups.models import Group, GroupHour, RosterShift
from groupops.groups.policy import Duty, HeatCell, heat, traffic_since, weeks_of
from groupops.groups.queries.policies import several_for
from groupops.groups.queries.roster import duty_of, shifts_at
from groupops.shared import clock

NAMES = ["group.traffic", "content.coverage"]


def heat_of(groups: Iterable[Group], at: datetime) -> dict[int, list[list[HeatCell]]]:
    """The map of each group by its pk, over the last weeks on its own clock, the day that has not ended left out. Three queries."""
    rows = list(groups)
    days = {group.pk: clock.local(at, group.zone).date() for group in rows}
    counts, first = _counts(days)
    duties = _duties(rows, at)
    traffic, waking = several_for(NAMES, rows)
    return {
        pk: heat(counts[pk], weeks_of([first[pk]] if pk in first else [], today), duties[pk], traffic[pk], waking[pk])
        for pk, today in days.items()
    }


def _counts(days: dict[int, date]) -> tuple[dict[int, Counter[tuple[int, int]]], dict[int, date]]:
    """Messages by (weekday, hour) of each group, and its first counted day. Local days differ from group to group by one at most."""
    found: dict[int, Counter[tuple[int, int]]] = {pk: Counter() for pk in days}
    first: dict[int, date] = {}
    if not days:
        return found, first
    today = min(days.values())
    counted = GroupHour.objects.filter(group__in=list(days), day__gte=traffic_since(today), day__lt=today).order_by()
    summed = counted.annotate(weekday=ExtractIsoWeekDay("day")).values("group", "weekday", "hour")
    for group, weekday, hour, messages, began in summed.annotate(n=Sum("messages"), first=Min("day")).values_list(
        "group", "weekday", "hour", "n", "first"
    ):
        found[group][weekday - 1, hour] = messages
        first[group] = min(first.get(group, began), began)
    return found, first


def _duties(rows: list[Group], at: datetime) -> dict[int, list[Duty]]:
    found: dict[int, list[Duty]] = {group.pk: [] for group in rows}
    shift: RosterShift
    for shift in shifts_at(found, at, at):
        found[shift.group_id].append(duty_of(shift))
    return found


def has_roster(rows: Iterable[Group], at: datetime) -> set[int]:
    """Which of these groups have a duty roster."""
    return set(shifts_at([group.pk for group in rows], at, at).order_by().values_list("group", flat=True))
