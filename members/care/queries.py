"""Reads of the care tasks."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import QuerySet

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.policy import Lifecycle
from members.caring import CareState
from members.models import CareTask

AHEAD = timedelta(hours=12)  # shown so long before it is due


def tasks_for(user: User, *, sandboxes: bool = False) -> QuerySet[CareTask]:
    """The care tasks of the groups a user may care for."""
    groups = access.groups_with(user, GroupRight.CARE, sandboxes=sandboxes).filter(lifecycle=Lifecycle.ACTIVE)
    return CareTask.objects.filter(group__in=groups).select_related("membership__person", "group")


def due(user: User, at: datetime, *, sorts: Collection[str]) -> QuerySet[CareTask]:
    """What is open and due soon of some sorts, for members who are still there; the first due first."""
    rows = tasks_for(user).filter(sort__in=sorts, state=CareState.OPEN, due_at__lte=at + AHEAD, membership__left_at=None)
    return rows.order_by("due_at", "pk")
