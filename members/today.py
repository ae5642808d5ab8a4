"""Remind: questions that wait longer than the goal and care tasks, one item each; newcomers to greet, one item a group."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from urllib.parse import urlencode

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from groupops.accounts.models import User
from groupops.accounts.standing import Standing
from groupops.shared.addresses import address
from groupops.shared.today import LIMIT, TodayItem
from members.arriving import WelcomeState
from members.care import queries as care
from members.caring import CareSort
from members.models import CareTask, Question
from members.newcomers.lists import SORTS
from members.newcomers.queries import newcomers
from members.questions import queries

LONG = timedelta(hours=4)  # a question that waits so long beyond its goal is urgent
LONG_CARE = timedelta(days=2)
NAMED = 3  # newcomers by name, and how many more
MOST_NEW = 500  # newcomers looked at: a raid is not a list of greetings
EXCERPT = 60


NEW = ("pk", "group", "group__name", "person__name", "joined_at", "welcome__state")

QUESTION = ("asked_at", "due_at", "group__name", "event__text", "membership__person__name")  # what is told of one; an event is large
CARE = ("sort", "note", "due_at", "group__name", "membership__person__name")
OTHERS = [sort.value for sort in CareSort if sort not in (*SORTS, CareSort.PRAISE)]  # told here: newcomers' steps and praises have lists

OVERDUE = Standing(lambda user, at: queries.overdue(user, at).only(*QUESTION)[:LIMIT])
TO_GREET = Standing(lambda user, at: newcomers(user, at).values_list(*NEW)[:MOST_NEW])
TO_CARE = Standing(lambda user, at: care.due(user, at, sorts=OTHERS).only(*CARE)[:LIMIT])


def source(user: User, at: datetime) -> list[TodayItem]:
    """Three queries, however many groups."""
    asked = [_question(row, at) for row in OVERDUE(user, at)]
    return asked + _to_greet(user, at) + [_care(row, at) for row in TO_CARE(user, at)]


def _question(row: Question, at: datetime) -> TodayItem:
    said = Truncator(row.event.text if row.event else "").chars(EXCERPT)
    return TodayItem(
        at=row.due_at,
        kind="question",
        text=_("%(name)s asks: %(text)s") % {"name": row.membership.person.name, "text": said},
        url=f"{address('members:questions')}?{urlencode({'group': row.group_id})}#question-{row.pk}",
        group=row.group.name,
        group_ids=(row.group_id,),
        urgent=at - row.due_at >= LONG,
        key=f"question:{row.pk}",
        done_url=address("members:question-settle", row.pk, "answered"),
        done_label=gettext_lazy("Answered"),
    )


def _care(row: CareTask, at: datetime) -> TodayItem:
    """The sort's own words, or what a colleague wrote."""
    return TodayItem(
        at=row.due_at,
        kind="care",
        text=_("%(name)s: %(what)s") % {"name": row.membership.person.name, "what": row.note or CareSort(row.sort).label},
        url=address("members:profile", row.membership.person_id),
        group=row.group.name,
        group_ids=(row.group_id,),
        urgent=at - row.due_at >= LONG_CARE,
        key=f"care:{row.pk}",
        done_url=address("members:care-settle", row.pk, "done"),
        done_label=gettext_lazy("Done"),
    )


@dataclass(frozen=True)
class New:
    """A newcomer as the list tells of them."""

    pk: int
    group_id: int
    group: str
    name: str
    joined_at: datetime
    welcome: str | None  # what became of the machine's welcome; None: none was meant for them


def _to_greet(user: User, at: datetime) -> list[TodayItem]:
    groups: dict[int, list[New]] = {}
    for row in TO_GREET(user, at):
        groups.setdefault(row[1], []).append(New(*row))
    return [_greeting(rows) for rows in islice(groups.values(), LIMIT)]


def _greeting(rows: Sequence[New]) -> TodayItem:
    """`until` in the address: whoever comes in after this page was drawn is not ticked off with the others."""
    first, last = rows[0], rows[-1]
    names, more = _(", ").join(row.name for row in rows[:NAMED]), len(rows) - NAMED
    who = names if more <= 0 else _("%(names)s and %(n)d more") % {"names": names, "n": more}
    text = ngettext("%(n)d newcomer to greet: %(who)s", "%(n)d newcomers to greet: %(who)s", len(rows))
    return TodayItem(
        at=first.joined_at,
        kind="newcomer",
        text=text % {"n": len(rows), "who": who},
        detail=_welcomed(rows),
        url=f"{address('members:newcomers')}?{urlencode({'group': first.group_id})}",
        group=first.group,
        group_ids=(first.group_id,),
        key=f"newcomers:{first.group_id}:{first.pk}",
        done_url=f"{address('members:greet', first.group_id)}?{urlencode({'until': last.joined_at.isoformat()})}",
        done_label=gettext_lazy("Greeted"),
    )


def _welcomed(rows: Sequence[New]) -> str:
    """What the machine said to them: a welcome is no greeting by a person."""
    states = {row.welcome for row in rows}
    if states == {WelcomeState.SAID}:
        return _("The welcome was said; nobody has greeted them in person.")
    if WelcomeState.SILENT in states:
        return _("So many came at once that no welcome was said.")
    return ""
