"""The demo's newcomers, looked after as a week of work leaves them: some with a buddy, or having read the rules; lists half done."""

from collections.abc import Collection
from datetime import datetime, timedelta

from groupops.accounts.models import User
from groupops.groups import queries as groups
from groupops.groups.models import Group
from members.arriving import STAY, Acknowledged
from members.care import services as care
from members.caring import CareState
from members.models import CareTask, Intake, Newcomer
from members.newcomers import services as newcomers
from members.newcomers.queries import tasks_now

FRESH = timedelta(hours=20)  # whoever came so lately still waits for their first steps


def look_after(found: Collection[Group], *, by: User, at: datetime) -> None:
    """Every second one read the rules, every third has a buddy; what is to be done now is done, but for every eighth and the latest."""
    newcomers.make_lists(at=at)
    rows = Newcomer.objects.filter(group__in=found, joined_at__gt=at - timedelta(days=STAY), membership__left_at=None)
    ruled = {group.pk for group in found if groups.current_rules(group)}
    left = []
    for n, row in enumerate(rows.select_related("membership__person", "membership__group", "group").order_by("joined_at", "pk")):
        if n % 2 == 0 and row.group_id in ruled:
            newcomers.acknowledge(membership=row.membership, how=Acknowledged.PAGE, by=None, at=row.joined_at + timedelta(hours=2))
        if n % 3 == 0:
            newcomers.give_buddy(newcomer=row, user=by, by=by, at=at)
        if n % 8 == 0:
            left.append(row.membership_id)
    steps = CareTask.objects.filter(tasks_now(at), group__in=found, membership__joined_at__lte=at - FRESH).exclude(membership__in=left)
    care.settle(pks=list(steps.values_list("pk", flat=True)), to=CareState.DONE, by=by, at=at)
    for week in Intake.objects.filter(group__in=found, state=CareState.OPEN, due_at__lt=at - timedelta(days=2)):
        newcomers.settle_intake(intake=week, to=CareState.DONE, by=by, at=at)
