"""Reads before and after a merge: who may be the same human, what would stand together, who may say so."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from members import queries
from members.models import Membership, Person, PersonMerge

MOST = 20


@dataclass(frozen=True)
class Preview:
    """What a merge brings together: memberships that come along, and pairs in one group (the one that counts, the one that stands back)."""

    coming: list[Membership]
    pairs: list[tuple[Membership, Membership]]
    identities: list[Person]


def heads_for(user: User) -> QuerySet[Person]:
    """The persons a user sees that are not merged into another."""
    return queries.persons_for(user).filter(merged_into=None)


def suggestions(person: Person, user: User) -> QuerySet[Person]:
    """Persons of the same name, in the same group or on another platform: perhaps the same human."""
    return heads_for(user).filter(name=person.name).exclude(pk=person.pk).order_by("pk")[:MOST]


def found(person: Person, user: User, text: str) -> QuerySet[Person]:
    """Persons by name or account, to be picked."""
    wanted = Q(name__icontains=text) | Q(remote_id__icontains=text)
    return heads_for(user).filter(wanted).exclude(pk=person.pk).order_by("name", "pk")[:MOST]


def stays(person_ids: list[int]) -> QuerySet[Membership]:
    """The memberships of these identities that count, by group."""
    rows = Membership.objects.filter(person__in=person_ids, same_as=None)
    return rows.select_related("person__merged_into", "group").order_by("group_id", "pk")


def humans(person: Person) -> list[int]:
    """The ids of all identities of a human."""
    return list(queries.identities(person).values_list("pk", flat=True))


def preview(person: Person, into: Person) -> Preview:
    """What would come along, and which two memberships of one group would be one."""
    there = {row.group_id: row for row in stays(humans(into))}
    coming, pairs = list[Membership](), list[tuple[Membership, Membership]]()
    for row in stays(humans(person)):
        if row.group_id in there:
            pairs.append(counting(there[row.group_id], row))
        else:
            coming.append(row)
    return Preview(coming, pairs, list(queries.identities(person)))


def counting(first: Membership, second: Membership) -> tuple[Membership, Membership]:
    """Which of two memberships in one group counts: the one that is present, else that of whom the other is merged into."""
    return (second, first) if first.left_at is not None and second.left_at is None else (first, second)


def groups_of(person_ids: list[int]) -> QuerySet[Group]:
    """The groups in which these identities are or were."""
    return Group.objects.filter(memberships__person__in=person_ids).distinct()


def may_merge(user: User, person_ids: list[int]) -> bool:
    """Whether a user may say who these are: with the right to edit every group they are or were in."""
    groups = list(groups_of(person_ids))
    return all(GroupRight.EDIT in rights for rights in access.rights_on(user, groups).values())


def open_merges(person: Person) -> QuerySet[PersonMerge]:
    """The merges that made a human of several identities, the latest first."""
    rows = PersonMerge.objects.filter(person__in=humans(person), undone_at=None)
    return rows.select_related("person", "into", "by").order_by("-at", "-pk")
