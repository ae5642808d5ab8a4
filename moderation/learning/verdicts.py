"""What a group's model is taught: messages that people judged, as long as their text is kept, and ordinary ones beside them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery

from groupops.groups.models import Group
from groupops.inbound.models import StoredEvent
from groupops.messaging.adapter import EventKind
from moderation.detection.rules import RuleKind
from moderation.models import Case, Evidence, LearnedModel
from moderation.policy import AppealState
from moderation.policy.learning import HARMLESS, LEARNED, UPHELD, label
from moderation.policy.offences import TO_PEOPLE

ORDINARY = 1_000  # messages that nobody objected to
SETTLED = timedelta(days=1)  # so long people had time to object
OF_CONDUCT = frozenset({RuleKind.FLOOD, RuleKind.REPEAT, RuleKind.MENTIONS, RuleKind.EMOJI})  # not shown by a text


@dataclass(frozen=True, slots=True)
class Judged:
    """A message, whether it was an offence, and when that was decided."""

    text: str
    offence: bool
    at: datetime


def _by_people(path: str = "") -> Q:
    """Cases that a person judged: the machine's own decisions teach nothing until an appeal against them was answered."""
    stands = Q(**{f"{path}decisions__undone_at": None})
    human = stands & Q(**{f"{path}decisions__by__isnull": False})
    answered = Q(**{f"{path}strikes__appeal__state__in": [AppealState.UPHELD, AppealState.REJECTED]})
    return human | answered


def judged(group: Group) -> list[Judged]:
    """Every judged message of a group whose text is kept, the oldest verdict first. One query."""
    rows = Evidence.objects.filter(
        _by_people("case__"), case__group=group, case__state__in=UPHELD | HARMLESS, emptied_at=None, taken_back_at=None
    ).exclude(text="")
    told = rows.order_by("case__state_at", "pk").values_list("event_id", "text", "offence", "case__state", "case__state_at", "rule__sort")
    found: dict[int, Judged] = {}
    for event, text, offence, state, at, sort in told.distinct():
        taught = label(offence, state, in_text=sort not in OF_CONDUCT)
        if taught is not None and not (event in found and found[event].offence):
            found[event] = Judged(text, taught, at)
    return sorted(found.values(), key=lambda one: one.at)


def ordinary(group: Group, at: datetime) -> list[str]:
    """What was said in the group while nobody objected: at most ORDINARY texts, the newest. Two queries."""
    rows = StoredEvent.objects.filter(
        group=group, kind=EventKind.MESSAGE, own=False, person_id__isnull=False, occurred_at__lt=at - SETTLED
    ).exclude(text="")
    said = list(rows.order_by("-occurred_at", "-pk").values_list("pk", "text")[:ORDINARY])
    cited = set(Evidence.objects.filter(event_id__in=[pk for pk, _text in said]).values_list("event_id", flat=True))
    return [text for pk, text in said if pk not in cited]


def since_learned() -> QuerySet[Case]:
    """Judged cases that came after the newest model of their group."""
    newest = LearnedModel.objects.filter(group=OuterRef("group")).order_by().values("group").annotate(at=Max("at")).values("at")
    rows = Case.objects.filter(_by_people(), state__in=UPHELD | HARMLESS).annotate(learned_at=Subquery(newest))
    return rows.filter(Q(learned_at=None) | Q(state_at__gt=F("learned_at")))


def new_by_group(least: int) -> list[int]:
    """Groups with so many cases judged since, those with most first. One query."""
    rows = since_learned().filter(group__sandbox=False).order_by().values("group").annotate(n=Count("pk", distinct=True))
    return [row["group"] for row in rows.filter(n__gte=least).order_by("-n", "group")]


@dataclass(frozen=True, slots=True)
class Counts:
    """Judged messages of a group whose text is kept, and how many of them came after its newest model."""

    offences: int = 0
    harmless: int = 0
    new: int = 0


def counted(group_ids: Collection[int]) -> dict[int, Counts]:
    """By group, as `judged` would find them. One query."""
    newest = LearnedModel.objects.filter(group=OuterRef("case__group")).order_by().values("group").annotate(at=Max("at")).values("at")
    rows = Evidence.objects.filter(
        _by_people("case__"), case__group__in=group_ids, case__state__in=UPHELD | HARMLESS, emptied_at=None, taken_back_at=None
    ).exclude(text="")
    offence = Q(case__state__in=UPHELD, offence__in=LEARNED) & (Q(rule=None) | ~Q(rule__sort__in=OF_CONDUCT))
    harmless = Q(case__state__in=HARMLESS) | Q(case__state__in=UPHELD, offence__in=TO_PEOPLE)
    since = Q(learned_at=None) | Q(case__state_at__gt=F("learned_at"))
    summed = (
        rows.annotate(learned_at=Subquery(newest))
        .order_by()
        .values("case__group")
        .annotate(
            offences=Count("event_id", filter=offence, distinct=True),
            harmless=Count("event_id", filter=harmless, distinct=True),
            new=Count("event_id", filter=(offence | harmless) & since, distinct=True),
        )
    )
    return {row["case__group"]: Counts(row["offences"], row["harmless"], row["new"]) for row in summed}
