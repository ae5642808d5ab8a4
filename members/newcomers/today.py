"""Remind: newcomers whose first message nobody answered, what is to be done for each newcomer (one item each), newcomers of a week."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from groupops.accounts.models import User
from groupops.accounts.standing import Standing
from groupops.shared import clock
from groupops.shared.addresses import address
from groupops.shared.today import LIMIT, TodayItem
from members.caring import CareState
from members.models import Intake, Newcomer
from members.newcomers import queries
from members.newcomers.lists import names_of

LONG = timedelta(hours=8)  # beyond the goal: urgent
EXCERPT = 60
DONE = gettext_lazy("Done")


class Step(NamedTuple):
    """A step of a newcomer's list, with what is told of them: hundreds are looked at, so none is a row of a model."""

    membership_id: int
    sort: str
    due_at: datetime
    joined_at: datetime
    name: str
    group_id: int
    group: str
    zone: str


STEP = ("membership", "sort", "due_at", "membership__joined_at", "membership__person__name", "group", "group__name", "group__zone")
FIRST = ("answer_due_at", "group__name", "membership__person__name", "first_event__text")  # an event is large
UNANSWERED = Standing(lambda user, at: queries.unanswered_for(user, at).only(*FIRST)[:LIMIT])
STEPS = Standing(lambda user, at: queries.steps_for(user, at).values_list(*STEP)[: queries.MOST_TASKS])
WEEKS = Standing(lambda user, _at: queries.intakes_for(user).filter(state=CareState.OPEN)[:LIMIT])


def source(user: User, at: datetime) -> list[TodayItem]:
    """Three queries, however many newcomers."""
    waiting = [_unanswered(row, at) for row in UNANSWERED(user, at)]
    lists = [_list(steps, at) for steps in _by_newcomer(Step(*row) for row in STEPS(user, at))[:LIMIT]]
    return waiting + lists + [_week(row) for row in WEEKS(user, at)]


def _by_newcomer(steps: Iterable[Step]) -> list[list[Step]]:
    """Who has the first due step first."""
    found: dict[int, list[Step]] = {}
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
        done_url=address("members:newcomer-act", row.pk, "answered"),
        done_label=gettext_lazy("Answered"),
    )


def _list(steps: Sequence[Step], at: datetime) -> TodayItem:
    """The open steps of one newcomer; done settles all of them, one by one they stand on the board."""
    first = steps[0]
    day = (clock.local(at, first.zone).date() - clock.local(first.joined_at, first.zone).date()).days + 1
    return TodayItem(
        key=f"newcomer-list:{first.membership_id}:{first.sort}",
        at=first.due_at,
        kind="newcomer",
        text=ngettext("%(name)s, day %(day)d: %(n)d step", "%(name)s, day %(day)d: %(n)d steps", len(steps))
        % {"name": first.name, "day": day, "n": len(steps)},
        detail=_(", ").join(names_of([step.sort for step in steps])),
        url=_board(first.group_id, q=first.name),
        group=first.group,
        group_ids=(first.group_id,),
        done_url=address("members:newcomer-tasks", first.membership_id, CareState.DONE.value),
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
        done_url=address("members:newcomers-week", row.pk, CareState.DONE.value),
        done_label=DONE,
    )


def _board(group_id: int, **filters: str) -> str:
    return f"{address('members:newcomers')}?{urlencode({'group': group_id} | filters)}"
