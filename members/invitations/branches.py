"""The tree of who invited whom below one member, as far as a page can draw it: a query a level, each level bounded."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber

from groupops.accounts.models import User
from groupops.groups import access
from members.models import Membership, Person

LEVELS = 3
FEW = 8  # drawn of one inviter; the others are one click away


@dataclass
class Branch:
    """Somebody who came, those who came by them, and how many of these are not drawn."""

    stay: Membership
    below: list["Branch"] = field(default_factory=list)
    more: int = 0


@dataclass(frozen=True)
class Drawn:
    """Everything that is drawn below one member."""

    branches: list[Branch]
    more: int


def below(user: User, person: Person) -> Drawn:
    """Who came by them, and by those, LEVELS deep, the newest first. Nobody stands below themselves, even where two invited each other."""
    seen, found, more = {person.pk}, dict[int, list[Branch]](), dict[int, int]()
    level: Collection[int] = [person.pk]
    for _level in range(LEVELS):
        rows = list(_brought(user, level)) if level else []
        told = defaultdict(list)
        for row in rows:
            if row.person_id not in seen:
                told[row.invited_by_id].append(Branch(row))
            more[row.invited_by_id or 0] = row.total - FEW  # type: ignore[attr-defined]
        found |= {inviter: some for inviter, some in told.items() if inviter}
        level = {branch.stay.person_id for some in told.values() for branch in some}
        seen |= set(level)
    for branch in (branch for some in found.values() for branch in some):
        branch.below, branch.more = found.get(branch.stay.person_id, []), max(more.get(branch.stay.person_id, 0), 0)
    return Drawn(found.get(person.pk, []), max(more.get(person.pk, 0), 0))


def _brought(user: User, inviters: Collection[int]) -> QuerySet[Membership]:
    """The FEW newest of each inviter, with `total`, how many they brought."""
    rows = Membership.objects.filter(invited_by__in=inviters, group__in=access.visible_to(user))
    newest = [F("joined_at").desc(), F("pk").desc()]
    place = Window(RowNumber(), partition_by="invited_by", order_by=newest)
    ranked = rows.annotate(place=place, total=Window(Count("pk"), partition_by="invited_by")).filter(place__lte=FEW)
    return ranked.select_related("person__merged_into", "group").order_by("place", "pk")
