"""Remind: slots that ask a person whether they still go out, the duties of this window, and reactions to what has just left."""

from collections import defaultdict
from datetime import datetime, timedelta
from zlib import crc32

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from content import queries
from content.models import Slot
from content.policy import ASKING, Window
from content.queries import Echo, Line
from groupops.accounts.models import User
from groupops.accounts.standing import Standing
from groupops.groups.models import Group
from groupops.shared.addresses import address
from groupops.shared.today import LIMIT, TodayItem

FRESH = timedelta(minutes=30)  # a duty is due all through its window, so it never counts as overdue in it


ASKED = Standing(lambda user, at: queries.waiting_for_a_person(user, at - ASKING)[: LIMIT * 10])


def source(user: User, at: datetime) -> list[TodayItem]:
    """A few queries, however many groups: the same thing in many groups is one item."""
    mine = queries.on_duty(user)  # asked once: both read its rows
    return [*_asking(user, at), *_duties(user, at, mine), *_echoes(user, at, mine)][:LIMIT]


def _asking(user: User, at: datetime) -> list[TodayItem]:
    """Slots found too late, the same title and moment as one."""
    alike: dict[tuple[datetime, str], list[Slot]] = defaultdict(list)
    for slot in ASKED(user, at):
        alike[(slot.due_at, slot.schedule.title)].append(slot)
    return [_ask(due, title, slots) for (due, title), slots in list(alike.items())[:LIMIT]]


def _ask(due: datetime, title: str, slots: list[Slot]) -> TodayItem:
    return TodayItem(
        key=f"ask:{slots[0].pk}" if len(slots) == 1 else f"asks:{due:%Y%m%d%H%M}:{_sum(title)}",
        at=due,
        kind="missed",
        text=_("Decide whether this still goes out"),
        detail=title,
        url=address("content:schedule", slots[0].schedule_id) if len(slots) == 1 else address("content:asking"),
        group=slots[0].schedule.group.name if len(slots) == 1 else "",
        group_ids=tuple(slot.schedule.group_id for slot in slots),
        done_url=address("content:send-slot", slots[0].pk) if len(slots) == 1 else "",
        done_label=_("Send now") if len(slots) == 1 else "",
    )


def _duties(user: User, at: datetime, mine: QuerySet[Group]) -> list[TodayItem]:
    lines = [line for line in queries.duty_lines(user, at, mine=mine, only=Window.NOW) if line.open]
    return [
        _item(line, f"duty:{line.key}:{line.open[0].day}:{_sum(line.text + line.begin.isoformat())}", line.key, line.text, line.text, at)
        for line in lines
    ]


def _echoes(user: User, at: datetime, mine: QuerySet[Group]) -> list[TodayItem]:
    return [
        _item(
            echo,
            f"left:{echo.due_at:%Y%m%d%H%M}:{_sum(echo.title)}",
            f"left:{echo.due_at.isoformat()}",
            echo.title,
            format_lazy(_("Stay by and answer: {title}"), title=echo.title),
            at,
        )
        for echo in queries.echoes(user, at, mine=mine)
        if echo.open
    ]


def _item(line: Line | Echo, name: str, key: str, words: str, text: str | Promise, at: datetime) -> TodayItem:
    begin = line.begin if isinstance(line, Line) else line.due_at
    waiting = line.open
    single = len(waiting) == 1
    until = f"{localtime(line.until):%H:%M}"
    return TodayItem(
        key=name,
        at=max(begin, at - FRESH),
        kind="duty",
        text=text,
        detail=format_lazy(_("until {time}"), time=until),
        url=address("content:duties"),
        group=waiting[0].group.name if single else str(ngettext_lazy("%(n)d group", "%(n)d groups", "n") % {"n": len(waiting)}),
        group_ids=tuple(task.group.pk for task in waiting),
        done_url=address("content:duty-settle"),
        done_label=_("Done"),
        done_fields=(("key", key), ("text", words)),
    )


def _sum(text: str) -> str:
    """Short and stable, for keys."""
    return f"{crc32(text.encode()):08x}"
