"""Reads of the segments: which one sees, and who is in them."""

from django.db.models import Q, QuerySet
from django.http import QueryDict

from groupops.accounts.models import User
from groupops.shared.paging import COUNT_CAP
from members import queries
from members.filters import MembershipFilter, Reader
from members.models import Membership, Segment

MOST = 20  # saved views shown as pills


def segments_for(user: User) -> QuerySet[Segment]:
    """One's own segments and those that colleagues share, by name."""
    return Segment.objects.filter(Q(owner=user) | Q(shared=True)).select_related("owner").order_by("name", "pk")


def asked(segment: Segment) -> QueryDict:
    """The roster's address that a segment stands for."""
    query = QueryDict(mutable=True)
    query.update({name: str(value) for name, value in segment.query.items()})
    return query


def members_of(segment: Segment, user: User) -> QuerySet[Membership]:
    """Who is in a segment now, in the groups that `user` sees; nobody when a filter of it is gone (its group, its tag)."""
    rows = queries.memberships_for(user)
    found = MembershipFilter(asked(segment), queryset=rows, request=Reader(user, asked(segment)))
    return found.qs if found.is_valid() else rows.none()


def count(segment: Segment, user: User) -> tuple[int, bool]:
    """How many there are, and whether there are more than are counted."""
    found = members_of(segment, user).order_by()[: COUNT_CAP + 1].count()
    return min(found, COUNT_CAP), found > COUNT_CAP
