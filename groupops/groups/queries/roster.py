"""值守表, asked: who is on duty, in one group or in many, now or then."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from groupops.accounts.models import User
from groupops.groups.models import Group, RosterShift, StaffPost
from groupops.groups.policy import Duty, is_on_duty


def roster(group: Group) -> QuerySet[RosterShift]:
    """The shifts of a group as they stand, by hour, of those who hold a post there."""
    return _staffed(RosterShift.objects.filter(group=group, until=None)).order_by("start", "end", "user__name", "pk")


def on_duty(group: Group, at: datetime) -> list[User]:
    """Who was, or is, on duty in a group at a moment."""
    return on_duty_in([group], at)[group.pk]


def on_duty_in(groups: Iterable[Group], at: datetime) -> dict[int, list[User]]:
    """Who is on duty in each of these groups at a moment, by the group's pk; one query for all."""
    zones = {group.pk: group.zone for group in groups}
    found: dict[int, list[User]] = {pk: [] for pk in zones}
    for row in shifts_at(zones, at, at).order_by("group", "start", "pk"):
        if is_on_duty(duty_of(row), at, zones[row.group_id]) and row.user not in found[row.group_id]:
            found[row.group_id].append(row.user)
    return found


def shifts_at(groups: Iterable[int], first: datetime, last: datetime) -> QuerySet[RosterShift]:
    """The shifts that stood at some time between two moments, with their users, who held a post then."""
    rows = RosterShift.objects.filter(Q(until=None) | Q(until__gt=first), group__in=list(groups), since__lte=last)
    return _staffed(rows, first)


def _staffed(rows: QuerySet[RosterShift], since: datetime | None = None) -> QuerySet[RosterShift]:
    """Only of those who hold a post in the group now, or did after `since`: whoever leaves the staff is on duty no more."""
    holds = Q(until=None) if since is None else Q(until=None) | Q(until__gt=since)
    staff = StaffPost.objects.filter(holds, group=OuterRef("group"), user=OuterRef("user"))
    return rows.filter(Exists(staff)).select_related("user")


def duty_of(row: RosterShift) -> Duty:
    """A shift as the policy knows it."""
    return Duty(str(row.user), row.weekdays, row.start, row.end)
