"""Remind: slots that were found too late and ask a person whether they still go out."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from content import queries
from groupops.accounts.models import User
from groupops.shared.today import LIMIT, TodayItem

LOOK_BACK = timedelta(days=3)  # an older one is history, not a task


def source(user: User, at: datetime) -> list[TodayItem]:
    """One query, however many groups."""
    return [
        TodayItem(
            at=slot.due_at,
            kind=slot.state,
            text=_("Decide whether this still goes out"),
            url=reverse("content:schedule", args=[slot.schedule_id]),
            group=slot.schedule.group.name,
        )
        for slot in queries.waiting_for_a_person(user, at - LOOK_BACK)[:LIMIT]
    ]
