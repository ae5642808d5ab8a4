"""Remind: what waits for a person's hands, one item a card; deliveries whose outcome is unknown, that failed or were missed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from groupops.accounts.models import User
from groupops.groups import access
from groupops.messaging import queries, wording
from groupops.messaging.models import Delivery
from groupops.messaging.policy import DeliveryState
from groupops.shared.today import LIMIT, TodayItem

LOOK_BACK = timedelta(days=3)  # an older failure is history, not a task
HURRY = timedelta(minutes=15)  # before it lapses
TEXTS = {
    DeliveryState.UNKNOWN: _("Look whether this was sent"),
    DeliveryState.FAILED: _("This could not be sent"),
    DeliveryState.MISSED: _("This was missed"),
}
STATES = (DeliveryState.WAITING_PERSON, *TEXTS)


def source(user: User, at: datetime) -> list[TodayItem]:
    """One query, however many groups."""
    rows = (
        Delivery.objects.filter(state__in=STATES, due_at__gte=at - LOOK_BACK, group__in=access.visible_to(user))
        .select_related("group", "connection")
        .order_by("due_at", "pk")[:LIMIT]
    )
    waiting = [row for row in rows if row.state == DeliveryState.WAITING_PERSON]
    others = [row for row in rows if row.state != DeliveryState.WAITING_PERSON]
    return [_card(stack, at) for stack in queries.stacks(waiting)] + [_trouble(row) for row in others]


def _card(stack: Sequence[Delivery], at: datetime) -> TodayItem:
    """One card of the send desk: the page opens at it."""
    first = stack[0]
    groups = ngettext("%(group)s", "%(group)s and %(n)d more", len(stack)) % {"group": first.group.name, "n": len(stack) - 1}
    return TodayItem(
        at=first.due_at,
        kind=first.state,
        text=wording.sentence(first),
        url=f"{reverse('messaging:deliveries')}#card-{first.pk}",
        group=groups,
        urgent=any(row.expires_at is not None and row.expires_at - at <= HURRY for row in stack),
    )


def _trouble(row: Delivery) -> TodayItem:
    return TodayItem(
        at=row.due_at,
        kind=row.state,
        text=TEXTS[DeliveryState(row.state)],
        url=reverse("messaging:delivery", args=[row.pk]),
        group=row.group.name,
        urgent=row.state == DeliveryState.UNKNOWN,
    )
