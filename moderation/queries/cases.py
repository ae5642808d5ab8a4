"""Cases that a user may see, the queue, and what was decided in similar ones."""

from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from moderation.models import Case
from moderation.policy import OPEN, CaseState

SIMILAR = 5
JUDGED = (CaseState.PUNISHED, CaseState.REMINDED, CaseState.CLEAN, CaseState.MISTAKEN, CaseState.OVERRULED)


def cases_for(user: User) -> QuerySet[Case]:
    """The cases of the groups in which a user may moderate: evidence is for nobody else."""
    rows = Case.objects.filter(access.among(user, GroupRight.MODERATE))
    return rows.select_related("group__kind", "membership__person", "rule", "claimed_by")


def case_for(user: User, pk: int) -> Case:
    """One of them; 404 for a foreign or an absent one."""
    return get_object_or_404(cases_for(user), pk=pk)


def to_judge(user: User, at: datetime) -> QuerySet[Case]:
    """The queue: open cases that are not put off."""
    awake = Q(snoozed_until=None) | Q(snoozed_until__lte=at)
    return cases_for(user).filter(awake, state__in=OPEN)


def put_off(user: User, at: datetime) -> QuerySet[Case]:
    """Open cases that were put off until later."""
    return cases_for(user).filter(snoozed_until__gt=at, state__in=OPEN)


def counts(user: User, at: datetime) -> dict[str, int]:
    """How many stand in each view of the queue. One query."""
    asleep = Q(snoozed_until__gt=at)
    awake = Q(snoozed_until=None) | Q(snoozed_until__lte=at)
    found: dict[str, int] = (
        cases_for(user)
        .filter(state__in=OPEN)
        .order_by()
        .aggregate(
            all=Count("pk", filter=awake),
            mine=Count("pk", filter=awake & Q(claimed_by=user, claimed_until__gt=at)),
            second=Count("pk", filter=awake & Q(state=CaseState.SECOND)),
            snoozed=Count("pk", filter=asleep),
        )
    )
    return found


def similar(case: Case, user: User) -> list[Case]:
    """同类同罚: the last cases of the same offence that were judged, with their decisions; those of the same rule first."""
    rows = cases_for(user).filter(offence=case.offence, state__in=JUDGED).exclude(pk=case.pk).prefetch_related("decisions")
    found = list(rows.order_by("-state_at", "-pk")[: SIMILAR * 4])
    return sorted(found, key=lambda one: one.rule_id != case.rule_id)[:SIMILAR]
