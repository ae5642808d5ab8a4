"""Reads of messages to segments: whom one would reach and how, which a user sees, what became of each."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups import queries as groups
from groupops.groups.access import GroupRight
from groupops.messaging import abilities, registry
from groupops.messaging.adapter import Operation
from groupops.messaging.models import Binding, Delivery
from groupops.shared.errors import Refused
from members.consent import queries as consents
from members.models import Membership, Segment, SegmentReceiver, SegmentSend
from members.rostering import BY_NAME
from members.segments import queries
from members.sending import Candidate, SendRule, SendState, Whom, purpose_of, whom

POLICY = "members.sends"
PURPOSE = "segment"  # of the deliveries


@dataclass(frozen=True)
class Found:
    """Whom a message would reach; the members by membership; `more` where the segment is larger than was looked at."""

    whom: Whom
    members: dict[int, Membership]
    more: bool

    @property
    def by_hand(self) -> int:
        """How many a person writes to."""
        return sum(not one.by_machine for one in self.whom.reached)


def rule() -> SendRule:
    """The site's policy."""
    found: SendRule = groups.policy(POLICY)
    return found


def of_segment(segment: Segment, user: User, *, most: int, with_form: bool = False) -> Found:
    """The present members of a segment, as `user` may write to them. Looks at twice the most at most: humans may be in two groups."""
    limit = 2 * most
    rows = list(queries.members_of(segment, user).filter(left_at=None).order_by("pk")[: limit + 1])
    shown = rows[:limit]
    places = {row.group_id: row.group for row in shown}
    rights = access.rights_on(user, places.values())
    direct = _direct(places)
    withdrawn = consents.withdrawn({row.person.merged_into_id or row.person_id for row in shown}, purpose_of(with_form=with_form))
    found = [
        Candidate(
            membership_id=row.pk,
            human_id=row.person.merged_into_id or row.person_id,
            may=GroupRight.CARE in rights[row.group_id],
            by_machine=direct.get(row.group_id) == row.person.realm and not row.person.remote_id.startswith(BY_NAME),
            withdrawn=(row.person.merged_into_id or row.person_id) in withdrawn,
        )
        for row in shown
    ]
    return Found(whom(found), {row.pk: row for row in shown}, len(rows) > limit)


def _direct(group_ids: Collection[int]) -> dict[int, str]:
    """Of the groups whose platform can say something privately, its realm. Two queries, and one a connection."""
    found: dict[int, str] = {}
    refused: dict[int, dict[str, str]] = {}
    for binding in Binding.objects.filter(group__in=list(group_ids)).select_related("connection"):
        connection = binding.connection
        if connection.pk not in refused:
            refused[connection.pk] = abilities.refusals(connection.pk)
        try:
            can = abilities.known(registry.adapter_for(connection), binding=binding, refused=refused[connection.pk])
        except Refused:
            continue  # its secrets cannot be opened, or nobody knows the platform any more: by hand
        if can[Operation.SEND_DIRECT].possible:
            found[binding.group_id] = connection.adapter
    return found


def sends_for(user: User) -> QuerySet[SegmentSend]:
    """The messages of which a user sees every receiver's group."""
    foreign = SegmentReceiver.objects.filter(send=OuterRef("pk")).exclude(membership__group__in=access.visible_to(user, sandboxes=True))
    return SegmentSend.objects.filter(~Exists(foreign)).select_related("by", "second_by", "form")


def told(sends: Collection[SegmentSend]) -> dict[int, int]:
    """Of each message how many it reached by a receipt; one query."""
    rows = SegmentReceiver.objects.filter(send__in=[row.pk for row in sends]).order_by().values("send")
    return dict(rows.annotate(n=Count("pk", filter=Q(told_at__isnull=False))).values_list("send", "n"))


def receivers_of(send: SegmentSend) -> QuerySet[SegmentReceiver]:
    """Whom it is for, with `delivery` and `delivery_state` of each; empty while nothing is staged."""
    own = Delivery.objects.filter(purpose=PURPOSE, subject_id=OuterRef("pk"))
    rows = send.receivers.select_related("membership__person__merged_into", "membership__group")
    return rows.annotate(delivery=Subquery(own.values("pk")[:1]), delivery_state=Subquery(own.values("state")[:1]))


def to_approve(user: User) -> QuerySet[SegmentSend]:
    """Messages that wait for a second person who could be `user`, the oldest first."""
    foreign = SegmentReceiver.objects.filter(send=OuterRef("pk")).exclude(membership__group__in=access.groups_with(user, GroupRight.CARE))
    return SegmentSend.objects.filter(~Exists(foreign), state=SendState.WAITING).exclude(by=user).select_related("by").order_by("at", "pk")
