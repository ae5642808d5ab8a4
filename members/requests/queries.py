"""Reads of the requests."""

from django.db.models import Count, QuerySet

from groupops.accounts.models import User
from groupops.groups import access
from members.models import MemberRequest


def requests_for(user: User) -> QuerySet[MemberRequest]:
    """The requests of the groups a user sees, with what a list shows of them."""
    rows = MemberRequest.objects.filter(group__in=access.visible_to(user))
    return rows.select_related("group", "membership__person", "created_by")


def counts(rows: QuerySet[MemberRequest]) -> dict[str, int]:
    """How many stand in each state."""
    return dict(rows.order_by().values("state").annotate(n=Count("pk")).values_list("state", "n"))
