"""Remind: praises that wait, one item each."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groupops.accounts.models import User
from groupops.accounts.standing import Standing
from groupops.shared.addresses import address
from groupops.shared.today import LIMIT, TodayItem
from members.caring import CareState
from members.praise import queries

WAITING = Standing(
    lambda user, _at: queries.praises_for(user).filter(state=CareState.OPEN, membership__left_at=None).order_by("due_at", "pk")[:LIMIT]
)


def source(user: User, at: datetime) -> list[TodayItem]:
    """One query."""
    return [
        TodayItem(
            at=row.due_at,
            kind="care",
            text=_("Praise %(name)s for helpful answers") % {"name": row.membership.person.name},
            detail=row.note,
            url=address("members:praise", row.pk),
            group=row.group.name,
            group_ids=(row.group_id,),
            key=f"praise:{row.pk}",
            done_url=address("members:care-settle", row.pk, "done"),
            done_label=gettext_lazy("Done"),
        )
        for row in WAITING(user, at)
    ]
