"""群职务, asked: who holds what, and how well a group is staffed."""

from collections import Counter
from collections.abc import Iterable

from django.db.models import Case, QuerySet, Value, When

from groupops.groups.models import Group, StaffPost
from groupops.groups.policy import Post, PostAdvice, staffing
from groupops.groups.queries.policies import policies_for


def holders(group: Group) -> QuerySet[StaffPost]:
    """The active posts of a group, by rank, then by how long they are held."""
    rank = Case(*[When(post=post, then=Value(n)) for n, post in enumerate(Post)])
    return group.posts.filter(until=None).select_related("user").order_by(rank, "since", "id")


def staffing_of(groups: Iterable[Group]) -> dict[int, list[PostAdvice]]:
    """How each post of each group is filled, by the group's pk. Two queries."""
    rows = list(groups)
    held: dict[int, Counter[Post]] = {group.pk: Counter() for group in rows}
    for group, post in StaffPost.objects.filter(group__in=list(held), until=None).values_list("group", "post"):
        held[group][Post(post)] += 1
    ranges = policies_for("group.posts", rows)
    return {group.pk: staffing(held[group.pk], ranges[group.pk]) for group in rows}
