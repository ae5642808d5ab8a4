"""Remind: a raid that lasts, and people who joined in one whom nobody has looked at."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groupops.accounts.models import User
from groupops.accounts.standing import Standing
from groupops.shared.today import LIMIT, TodayItem
from moderation.models import Raid
from moderation.raids import queries

RAIDS = Standing(lambda user, at: queries.to_look_at(user, at).order_by("began_at", "pk")[:LIMIT])


def source(user: User, at: datetime) -> list[TodayItem]:
    """One item a raid; one query."""
    return [_item(raid) for raid in RAIDS(user, at)]


def _item(raid: Raid) -> TodayItem:
    waits: int = raid.waits  # type: ignore[attr-defined]
    text = ngettext("%(n)d person of a flood of joins to look at", "%(n)d people of a flood of joins to look at", waits)
    return TodayItem(
        key=f"raid:{raid.pk}",
        at=raid.noticed_at,
        kind="violation",
        text=text % {"n": waits},
        detail=_("It lasts: welcomes and ways in are held.") if raid.ended_at is None and raid.hold else "",
        url=reverse("moderation:raid", args=[raid.pk]),
        group=raid.group.name,
        group_ids=(raid.group_id,),
        urgent=raid.ended_at is None,
    )
