"""Remind: a quarrel to step into."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from groupops.accounts.models import User
from groupops.accounts.standing import Standing
from groupops.shared.today import LIMIT, TodayItem
from moderation.models import Quarrel
from moderation.policy.quarrels import Step
from moderation.quarrels import queries

QUARRELS = Standing(lambda user, _at: queries.to_do(user).order_by("began_at", "pk")[:LIMIT])


def source(user: User, at: datetime) -> list[TodayItem]:
    """One item a quarrel, urgent until somebody has taken it; one query."""
    return [_item(row) for row in QUARRELS(user, at)]


def _item(row: Quarrel) -> TodayItem:
    done: int = row.done  # type: ignore[attr-defined]
    detail = _("%(done)d of %(all)d steps done") % {"done": done, "all": len(Step)}
    return TodayItem(
        key=f"quarrel:{row.pk}",
        at=row.noticed_at,
        kind="violation",
        text=_("A quarrel rises: %(n)d answers back and forth") % {"n": row.answers},
        detail=f"{detail} · {row.assigned_to}" if row.assigned_to else detail,
        url=reverse("moderation:quarrel", args=[row.pk]),
        group=row.group.name,
        group_ids=(row.group_id,),
        urgent=row.assigned_to_id is None,
    )
