"""Merge two persons, and part them again. History stays where it is: a merge is a pointer, and parting takes the pointer away."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.record import services as record
from groupops.shared.errors import Conflict, Forbidden
from members import services as members
from members.identity import queries
from members.models import Membership, Person, PersonMerge


class NotTwo(Conflict):
    """They are one human already, or one of them was merged elsewhere."""


class NotMerged(Conflict):
    """There is nothing to part."""


def merge(*, person: Person, into: Person, by: User, at: datetime) -> PersonMerge:
    """Say that `person` is the same human as `into`, with all identities of both. Chains are flattened: pointers lead to the last.

    In a group where both are members, one membership counts and the other stands back. Raises Forbidden, NotTwo.
    """
    with transaction.atomic():
        first, second = _locked([person.pk, into.pk])
        source, target = (first, second) if first.pk == person.pk else (second, first)
        if source.pk == target.pk or source.merged_into_id or target.merged_into_id:
            raise NotTwo(_("One of the two was merged already. Open the profile again."))
        theirs, ours = queries.humans(source), queries.humans(target)
        _demand(by, [*theirs, *ours])
        joined = _join(theirs, ours)
        Person.objects.filter(pk__in=theirs).update(merged_into=target)
        made = PersonMerge.objects.create(person=source, into=target, joined=joined, by=by, at=at)
        _told(made, "person.merge", by, at, [*theirs, *ours])
    return made


def part(*, person: Person, by: User, at: datetime) -> None:
    """Take the merge of `person` back, with the identities that came with it. Raises Forbidden, NotMerged.

    What the human did since stays with the membership that counted. Of several merges, taken back in whatever order, what is left is as
    if only the others had been made; after the last everything is as it was before the first.
    """
    with transaction.atomic():
        head_id = Person.objects.filter(pk=person.pk).values_list("merged_into", flat=True).get()
        if head_id is None:
            raise NotMerged(_("This person is not merged into another."))
        _locked([person.pk, head_id])
        everybody = queries.humans(Person.objects.get(pk=head_id))
        if person.pk not in everybody:
            raise NotMerged(_("This person is not merged into another."))
        _demand(by, everybody)
        merges = list(PersonMerge.objects.select_for_update().filter(person__in=everybody, undone_at=None).order_by("pk"))
        gone = _branch(person.pk, merges)
        Person.objects.filter(pk__in=gone).update(merged_into=person)
        Person.objects.filter(pk=person.pk).update(merged_into=None)
        for row in reversed(merges):
            _split(row.joined)
        [undone] = [row for row in merges if row.person_id == person.pk]
        undone.undone_at, undone.undone_by = at, by
        undone.save(update_fields=["undone_at", "undone_by"])
        _join_again([row for row in merges if row is not undone])
        _told(undone, "person.part", by, at, everybody)
        _mend(gone, [pk for pk in everybody if pk not in gone])


def _locked(pks: list[int]) -> tuple[Person, Person]:
    rows = {row.pk: row for row in Person.objects.select_for_update().filter(pk__in=pks).order_by("pk")}
    return rows[pks[0]], rows[pks[1]]


def _demand(by: User, person_ids: list[int]) -> None:
    if not queries.may_merge(by, person_ids):
        raise Forbidden(_("Only somebody who may change every group of both says that they are one."))


def _join(theirs: list[int], ours: list[int]) -> list[dict[str, Any]]:
    """In each group where both are: which membership stands back. The other one knows when the human last spoke."""
    there = {row.group_id: row for row in queries.stays(ours).select_for_update(of=("self",))}
    joined = []
    for row in queries.stays(theirs).select_for_update(of=("self",)):
        if row.group_id not in there:
            continue
        counts, back = queries.counting(there[row.group_id], row)
        was, became = counts.last_spoke_at, max(filter(None, (counts.last_spoke_at, back.last_spoke_at)), default=None)
        Membership.objects.filter(pk=back.pk).update(same_as=counts)
        Membership.objects.filter(pk=counts.pk).update(last_spoke_at=became)
        joined.append({"row": back.pk, "to": counts.pk, "spoke": [at and at.isoformat() for at in (was, became)]})
    return joined


def _split(joined: list[dict[str, Any]]) -> None:
    for pair in joined:
        Membership.objects.filter(pk=pair["row"]).update(same_as=None)
        was, became = (at and datetime.fromisoformat(at) for at in pair["spoke"])
        if was != became:
            Membership.objects.filter(pk=pair["to"], last_spoke_at=became).update(last_spoke_at=was)


def _join_again(merges: Iterable[PersonMerge]) -> None:
    """The merges that stand, one after another, as if the one between them had never been made."""
    identities: dict[int, list[int]] = {}
    for row in merges:
        theirs, ours = (identities.get(pk, [pk]) for pk in (row.person_id, row.into_id))
        row.joined = _join(theirs, ours)
        row.save(update_fields=["joined"])
        identities |= {pk: [*theirs, *ours] for pk in (*theirs, *ours)}


def _branch(person_id: int, merges: Iterable[PersonMerge]) -> list[int]:
    """The person and whoever was merged into it, directly or by another."""
    below: dict[int, list[int]] = {}
    for row in merges:
        below.setdefault(row.into_id, []).append(row.person_id)
    found, waiting = list[int](), [person_id]
    while waiting:
        found.append(waiting.pop())
        waiting += below.get(found[-1], [])
    return found


def _mend(*sides: list[int]) -> None:
    """Memberships that came since: none stands back for one of somebody else."""
    for side in sides:
        strays = Membership.objects.filter(person__in=side, same_as__isnull=False).exclude(same_as__person__in=side).order_by("pk")
        for row in strays:
            counts = Membership.objects.filter(person__in=side, group=row.group_id, same_as=None).order_by("pk").first()
            Membership.objects.filter(pk=row.pk).update(same_as=counts)


def _told(row: PersonMerge, verb: str, by: User, at: datetime, person_ids: list[int]) -> None:
    """A line in the trail of each group that sees them, and the size of each counted anew."""
    groups = list(queries.groups_of(person_ids).values_list("pk", flat=True))
    after = {"person": row.person_id, "into": row.into_id}
    for group_id in groups:
        record.audit(by=by, verb=verb, target=row.person, at=at, after=after, group_id=group_id)
    if not groups:
        record.audit(by=by, verb=verb, target=row.person, at=at, after=after)
    members.resize(group_ids=groups)
