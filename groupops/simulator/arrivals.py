"""The demo's newcomers, looked after as a week of work leaves them: some with a buddy, or having read the rules; lists half done."""

from collections.abc import Collection
from datetime import datetime, timedelta

from groupops.accounts.models import User
from groupops.groups import queries as groups
from groupops.groups.models import Group
from members.arriving import STAY, Acknowledged
from members.models import CareTask, Newcomer
from members.newcomers import services as newcomers
from members.newcomers.lists import SORTS
from members.newcomers.services import Act


def look_after(found: Collection[Group], *, by: User, at: datetime) -> None:
    """Every second one read the rules, every third has a buddy; of the older ones most steps are done."""
    newcomers.make_lists(at=at)
    rows = Newcomer.objects.filter(group__in=found, joined_at__gt=at - timedelta(days=STAY), membership__left_at=None)
    ruled = {group.pk for group in found if groups.current_rules(group)}
    for n, row in enumerate(rows.select_related("membership__person", "membership__group", "group").order_by("joined_at", "pk")):
        if n % 2 == 0 and row.group_id in ruled:
            newcomers.acknowledge(membership=row.membership, how=Acknowledged.PAGE, by=None, at=row.joined_at + timedelta(hours=2))
        if n % 3 == 0:
            newcomers.give_buddy(newcomer=row, user=by, by=by, at=at)
        if n % 4 == 0 and CareTask.objects.filter(membership=row.membership_id, sort__in=SORTS).exists():
            newcomers.act(newcomers=[row], what=Act.TASKS, by=by, at=at)
