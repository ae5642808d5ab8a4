"""Who came by a code: named by a person who cares for the group, or told by the platform; taken back."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.record import services as record
from members.models import CodeArrival, JoinCode, Membership

CAME_WITHIN = timedelta(days=30)  # who came earlier is no longer proposed
MANY = 500


def candidates(code: JoinCode, user: User, at: datetime) -> QuerySet[Membership]:
    """Members of the code's groups who came lately and of whom nobody knows by what, in groups the user cares for; the newest first."""
    rows = Membership.objects.filter(group__join_targets__code=code, group__in=access.groups_with(user, GroupRight.CARE))
    lately = rows.filter(joined_at__gte=at - CAME_WITHIN, same_as=None, code_arrival=None, arrival=None)
    return lately.select_related("person__merged_into", "group").order_by("-joined_at", "-pk")


def came(code: JoinCode) -> int:
    """How many are known to have come by a code."""
    return CodeArrival.objects.filter(code=code).count()


def arrive(*, code: JoinCode, pks: Collection[int], by: User | None, at: datetime) -> list[int]:
    """These members came by the code; where nobody knows where they came from, its source becomes theirs. Returns who was noted.

    `by` None is the platform. Who is in none of its groups, whose way is known, or whom `by` may not care for is left as they are.
    """
    with transaction.atomic():
        rows = Membership.objects.select_for_update(of=("self",)).filter(pk__in=list(pks)[:MANY], group__join_targets__code=code)
        if by is not None:
            rows = rows.filter(group__in=access.groups_with(by, GroupRight.CARE))
        known = set(CodeArrival.objects.filter(membership__in=list(pks)[:MANY]).values_list("membership", flat=True))
        found = [row for row in rows.order_by("pk") if row.pk not in known]
        CodeArrival.objects.bulk_create(
            [CodeArrival(membership=row, code=code, source_before_id=row.source_id, at=at, by=by) for row in found]
        )
        Membership.objects.filter(pk__in=[row.pk for row in found]).update(source=Coalesce(F("source"), code.source_id))
        for group_id in sorted({row.group_id for row in found}) if by is not None else []:
            members = [row.pk for row in found if row.group_id == group_id]
            record.audit(by=by, verb="code.arrived", target=code, at=at, group_id=group_id, after={"members": members})
    return [row.pk for row in found]


def take_back(*, code: JoinCode, pks: Collection[int], by: User, at: datetime) -> int:
    """They did not come by it after all: they have the source of before. Returns how many."""
    with transaction.atomic():
        mine = CodeArrival.objects.select_for_update(of=("self",)).filter(code=code, membership__in=list(pks)[:MANY])
        rows = list(mine.filter(membership__group__in=access.groups_with(by, GroupRight.CARE)).select_related("membership").order_by("pk"))
        for row in rows:
            if row.membership.source_id == (row.source_before_id or code.source_id):  # set otherwise since: that stays
                Membership.objects.filter(pk=row.membership_id).update(source=row.source_before_id)
            row.delete()
        for group_id in sorted({row.membership.group_id for row in rows}):
            record.audit(by=by, verb="code.unarrived", target=code, at=at, group_id=group_id)
    return len(rows)
