"""Remind: newcomers whose first message nobody answered, what is to be done for each newcomer (one item each), newcomers of a week."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from groupops.accounts.models import User
from groupops.accounts.standing import Standing
from groupops.shared import clock
from groupops.shared.today import LIMIT, TodayItem
from members.caring import CareState
from members.models import CareTask, Intake, Newcomer
from members.newcomers import queries
from members.newcomers.lists import names_of

LONG = timedelta(hours=8)  # beyond the goal: urgent
EXCERPT = 60
DONE = gettext_lazy("Done")


UNANSWERED = Standing(lambda user, at: queries.unanswered_for(user, at)[:LIMIT])
STEPS = Standing(lambda user, at: queries.steps_for(user, at)[: queries.MOST_TASKS])
WEEKS = Standing(lambda user, _at: queries.intakes_for(user).filter(state=CareState.OPEN)[:LIMIT])


def source(user: User, at: datetime) -> list[TodayItem]:
    """Three queries, however many newcomers."""
    waiting = [_unanswered(row, at) for row in UNANSWERED(user, at)]
    lists = [_list(tasks, at) for tasks in _by_newcomer(STEPS(user, at))[:LIMIT]]
    return waiting + lists + [_week(row) for row in WEEKS(user, at)]


def _by_newcomer(steps: Iterable[CareTask]) -> list[list[CareTask]]:
    """Who has the first due step first."""
    found: dict[int, list[CareTask]] = {}
    for step in steps:
        found.setdefault(step.membership_id, []).append(step)
    return list(found.values())


def _unanswered(row: Newcomer, at: datetime) -> TodayItem:
    said = Truncator(row.first_event.text if row.first_event else "").chars(EXCERPT)
    return TodayItem(
        key=f"newcomer-waits:{row.pk}",
        at=row.answer_due_at or at,
        kind="newcomer",
        text=_("Nobody answered the first message of %(name)s") % {"name": row.membership.person.name},
        detail=said,
        url=_board(row.group_id, open="unanswered") + f"#newcomer-{row.pk}",
        group=row.group.name,
        group_ids=(row.group_id,),
        urgent=row.answer_due_at is not None and at - row.answer_due_at >= LONG,
        done_url=reverse("members:newcomer-act", args=[row.pk, "answered"]),
        done_label=gettext_lazy("Answered"),
    )


def _list(tasks: Sequence[CareTask], at: datetime) -> TodayItem:
    """The open steps of one newcomer; done settles all of them, one by one they stand on the board."""
    first = tasks[0]
    name, zone = first.membership.person.name, first.group.zone
    day = (clock.local(at, zone).date() - clock.local(first.membership.joined_at, zone).date()).days + 1
    return TodayItem(
        key=f"newcomer-list:{first.membership_id}:{first.sort}",
        at=first.due_at,
        kind="newcomer",
        text=ngettext("%(name)s, day %(day)d: %(n)d step", "%(name)s, day %(day)d: %(n)d steps", len(tasks))
        % {"name": name, "day": day, "n": len(tasks)},
        detail=_(", ").join(names_of([task.sort for task in tasks])),
        url=_board(first.group_id, q=name),
        group=first.group.name,
        group_ids=(first.group_id,),
        done_url=reverse("members:newcomer-tasks", args=[first.membership_id, CareState.DONE.value]),
        done_label=DONE,
    )


def _week(row: Intake) -> TodayItem:
    return TodayItem(
        key=f"newcomer-week:{row.pk}",
        at=row.due_at,
        kind="newcomer",
        text=_("More newcomers in the week of %(day)s than can have lists of their own: look after them together")
        % {"day": f"{row.week:%m-%d}"},
        url=_board(row.group_id),
        group=row.group.name,
        group_ids=(row.group_id,),
        done_url=reverse("members:newcomers-week", args=[row.pk, CareState.DONE.value]),
        done_label=DONE,
    )


def _board(group_id: int, **filters: str) -> str:
    return f"{reverse('members:newcomers')}?{urlencode({'group': group_id} | filters)}"
