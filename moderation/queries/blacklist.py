"""Who is kept out of where: entries that a user sees, and those that hold for somebody who is in a group."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from groupops.accounts.models import User
from groupops.accounts.policy import Role
from groupops.groups import access
from groupops.groups.access import BY_ROLE, GroupRight
from groupops.groups.policy import Scope
from members import queries as members
from members.models import Membership, Person
from moderation.models import Barred
from moderation.models.blacklist import IN_FORCE, WAITS


def blacklist_for(user: User) -> QuerySet[Barred]:
    """Those of the groups in which a user moderates; those of kinds and of everywhere for roles that moderate everywhere."""
    seen = access.among(user, GroupRight.MODERATE)
    if user.is_active and GroupRight.MODERATE in BY_ROLE[Role(user.role)]:
        seen |= Q(group=None)
    return Barred.objects.filter(seen).select_related("person", "group", "kind", "by", "second_by", "lifted_by")


def barred_for(user: User, pk: int) -> Barred:
    """One of them; 404 for a foreign or an absent one."""
    return get_object_or_404(blacklist_for(user), pk=pk)


def in_force(at: datetime) -> QuerySet[Barred]:
    """The entries that hold at `at`."""
    return Barred.objects.filter(IN_FORCE).filter(Q(until=None) | Q(until__gt=at)).exclude(WAITS)


def for_a_second(user: User) -> QuerySet[Barred]:
    """The entries that wait for a second reviewer, without those that the user made."""
    return blacklist_for(user).filter(WAITS).exclude(by=user)


def held_against(memberships: Collection[int], at: datetime) -> dict[int, Barred]:
    """By membership: the entry by which its human is kept out of its group, whatever their identity. Two queries."""
    rows = Membership.objects.filter(pk__in=memberships)
    stays = list(rows.values_list("pk", "group", "group__kind", "person", "person__merged_into"))
    humans = {into or person for _pk, _group, _kind, person, into in stays}
    entries = in_force(at).filter(Q(person__in=humans) | Q(person__merged_into__in=humans)).select_related("person").order_by("pk")
    by_human: dict[int, list[Barred]] = {}
    for entry in entries:
        by_human.setdefault(entry.person.merged_into_id or entry.person_id, []).append(entry)
    found = {}
    for pk, group, kind, person, into in stays:
        held = next((one for one in by_human.get(into or person, []) if _covers(one, group, kind)), None)
        if held is not None:
            found[pk] = held
    return found


def _covers(entry: Barred, group: int, kind: int | None) -> bool:
    if entry.scope == Scope.KIND:
        return entry.kind_id == kind
    return entry.scope == Scope.SITE or entry.group_id == group


def covered(entries: Iterable[Barred]) -> Q:
    """The memberships of these entries' humans in the groups that they cover."""
    found = Q(pk__in=[])
    for entry in entries:
        human = entry.person.merged_into_id or entry.person_id
        place = Q() if entry.scope == Scope.SITE else Q(group__kind=entry.kind_id) if entry.scope == Scope.KIND else Q(group=entry.group_id)
        found |= (Q(person=human) | Q(person__merged_into=human)) & place
    return found


def somebody(user: User, text: str) -> list[Person]:
    """The humans whom a user sees and who bear this account or exactly this name; at most two, which is one too many."""
    asked = text.strip()
    seen = members.persons_for(user).filter(Q(remote_id=asked) | Q(name=asked)).select_related("merged_into").order_by("pk")
    return list({person.human.pk: person.human for person in seen[:20]}.values())[:2]
