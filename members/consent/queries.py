"""Reads of contacts and consents: what a person agreed to, and who may see or write it."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from members import queries
from members.consenting import WITHDRAWN, Purpose
from members.models import Consent, Contact, Membership, Person


@dataclass(frozen=True)
class Standing:
    """A purpose, and the latest word about it; None: nothing was said."""

    purpose: Purpose
    latest: Consent | None


def contacts_for(user: User) -> QuerySet[Contact]:
    """The contacts of persons whom a user sees."""
    seen = queries.persons_for(user, sandboxes=True).filter(pk=OuterRef("person"))
    return Contact.objects.filter(Exists(seen), removed_at=None).select_related("person")


def consents_for(user: User) -> QuerySet[Consent]:
    """The consents of persons whom a user sees."""
    seen = queries.persons_for(user, sandboxes=True).filter(pk=OuterRef("person"))
    return Consent.objects.filter(Exists(seen)).select_related("person")


def contacts_of(identities: list[Person]) -> QuerySet[Contact]:
    """How a human can be reached, under all of their identities."""
    return Contact.objects.filter(person__in=identities, removed_at=None).order_by("-at", "-pk")


def standing_of(identities: list[Person]) -> list[Standing]:
    """What counts for each purpose, with one query."""
    latest: dict[str, Consent] = {}
    for row in Consent.objects.filter(person__in=identities).select_related("by").order_by("at", "pk"):
        latest[row.purpose] = row
    return [Standing(purpose, latest.get(purpose)) for purpose in Purpose]


def refusal(person: Person, purpose: Purpose) -> str:
    """Why nothing of this purpose may be said to them, as a msgid; empty where they did not withdraw. Of all their identities."""
    return WITHDRAWN if withdrawn([person.merged_into_id or person.pk], purpose) else ""


def withdrawn(humans: Collection[int], purpose: Purpose) -> set[int]:
    """Of these humans those who last said, under whichever identity, that they want nothing of this purpose; one query."""
    rows = Consent.objects.filter(Q(person__in=humans) | Q(person__merged_into__in=humans), purpose=purpose).order_by("at", "pk")
    last = {merged or person: given for person, merged, given in rows.values_list("person", "person__merged_into", "given")}
    return {human for human, given in last.items() if not given}


def place(person: Person, user: User, right: GroupRight) -> int | None:
    """A group of the person on which the user has `right`, in whose trail the act is noted; None: there is none."""
    head = person.merged_into_id or person.pk
    rows = Membership.objects.filter(Q(person=head) | Q(person__merged_into=head), group__in=access.groups_with(user, right))
    return rows.order_by("pk").values_list("group", flat=True).first()
