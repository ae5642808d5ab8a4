"""What the demo's operator has done until now: old questions are settled, newcomers of earlier days are greeted. The latest are left."""

from datetime import datetime, timedelta

from groupops.accounts.models import User
from groupops.groups.models import Group
from members.asking import How, QuestionState
from members.models import Question
from members.newcomers import services as newcomers
from members.questions import services as questions

FEW = 2  # questions of a group that still wait, the latest of the last day
A_DAY = timedelta(days=1)


def tend(groups: list[Group], *, by: User, at: datetime) -> None:
    """Everything but the latest of each group."""
    for group in groups:
        waiting = Question.objects.filter(group=group, state=QuestionState.OPEN).order_by("-asked_at", "-pk")
        left = waiting.filter(asked_at__gt=at - A_DAY).values_list("pk", flat=True)[:FEW]
        over = list(waiting.exclude(pk__in=list(left)))
        questions.settle(questions=over, how=How.STAFF, by=by, at=at)
        newcomers.greet(group=group, until=at - A_DAY, by=by, at=at)
