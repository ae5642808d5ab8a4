"""Remind: events that broke the pipeline and wait for a person."""

from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.accounts.standing import Standing
from groupops.groups import access
from groupops.inbound.models import EventState, StoredEvent
from groupops.shared.today import LIMIT, TodayItem


def _parked(user: User) -> QuerySet[StoredEvent]:
    return StoredEvent.objects.filter(state=EventState.PARKED, group__in=access.visible_to(user)).select_related("group").order_by("id")


PARKED = Standing(lambda user, _at: _parked(user)[:LIMIT])


def source(user: User, at: datetime) -> list[TodayItem]:
    """One query, however many groups."""
    return [_item(row) for row in PARKED(user, at)]


def _item(row: StoredEvent) -> TodayItem:
    return TodayItem(
        key=f"event:{row.pk}",
        at=row.occurred_at,
        kind="parked",
        text=_("This event could not be understood"),
        url=reverse("inbound:message", args=[row.pk]),
        group=row.group.name if row.group else "",
        group_ids=(row.group_id,) if row.group_id else (),
    )
