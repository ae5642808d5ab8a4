"""Reads of the questions: what waits, what a person may see, what the pipeline needs to know, how long answers take."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups import queries as groups
from groupops.groups.policy import Coverage
from groupops.inbound.models import EventState, StoredEvent
from groupops.messaging.adapter import EventKind
from groupops.shared.compiled import Among, Compiled, Given
from members import asking
from members import queries as members
from members.asking import HEARD, How, QuestionState
from members.models import Membership, Question
from members.questions.listening import Open, Said
from members.tiering import Tier

EARLY = timedelta(hours=2)  # an answer that arrives before its question arrives at most so early
MOST_EARLY = 500
MEDIAN_OF = timedelta(days=30)
MEDIAN_MOST = 5000  # answers, the latest first, of all groups together


def questions_for(user: User) -> QuerySet[Question]:
    """The questions a user may see, with what a page shows of them."""
    rows = Question.objects.filter(group__in=access.visible_to(user))
    return rows.select_related(
        "group", "event", "membership__person", "membership__same_as", "answered_by__person", "taken_by", "settled_by"
    )


def waiting(groups: Collection[int], *, since: datetime, until: datetime) -> list[Open]:
    """The open questions of these groups asked between two moments, locked, oldest first."""
    return [_open(*row) for row in WAITING(groups=list(groups), since=since, until=until)]


def answered_later(asked: Collection[Said]) -> list[Open]:
    """Questions of these askers whose answer is younger than what they ask now, locked: what they ask now then arrived late."""
    rows = Question.objects.filter(
        membership__in=members.with_others({said.membership_id for said in asked}),
        state=QuestionState.ANSWERED,
        how__in=HEARD,
        answered_at__gt=min(said.at for said in asked),
    )
    return [_open(*row) for row in _locked(rows)]


def _locked(rows: QuerySet[Question]) -> QuerySet[Question, Any]:
    rows = rows.annotate(stay=Coalesce("membership__same_as", "membership"))  # of the human, by whichever identity they asked
    columns = ("pk", "event_id", "group_id", "stay", "cue", "asked_at", "last_asked_at", "times")
    whose = ("membership__person__name", "membership__person__remote_id", "event__remote_message")
    became = ("due_at", "how", "answered_at", "answered_by_id", "answer_id", "waited")
    return rows.select_for_update(of=("self",)).order_by("last_asked_at", "pk").values_list(*columns, *whose, *became)


# Asked for with every batch of messages.
WAITING = Compiled(
    lambda: _locked(
        Question.objects.filter(
            Among("group_id", "groups"), state=QuestionState.OPEN, last_asked_at__gte=Given("since"), asked_at__lte=Given("until")
        )
    )
)


def _open(*row: Any) -> Open:
    *known, message, due_at, how, answered_at, answered_by, answer, waited = row
    values: list[Any] = [*known, message or "", due_at, How(how), answered_at, answered_by, answer, waited]
    return Open(*values)


def came_early(batch: Collection[int], asked: Iterable[Said]) -> list[Said]:
    """What was said after these questions and was understood before them, because they arrived late; two queries, mostly with no rows."""
    first: dict[int, datetime] = {}
    last: dict[int, datetime] = {}
    for said in asked:
        first[said.group_id] = min(first.get(said.group_id, said.at), said.at)
        last[said.group_id] = max(last.get(said.group_id, said.at), said.at)
    later = Q(pk=None)
    for group_id, at in first.items():
        later |= Q(group=group_id, occurred_at__gt=at, occurred_at__lte=last[group_id] + EARLY)
    rows = StoredEvent.objects.filter(later, kind=EventKind.MESSAGE, state=EventState.DONE, own=False, person_id__isnull=False)
    columns = ("pk", "group_id", "person_id", "user_name", "remote_user", "text", "occurred_at")
    found = [row for row in rows.order_by("occurred_at", "pk").values_list(*columns)[:MOST_EARLY] if row[0] not in batch]
    if not found:
        return []
    stays = _memberships({row[2] for row in found}, set(first))
    return [
        Said(pk, group_id, stays[person_id, group_id], name, user, text, at, is_news=False)
        for pk, group_id, person_id, name, user, text, at in found
        if (person_id, group_id) in stays
    ]


def _memberships(persons: Collection[int], groups: Collection[int]) -> dict[tuple[int, int], int]:
    rows = Membership.objects.filter(person__in=persons, group__in=groups).annotate(stay=Coalesce("same_as", "pk"))
    return {(person, group): pk for person, group, pk in rows.values_list("person_id", "group_id", "stay")}


def policies(group_ids: Collection[int]) -> dict[int, Coverage]:
    """What counts in these groups. Two queries."""
    return groups.policies_of("content.coverage", group_ids)


def counts(rows: QuerySet[Question]) -> dict[str, int]:
    """How many are in which state."""
    return dict(rows.order_by().values("state").annotate(n=Count("pk")).values_list("state", "n"))


@dataclass(frozen=True)
class Speed:
    """How long a group's questions waited, in waking time; of how many."""

    group_id: int
    group: str
    minutes: int
    answers: int


