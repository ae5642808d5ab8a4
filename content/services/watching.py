"""Slots that were found too late and not sent: one alarm while there are any of the last day."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext_noop as _

from content.models import Slot
from content.policy import SlotState, Why
from groupops.record import services as record

LOOK_BACK = timedelta(days=1)
KEY = "slots-missed"
LATE = (Why.LATE, Why.ASK, Why.UNAPPROVED)  # the others were a person's will, or the group's state
TEXT = _("%(count)d slots of the last day were missed: they were found too late, or nobody had approved their text.")


def watch(*, at: datetime) -> None:
    """Open or close the alarm. Two queries."""
    rows = Slot.objects.filter(due_at__gte=at - LOOK_BACK, due_at__lte=at, state=SlotState.MISSED, why__in=LATE)
    count = rows.filter(schedule__group__sandbox=False).count()
    if count:
        url = reverse("content:asking")
        record.raise_alarm(key=KEY, severity="warning", text=TEXT, params={"count": count}, at=at, url=url)
    else:
        record.close_alarm(key=KEY, at=at)
