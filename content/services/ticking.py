"""What the planner does every minute: groups follow their plans, then every occurrence becomes a row."""

from datetime import datetime

from content import queries
from content.services import following, planning
from groupops.groups.models import Group


def plan(*, at: datetime, group: Group | None = None) -> int:
    """Bring the groups to their plans and make the coming slots; returns how many schedules moved on.

    With `group` of that group alone: a sandbox has a clock of its own.
    """
    if group is None:
        following.follow(at=at)
    else:
        following.anchor_lines(queries.following_groups().filter(pk=group.pk), at=at)
    return planning.plan(at=at, group=group)
