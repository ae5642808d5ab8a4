"""Remind: deliveries that wait for a person, whose outcome is unknown, that failed or were missed."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.messaging.models import Delivery
from groupops.messaging.policy import DeliveryState
from groupops.shared.today import LIMIT, TodayItem

LOOK_BACK = timedelta(days=3)  # an older failure is history, not a task
TEXTS = {
    DeliveryState.WAITING_PERSON: _("Post this by hand and confirm"),
    DeliveryState.UNKNOWN: _("Look whether this was sent"),
    DeliveryState.FAILED: _("This could not be sent"),
    DeliveryState.MISSED: _("This was missed"),
}


def source(user: User, at: datetime) -> list[TodayItem]:
    """One query, however many groups."""
    rows = (
        Delivery.objects.filter(state__in=TEXTS, due_at__gte=at - LOOK_BACK, group__in=access.visible_to(user))
        .select_related("group")
        .order_by("due_at")[:LIMIT]
    )
    return [
        TodayItem(
            at=row.due_at,
            kind=row.state,
            text=TEXTS[DeliveryState(row.state)],
            url=reverse("messaging:delivery", args=[row.pk]),
            group=row.group.name,
            urgent=row.state == DeliveryState.UNKNOWN,
        )
        for row in rows
    ]
