"""Reads of the newcomers."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.policy import Lifecycle
from members.models import Membership

FRESH = timedelta(hours=48)  # product, §2: the welcome and what follows it belong to the first days


def newcomers(user: User, at: datetime) -> QuerySet[Membership]:
    """Who came in within two days, is still there and was not greeted, in the groups a user may care for; the first to come first.

    Whoever comes back is no newcomer, and neither is whom a first look at the list of members found there.
    """
    groups = access.groups_with(user, GroupRight.CARE).filter(lifecycle=Lifecycle.ACTIVE)
    rows = Membership.objects.filter(group__in=groups, join_seen=True, rejoins=0, left_at=None, joined_at__gt=at - FRESH, greeting=None)
    return rows.select_related("person", "group").order_by("joined_at", "pk")
