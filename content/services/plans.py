"""Taking over the plan of the week."""

from datetime import datetime

from django.db import transaction

from content import queries
from content.models import Schedule
from content.plan import PLAN, Entry
from content.policy import CatchUp, local_day
from content.services.schedules import create_schedule
from groupops.accounts.models import User
from groupops.groups.models import Group


def adopt_plan(*, group: Group, by: User | None, at: datetime) -> list[Schedule]:
    """Take over the lines of the plan that the group does not have yet; returns what was added. Raises Archived."""
    with transaction.atomic():
        Group.objects.select_for_update(no_key=True).get(pk=group.pk)  # two at once: the second finds the first's
        present = queries.adopted(group.pk)
        return [_adopt(entry, group, by, at) for entry in PLAN if entry.key not in present]


def _adopt(entry: Entry, group: Group, by: User | None, at: datetime) -> Schedule:
    return create_schedule(
        group=group,
        title=entry.title,
        kind=entry.kind,
        body=entry.body,
        weekdays=entry.weekdays,
        at_time=entry.at,
        start=local_day(at, group.zone),
        end=None,
        catch_up=CatchUp.SKIP,
        by=by,
        at=at,
        plan_key=entry.key,
    )
