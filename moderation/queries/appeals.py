"""Appeals that a user may see and decide, and how often they are right."""

from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from moderation.models import Appeal
from moderation.policy import AppealState


def appeals_for(user: User) -> QuerySet[Appeal]:
    """Those of the groups in which a user moderates."""
    rows = Appeal.objects.filter(access.among(user, GroupRight.MODERATE, "strike__group"))
    return rows.select_related(
        "strike__group__kind", "strike__case__membership__person", "strike__decision__by", "decided_by", "entered_by"
    )


def appeal_for(user: User, pk: int) -> Appeal:
    """One of them; 404 for a foreign or an absent one."""
    return get_object_or_404(appeals_for(user), pk=pk)


def open_appeals(user: User) -> QuerySet[Appeal]:
    """What waits for a decision."""
    return appeals_for(user).filter(state=AppealState.OPEN)


def appeal_numbers(user: User) -> dict[str, int]:
    """How many appeals there were, wait, were upheld and rejected. One query."""
    found: dict[str, int] = (
        appeals_for(user)
        .order_by()
        .aggregate(
            all=Count("pk"),
            open=Count("pk", filter=Q(state=AppealState.OPEN)),
            upheld=Count("pk", filter=Q(state=AppealState.UPHELD)),
            rejected=Count("pk", filter=Q(state=AppealState.REJECTED)),
        )
    )
    return found
