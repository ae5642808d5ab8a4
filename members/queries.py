"""Reads of the members: the roster, a person's profile, what they did day by day."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from django.db.models import Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from groupops.accounts.models import User
from groupops.groups import access
from members import policy
from members.models import DailyActivity, FieldValue, FormerName, Membership, Person


def memberships_for(user: User, *, sandboxes: bool = False) -> QuerySet[Membership]:
    """The memberships in the groups a user sees; of a human with two identities in a group, the one that counts."""
    rows = Membership.objects.filter(group__in=access.visible_to(user, sandboxes=sandboxes), same_as=None)
    return rows.select_related("person__merged_into", "group")


def called(text: str) -> Q:
    """Memberships of people whose name, of whichever identity, or account has the text."""
    return Q(person__name__icontains=text) | Q(person__merged_into__name__icontains=text) | Q(person__remote_id__icontains=text)


def with_recent(rows: QuerySet[Membership], today: date) -> QuerySet[Membership]:
    """The rows with `recent`, their messages of the last policy.RECENT_DAYS days, in the same query."""
    since = today - timedelta(days=policy.RECENT_DAYS - 1)
    days = DailyActivity.objects.filter(day__gte=since).order_by()
    own, others = days.filter(membership=OuterRef("pk")), days.filter(membership__same_as=OuterRef("pk"))
    return rows.annotate(recent=_total(own, "membership") + _total(others, "membership__same_as"))


def _total(days: QuerySet[DailyActivity], of: str) -> Coalesce:
    return Coalesce(Subquery(days.values(of).annotate(total=Sum("messages")).values("total"), output_field=IntegerField()), 0)


def with_others(memberships: Iterable[int]) -> QuerySet[Membership]:
    """These memberships and those that stand back for them: all stays of these humans there. To be asked inside a query, by index."""
    pks = list(memberships)
    return Membership.objects.filter(Q(pk__in=pks) | Q(same_as__in=pks)).order_by()


def persons_for(user: User, *, sandboxes: bool = False) -> QuerySet[Person]:
    """The persons whom a user may see: those who are or were in a group the user sees, and identities merged into them."""
    seen = Membership.objects.filter(group__in=access.visible_to(user, sandboxes=sandboxes))
    # Asked of each person, by index: a list of everybody seen would be made whole for one profile.
    own, of_head = Exists(seen.filter(person=OuterRef("pk"))), Exists(seen.filter(person=OuterRef("merged_into")))
    return Person.objects.filter(own | of_head | Exists(seen.filter(person__merged_into=OuterRef("pk"))))


def identities(person: Person) -> QuerySet[Person]:
    """Every identity of a human: the person and those that were merged into it."""
    return Person.objects.filter(Q(pk=person.pk) | Q(merged_into=person)).order_by("pk")


def former_names(person: Person) -> QuerySet[FormerName]:
    """The names they bore, the latest first."""
    return FormerName.objects.filter(Q(person=person) | Q(person__merged_into=person)).order_by("-until", "-pk")


def activity(person: Person, user: User, today: date) -> list[int]:
    """Messages a day of the last policy.SPARK_DAYS days, oldest first, in the groups the reader sees."""
    first = today - timedelta(days=policy.SPARK_DAYS - 1)
    whose = identities(person).order_by().values("pk")
    rows = DailyActivity.objects.filter(membership__person__in=whose, membership__group__in=access.visible_to(user), day__gte=first)
    by_day = dict(rows.order_by().values("day").annotate(total=Sum("messages")).values_list("day", "total"))
    return [by_day.get(first + timedelta(days=n), 0) for n in range(policy.SPARK_DAYS)]


def said_by(persons: Collection[int], user: User) -> QuerySet[FieldValue]:
    """What these persons say about themselves now (profile fields), in the groups the reader sees, in the fields' order."""
    seen = access.visible_to(user, sandboxes=True)
    rows = FieldValue.objects.filter(current=True, membership__person__in=persons, membership__group__in=seen, field__archived=False)
    return rows.select_related("field", "membership__group").order_by("field__position", "field__name", "field", "-at", "pk")
