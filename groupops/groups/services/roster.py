"""值守表: put somebody on duty, take them off, and take either back."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups.models import Group, RosterShift
from groupops.record import services as record
from groupops.shared.errors import Conflict

Hours = tuple[int, int]  # from, until: hours of the group's wall clock


class RosterRefused(Conflict):
    """This cannot stand on the roster."""


def put_on_duty(*, group: Group, user: User, weekdays: int, hours: Sequence[Hours], by: User | None, at: datetime) -> list[RosterShift]:
    """`user` is on duty on the days of a mask (bit 0 is Monday) in each of `hours`, where not yet. Raises RosterRefused."""
    with transaction.atomic():
        Group.objects.select_for_update().get(pk=group.pk)
        if not group.posts.filter(user=user, until=None).exists():
            raise RosterRefused(_("%(user)s holds no post in this group. Give them one first.") % {"user": user}, field="user")
        held = set(group.shifts.filter(user=user, weekdays=weekdays, until=None).values_list("start", "end"))
        wanted = [span for span in dict.fromkeys(hours) if span not in held]
        if not wanted:
            raise RosterRefused(_("%(user)s is on duty then already.") % {"user": user}, field="user")
        rows = [
            RosterShift.objects.create(group=group, user=user, weekdays=weekdays, start=start, end=end, since=at) for start, end in wanted
        ]
        record.audit(by=by, verb="roster.add", target=group, at=at, group_id=group.pk, after=_said(rows))
    return rows


def take_off_duty(*, group: Group, shifts: Collection[int], by: User | None, at: datetime) -> list[int]:
    """End these shifts of a group; returns those that stood until now."""
    with transaction.atomic():
        rows = list(_locked(group, shifts).filter(until=None))
        for row in rows:
            row.until = max(at, row.since)
            row.save(update_fields=["until"])
        if rows:
            record.audit(by=by, verb="roster.end", target=group, at=at, group_id=group.pk, before=_said(rows))
    return [row.pk for row in rows]


def change_shift(
    *, shift: RosterShift, by: User | None, at: datetime, weekdays: int | None = None, start: int | None = None, end: int | None = None
) -> RosterShift:
    """Other days or hours of a shift that stands: it ends, and what was said of the past stays true. The one that stands now.

    Raises RosterRefused where it has ended, or where its like stands already.
    """
    with transaction.atomic():
        Group.objects.select_for_update().get(pk=shift.group_id)
        row = _locked(shift.group, [shift.pk]).filter(until=None).first()
        if row is None:
            raise RosterRefused(_("This shift has ended. Look at the roster again."))
        days = row.weekdays if weekdays is None else weekdays
        hours = (row.start if start is None else start, row.end if end is None else end)
        if (days, hours) == (row.weekdays, (row.start, row.end)):
            return row
        take_off_duty(group=shift.group, shifts=[row.pk], by=by, at=at)
        return put_on_duty(group=shift.group, user=row.user, weekdays=days, hours=[hours], by=by, at=at)[0]


def put_back_on_duty(*, group: Group, shifts: Collection[int], by: User | None, at: datetime) -> list[int]:
    """Take the end of shifts back; those whose like stands meanwhile, or whose user left the staff, stay ended."""
    with transaction.atomic():
        staff = set(group.posts.filter(until=None).values_list("user_id", flat=True))
        standing = {_like(row) for row in group.shifts.filter(until=None)}
        rows = [row for row in _locked(group, shifts).exclude(until=None) if row.user_id in staff and _like(row) not in standing]
        for row in rows:
            row.until = None
            row.save(update_fields=["until"])
        if rows:
            record.audit(by=by, verb="roster.restore", target=group, at=at, group_id=group.pk, after=_said(rows))
    return [row.pk for row in rows]


def _locked(group: Group, shifts: Collection[int]) -> QuerySet[RosterShift]:
    return RosterShift.objects.select_for_update(of=("self",)).filter(group=group, pk__in=shifts).select_related("user").order_by("pk")


def _like(row: RosterShift) -> tuple[int, int, int, int]:
    return row.user_id, row.weekdays, row.start, row.end


def _said(rows: Sequence[RosterShift]) -> dict[str, Any]:
    return {"user": str(rows[0].user), "weekdays": rows[0].weekdays, "hours": [f"{row.start}–{row.end}" for row in rows]}
