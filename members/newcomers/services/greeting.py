"""Greeting newcomers: noted once a member."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.record import services as record
from members.models import Greeting, Newcomer
from members.newcomers import queries


def greet(*, group: Group, until: datetime, by: User, at: datetime) -> list[int]:
    """Note that the newcomers of a group who came up to `until` were greeted; returns the memberships of those who had not been."""
    with transaction.atomic():
        rows = list(queries.newcomers(by, at).filter(group=group, joined_at__lte=until))
        Greeting.objects.bulk_create([Greeting(membership=row, by=by, at=at) for row in rows], ignore_conflicts=True)
        mine = set(Greeting.objects.filter(membership__in=rows, by=by, at=at).values_list("membership_id", flat=True))
        if mine:
            names = [row.person.name for row in rows if row.pk in mine]
            record.audit(by=by, verb="newcomer.greet", target=group, at=at, group_id=group.pk, after={"names": names})
    return sorted(mine)


def greet_one(*, newcomer: Newcomer, by: User, at: datetime) -> bool:
    """Note that somebody greeted this newcomer; False where it was noted before. Raises Forbidden."""
    access.demand(by, GroupRight.CARE, newcomer.group)
    with transaction.atomic():
        _row, made = Greeting.objects.get_or_create(membership=newcomer.membership, defaults={"by": by, "at": at})
        if made:
            after = {"names": [newcomer.membership.person.name]}
            record.audit(by=by, verb="newcomer.greet", target=newcomer.group, at=at, group_id=newcomer.group_id, after=after)
    return made


def ungreet(*, group: Group, memberships: Collection[int], by: User, at: datetime) -> int:
    """Take greetings back that `by` noted; returns how many."""
    with transaction.atomic():
        rows = Greeting.objects.filter(membership__in=memberships, membership__group=group, by=by)
        names = list(rows.order_by("pk").values_list("membership__person__name", flat=True))
        if names:
            rows.delete()
            record.audit(by=by, verb="newcomer.greet_undo", target=group, at=at, group_id=group.pk, before={"names": names})
    return len(names)
