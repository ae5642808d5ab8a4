"""What the demo's staff have done until now: old questions are settled, newcomers greeted, care tasks done. The latest are left."""

from collections import defaultdict
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from groupops.accounts.models import User
from groupops.groups.models import Group
from members.asking import How, QuestionState
from members.care import services as care
from members.caring import CareState
from members.models import CareTask, Question
from members.newcomers import services as newcomers
from members.questions import services as questions

LATELY = timedelta(hours=6)
FEW = 2  # questions of a group that still wait, the latest of the last day
A_DAY, LOOKED_AFTER = timedelta(days=1), timedelta(days=10)
SOON = timedelta(minutes=40)  # after the last question of a day its open ones are answered
LATER = timedelta(hours=10)  # than the night that proposed it, a care task is done
LEFT = {0: 4, 1: 10, 2: 20, 3: 20}  # of the tasks of so many nights ago every so manieth still waits; of older ones none
NOT_NEEDED = 9  # every so manieth is dropped


def tend(groups: list[Group], *, by: User, at: datetime) -> None:
    """Everything but the latest of each group: of the last days each evening what nobody had answered; what is older has lapsed."""
    questions.lapse(at=at - LOOKED_AFTER)
    waiting = Question.objects.filter(group__in=groups, state=QuestionState.OPEN)
    left = [pk for group in groups for pk in _latest(waiting.filter(group=group), at)]
    days: defaultdict[date, list[Question]] = defaultdict(list)
    for row in waiting.exclude(pk__in=left).select_related("group").order_by("asked_at", "pk"):
        days[row.asked_at.date()].append(row)
    for rows in days.values():
        questions.settle(questions=rows, how=How.STAFF, by=by, at=min(rows[-1].asked_at + SOON, at))
    for group in groups:
        newcomers.greet(group=group, until=at - A_DAY, by=by, at=at)


def _latest(waiting: QuerySet[Question], at: datetime) -> list[int]:
    """A few of the last hours; where nobody asked in them, the last of the day."""
    found = list(waiting.filter(asked_at__gt=at - A_DAY).order_by("-asked_at", "-pk").values_list("pk", "asked_at")[:FEW])
    return [pk for n, (pk, asked_at) in enumerate(found) if n == 0 or asked_at > at - LATELY]


def care_for(*, proposed: datetime, nights: int, by: User, at: datetime) -> None:
    """The day after a night `nights` nights ago: what it proposed is done or dropped, but for the few that are left."""
    made = CareTask.objects.filter(created_at=proposed, created_by=None, state=CareState.OPEN)
    pks = list(made.order_by("pk").values_list("pk", flat=True))
    left = pks[nights % 4 :: LEFT[nights]] if nights in LEFT else []
    dropped = pks[1::NOT_NEEDED]
    when = min(proposed + LATER, at)
    care.settle(pks=set(pks) - {*left, *dropped}, to=CareState.DONE, by=by, at=when)
    care.settle(pks=set(dropped) - set(left), to=CareState.DROPPED, by=by, at=when)
