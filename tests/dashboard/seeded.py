"""Things to do for the tests of the home page: one of many sorts, whose buttons are real ones of other pages.

Put `SOURCES` into settings.TODAY_SOURCES. Key moments come from their own source: their button dismisses them.
"""

from datetime import datetime, timedelta

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.models import Group
from groupops.shared.today import TodayItem

SOURCES = ["tests.dashboard.seeded.source", "groupops.groups.today.source"]


def source(user: User, at: datetime) -> list[TodayItem]:
    """One thing a group that the person sees, over many kinds, some of them late, some later."""
    return [_item(n, group, at) for n, group in enumerate(access.visible_to(user).order_by("pk")[:50])]


def _item(n: int, group: Group, at: datetime) -> TodayItem:
    kinds = ("question", "newcomer", "duty", "waiting_person", "failed")
    return TodayItem(
        key=f"seed:{group.pk}",
        at=at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=(-5, -3, 3)[n % 3]),
        kind=kinds[n % len(kinds)],
        text=f"第 {n} 件事",
        detail="一句话的说明",
        url=f"/groups/{group.pk}/",
        group=group.name,
        group_ids=(group.pk,),
        urgent=n % 7 == 6,
    )
