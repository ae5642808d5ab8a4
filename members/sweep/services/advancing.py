"""Cases follow what happens in the group."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_noop

from members.models import Membership, SweepCase
from members.sweep import moving
from members.sweeping import IN_PROGRESS, SECOND_WITHIN, CaseState

CASES = 500
LAPSED = gettext_noop("No second person approved it within a week: it is decided anew.")


def advance(*, at: datetime) -> int:
    """Let the cases in progress follow what happened: spoke, kept, left, exempt, or the grace is over. Returns how many moved."""
    moved, last = 0, 0
    while pks := list(SweepCase.objects.filter(state__in=IN_PROGRESS, pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CASES]):
        with transaction.atomic():
            moved += moving.follow([case for case in moving.locked(pks) if case.state in IN_PROGRESS], at=at)
        last = pks[-1]
    return moved + _lapsed(at) + _came_back(at)


def _lapsed(at: datetime) -> int:
    """First approvals that no second person took up in time: decided anew, so that nobody is removed by a word of weeks ago."""
    late = SweepCase.objects.filter(state=CaseState.APPROVED, state_at__lte=at - SECOND_WITHIN)
    pks = list(late.order_by("pk").values_list("pk", flat=True)[:CASES])
    with transaction.atomic():
        cases = [case for case in moving.locked(pks) if case.state == CaseState.APPROVED]
        for case in cases:
            moving.move(case, CaseState.IN_REVIEW, at=at, why=LAPSED, approved_by=None, approved_at=None, needs_second=False)
    return len(cases)


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
