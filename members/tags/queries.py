"""Reads of the tags."""

from collections.abc import Collection, Iterable

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce

from groupops.groups.models import Group
from members import queries
from members.models import Membership, MembershipTag, Tag

MOST = 200  # tags in a choice


def choices() -> QuerySet[Tag]:
    """The tags that can be given, by name."""
    return Tag.objects.filter(archived=False).order_by("name", "pk")


def counted(groups: QuerySet[Group]) -> QuerySet[Tag]:
    """Every tag with `members`, how many present members of these groups carry it."""
    seen = Q(tagged__membership__group__in=groups, tagged__membership__left_at=None)
    return (
        Tag.objects.select_related("rule", "rule__owner").annotate(members=Count("tagged", filter=seen)).order_by("archived", "name", "pk")
    )


def hang_on(memberships: Iterable[Membership]) -> None:
    """Give each row `tag_names`, with one query; those of a stay that stands back are the human's too."""
    by_pk = {row.pk: row for row in memberships}
    for row in by_pk.values():
        row.tag_names = []  # type: ignore[attr-defined]
    rows = MembershipTag.objects.filter(membership__in=queries.with_others(by_pk), tag__archived=False)
    found = rows.annotate(stay=Coalesce("membership__same_as", "membership"))
    for stay, name in found.order_by("tag__name").values_list("stay", "tag__name").distinct():
        by_pk[stay].tag_names.append(name)  # type: ignore[attr-defined]


def carrying(memberships: Collection[int], tag: Tag) -> set[int]:
    """Which of these memberships carry the tag."""
    return set(MembershipTag.objects.filter(membership__in=memberships, tag=tag).values_list("membership_id", flat=True))
