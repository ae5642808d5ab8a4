"""Reads of the praises: who helped, who was praised this week, what waits."""

from collections import Counter
from datetime import datetime

from django.db.models import Count, F, QuerySet
from django.db.models.functions import Coalesce

from groupops.accounts.models import User
from groupops.groups.models import Group
from groupops.groups.policy import Lifecycle
from members.asking import QuestionState
from members.care import queries as care
from members.caring import CareSort
from members.models import CareTask, Colleague, Question
from members.praising import WINDOW, Helped, week_of


def watched() -> QuerySet[Group]:
    """The groups in which somebody can be praised."""
    return Group.objects.filter(lifecycle=Lifecycle.ACTIVE, sandbox=False)


def helped(at: datetime) -> list[Helped]:
    """Who of the members answered others in the last week, colleagues left out. One query."""
    rows = Question.objects.filter(
        state=QuestionState.ANSWERED,
        answered_at__gt=at - WINDOW,
        answered_at__lte=at,
        answered_by__left_at=None,
        group__in=watched(),
    ).exclude(answered_by=F("membership"))
    human = Coalesce(F("answered_by__person__merged_into"), F("answered_by__person"))
    colleagues = Colleague.objects.values("person")
    strangers = rows.annotate(human=human).exclude(human__in=colleagues).exclude(answered_by__person__in=colleagues)
    counted = strangers.order_by().values("answered_by", "group", "human").annotate(n=Count("pk"))
    return [Helped(*row) for row in counted.values_list("answered_by", "group", "human", "n")]


def praised(at: datetime) -> tuple[set[int], dict[int, int]]:
    """Who has a praise of this week already, and how many each group has."""
    human = Coalesce(F("membership__person__merged_into"), F("membership__person"))
    rows = CareTask.objects.filter(sort=CareSort.PRAISE, occasion=week_of(at)).annotate(human=human).values_list("human", "group")
    found = list(rows)
    return {person for person, _group in found}, dict(Counter(group for _person, group in found))


def praises_for(user: User) -> QuerySet[CareTask]:
    """The praises of the groups a user may care for."""
    return care.tasks_for(user).filter(sort=CareSort.PRAISE)
