"""What the demo's staff have done until now: old questions are settled, newcomers greeted, care tasks done. The latest are left."""

from datetime import datetime, timedelta

from groupops.accounts.models import User
from groupops.groups.models import Group
from members.asking import How, QuestionState
from members.care import services as care
from members.caring import CareState
from members.models import CareTask, Question
from members.newcomers import services as newcomers
from members.questions import services as questions

FEW = 2  # questions of a group that still wait, the latest of the last day
A_DAY = timedelta(days=1)
LATER = timedelta(hours=10)  # than the night that proposed it, a care task is done
LEFT = {0: 4, 1: 10, 2: 20, 3: 20}  # of the tasks of so many nights ago every so manieth still waits; of older ones none
NOT_NEEDED = 9  # every so manieth is dropped


def tend(groups: list[Group], *, by: User, at: datetime) -> None:
    """Everything but the latest of each group."""
    for group in groups:
        waiting = Question.objects.filter(group=group, state=QuestionState.OPEN).order_by("-asked_at", "-pk")
        left = waiting.filter(asked_at__gt=at - A_DAY).values_list("pk", flat=True)[:FEW]
        over = list(waiting.exclude(pk__in=list(left)))
        questions.settle(questions=over, how=How.STAFF, by=by, at=at)
        newcomers.greet(group=group, until=at - A_DAY, by=by, at=at)


def care_for(*, proposed: datetime, nights: int, by: User, at: datetime) -> None:
    """The day after a night `nights` nights ago: what it proposed is done or dropped, but for the few that are left."""
    made = CareTask.objects.filter(created_at=proposed, created_by=None, state=CareState.OPEN)
    pks = list(made.order_by("pk").values_list("pk", flat=True))
    left = pks[nights % 4 :: LEFT[nights]] if nights in LEFT else []
    dropped = pks[1::NOT_NEEDED]
    when = min(proposed + LATER, at)
    care.settle(pks=set(pks) - {*left, *dropped}, to=CareState.DONE, by=by, at=when)
    care.settle(pks=set(dropped) - set(left), to=CareState.DROPPED, by=by, at=when)
