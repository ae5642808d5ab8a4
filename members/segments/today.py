"""Remind: messages to segments that wait for a second person."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import ngettext

from groupops.accounts.models import User
from groupops.shared.today import LIMIT, TodayItem
from members.segments import receiving


def source(user: User, at: datetime) -> list[TodayItem]:
    """One query."""
    items = []
    for row in receiving.to_approve(user)[:LIMIT]:
        text = ngettext("%(who)s writes to %(n)d person of “%(segment)s”", "%(who)s writes to %(n)d people of “%(segment)s”", row.size)
        said = text % {"who": row.by, "n": row.size, "segment": row.title}
        items.append(TodayItem(key=f"send:{row.pk}", at=row.at, kind="review", text=said, url=reverse("members:send", args=[row.pk])))
    return items
