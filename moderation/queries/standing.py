"""What counts against a member now, who holds a post, how much the machine has done already."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from groupops.groups import queries as groups
from groupops.groups.models import Group, Kind
from members.models import Colleague, Membership, Person
from moderation.models import Decision, Strike
from moderation.policy import Act, CaseState, Ladder, LadderRule, Words

HOUR = timedelta(hours=1)
LADDERS, WORDS = "moderation.ladders", "moderation.words"
INCIDENT = timedelta(minutes=3)  # what follows so soon on a decided violation belongs to it
# Of a decision: recalls of messages that came after it. Those that a person was asked about bear why.
FURTHER = Q(measures__act=Act.RECALL, measures__at__gt=F("case__state_at"), measures__why="", case__state=CaseState.PUNISHED)
Standing = Counter[tuple[int, str]]


def ladder_rules(rows: Iterable[Group]) -> dict[int, LadderRule]:
    """The policy of ladders that counts for each group, by its pk."""
    return groups.policies_for(LADDERS, rows)


def words_of(group: Group) -> Words:
    """The texts that count for a group."""
    found: Words = groups.policy(WORDS, group=group)
    return found


def standings(memberships: Collection[int], at: datetime) -> Standing:
    """The weight of the strikes in force at `at`, by (membership, ladder). Two queries.

    The identities of one human count together for as long as they are one: nothing is copied, so parting them parts the strikes.
    """
    counting = heads(memberships)
    rows = of_human(counting.values()).filter(expires_at__gt=at, at__lte=at, overruled_at=None).order_by()
    summed = rows.values_list("head", "ladder").annotate(n=Sum("weight"))
    found = {(head, ladder): n for head, ladder, n in summed}
    return Counter({(pk, ladder): n for pk, head in counting.items() for ladder in Ladder.values if (n := found.get((head, ladder)))})


def heads(memberships: Collection[int]) -> dict[int, int]:
    """By membership: the one that counts for its human in the group. One query."""
    rows = Membership.objects.filter(pk__in=memberships)
    return dict(rows.values_list("pk", Coalesce("same_as", "pk")))


def of_human(heads: Iterable[int]) -> QuerySet[Any, Any]:
    """The strikes of these humans in their groups, under whatever identity; annotated with `head`."""
    pks = list(heads)
    rows = Strike.objects.filter(Q(membership__in=pks) | Q(membership__same_as__in=pks))
    return rows.annotate(head=Coalesce("membership__same_as", "membership"))


def standing(membership: int, ladder: Ladder, at: datetime) -> int:
    """`standings` of one member on one ladder."""
    return standings([membership], at)[membership, ladder]


def holders(memberships: Collection[int]) -> set[int]:
    """Of these memberships, those whose human is one of us: holds a post, or works here. One query."""
    rows = Membership.objects.filter(pk__in=memberships)
    persons = {pk: {person, into or person} for pk, person, into in rows.values_list("pk", "person", "person__merged_into")}
    known = Colleague.objects.filter(person__in={one for both in persons.values() for one in both}, user__is_active=True)
    ours = set(known.values_list("person", flat=True))
    return {pk for pk, both in persons.items() if both & ours}


def is_ours(human: Person) -> bool:
    """`holders` of a human who may be in no group, under any identity. One query."""
    mine = Q(person=human) | Q(person__merged_into=human)
    return Colleague.objects.filter(mine, user__is_active=True).exists()


def ladder_rule(*, group: Group | None, kind: Kind | None) -> LadderRule:
    """The policy of ladders that counts in one place; neither: of the whole site."""
    found: LadderRule = groups.policy(LADDERS, group=group, kind=kind)
    return found


def dealt_with(group_ids: Collection[int], at: datetime) -> dict[int, int]:
    """How often the machine acted in each group in the last hour: cases it decided, and further messages that it recalled. One query."""
    rows = Decision.objects.filter(undone_at=None, at__gt=at - HOUR - INCIDENT, case__group__in=group_ids).order_by()
    decided = Count("pk", filter=Q(by=None, at__gt=at - HOUR), distinct=True)
    further = Count("measures", filter=FURTHER & Q(measures__at__gt=at - HOUR), distinct=True)
    counted = rows.values_list("case__group").annotate(decided=decided, further=further)
    return {group: one + more for group, one, more in counted}