def speeds(user: User, at: datetime, *, group_ids: Collection[int] | None = None) -> list[Speed]:
    """The median answering time of each group that a user sees, of the last 30 days, the slowest first. One query."""
    waited: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
    for group_id, name, seconds in _lately(user, at, group_ids).values_list("group", "group__name", "waited")[:MEDIAN_MOST]:
        waited[group_id, name].append(seconds or 0)
    found = [Speed(pk, name, _minutes(all_), len(all_)) for (pk, name), all_ in waited.items()]
    return sorted(found, key=lambda speed: (-speed.minutes, speed.group))


@dataclass(frozen=True)
class TierSpeed:
    """How long the questions of a tier's members waited, in waking time; of how many. Active members come first (seed: 优先回复)."""

    tier: Tier
    minutes: int
    answers: int


def speeds_by_tier(user: User, at: datetime) -> list[TierSpeed]:
    """The median answering time by the tier that the asker is in now, the highest first, of the last 30 days. One query."""
    waited: defaultdict[str, list[int]] = defaultdict(list)
    rows = _lately(user, at, None).annotate(tier=Coalesce("membership__same_as__tier", "membership__tier"))
    for tier, seconds in rows.values_list("tier", "waited")[:MEDIAN_MOST]:
        waited[tier].append(seconds or 0)
    return [TierSpeed(tier, _minutes(waited[tier]), len(waited[tier])) for tier in Tier if waited[tier]]


def _lately(user: User, at: datetime, group_ids: Collection[int] | None) -> QuerySet[Question]:
    """What was answered of the last 30 days' questions, the latest first."""
    rows = Question.objects.filter(
        group__in=access.visible_to(user) if group_ids is None else group_ids,
        state=QuestionState.ANSWERED,
        asked_at__gte=at - MEDIAN_OF,
        waited__isnull=False,
    )
    return rows.order_by("-asked_at", "-pk")


def _minutes(waited: Sequence[int]) -> int:
    return round((asking.median(waited) or 0) / 60)


def overdue(user: User, at: datetime) -> QuerySet[Question]:
    """The questions beyond the goal in groups where a user may care for them, the longest waiting first."""
    rows = Question.objects.filter(access.among(user, access.GroupRight.CARE), state=QuestionState.OPEN, due_at__lte=at)
    return rows.select_related("group", "event", "membership__person").order_by("asked_at", "pk")


def stale(at: datetime) -> list[tuple[int, int, datetime]]:
    """Open questions that may have lapsed: (id, group, when they were last asked)."""
    rows = Question.objects.filter(state=QuestionState.OPEN, last_asked_at__lte=at - timedelta(days=1))
    return list(rows.order_by("pk").values_list("pk", "group_id", F("last_asked_at"))[:5000])
