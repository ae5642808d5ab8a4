"""Cases follow what happens in the group."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from members.models import Membership, SweepCase
from members.sweep import moving
from members.sweeping import IN_PROGRESS, CaseState

CASES = 500


def advance(*, at: datetime) -> int:
    """Let the cases in progress follow what happened: spoke, kept, left, exempt, or the grace is over. Returns how many moved."""
    moved, last = 0, 0
    while pks := list(SweepCase.objects.filter(state__in=IN_PROGRESS, pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CASES]):
        with transaction.atomic():
            moved += moving.follow([case for case in moving.locked(pks) if case.state in IN_PROGRESS], at=at)
        last = pks[-1]
    return moved + _came_back(at)


def _came_back(at: datetime) -> int:
    """Removed ones who are in the group again."""
    rows = SweepCase.objects.filter(state=CaseState.REMOVED, wanted_back_at__isnull=False, membership__left_at=None)
    pks = list(rows.filter(membership__joined_at__gt=F("removed_at")).values_list("pk", flat=True))
    with transaction.atomic():
        cases = [case for case in moving.locked(pks) if case.state == CaseState.REMOVED]
        for case in cases:
            moving.move(case, CaseState.RESTORED, at=at)
        Membership.objects.filter(pk__in=[case.membership_id for case in cases]).update(kept_at=at)
    return len(cases)
