"""Reads of raids: which last, who joined in them, what a user may see."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q, QuerySet
from django.shortcuts import get_object_or_404

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups import queries as groups
from groupops.groups.access import GroupRight
from groupops.inbound.models import StoredEvent
from groupops.messaging.adapter import EventKind
from groupops.shared.compiled import Among, Compiled
from members.models import Membership
from moderation.models import Raid, RaidJoin
from moderation.models.raids import JoinOutcome
from moderation.raids.policy import NAME, RaidRule

SHOWN = timedelta(days=7)  # after its end a raid is no longer something to do
WAITS = Q(entries__outcome=JoinOutcome.WAITS)


def rules(group_ids: Collection[int]) -> dict[int, RaidRule]:
    """What counts in each group. Two queries."""
    return groups.policies_of(NAME, group_ids)


def held(group_ids: Collection[int]) -> set[int]:
    """Of these groups, those whose welcomes and ways in a raid holds (settings.ENTRANCE_HOLDS). One query."""
    return set(Raid.objects.filter(group__in=group_ids, ended_at=None, hold=True).values_list("group", flat=True))


def lasting(group_ids: Collection[int]) -> dict[int, Raid]:
    """The raid that lasts in each of these groups, locked."""
    return {raid.group_id: raid for raid in Raid.objects.select_for_update(of=("self",)).filter(group__in=group_ids, ended_at=None)}


def ended(group_ids: Collection[int]) -> dict[int, datetime]:
    """When the last raid of each group ended: joins of before belong to it."""
    rows = Raid.objects.filter(group__in=group_ids, ended_at__isnull=False).order_by().values_list("group")
    return dict(rows.annotate(last=Max("ended_at")))


def joined(group_ids: Collection[int], since: datetime) -> list[tuple[int, int, datetime]]:
    """Who joined these groups since, whose join was told: (group, membership, when)."""
    rows = Membership.objects.filter(group__in=group_ids, join_seen=True, joined_at__gte=since, same_as=None)
    return list(rows.order_by("joined_at", "pk").values_list("group", "pk", "joined_at"))


def told(memberships: Collection[int], since: datetime) -> dict[int, int]:
    """The event that told of each of these joins. Two queries."""
    rows = Membership.objects.filter(pk__in=memberships).values_list("pk", "person", "group")
    whose = {(person, group): pk for pk, person, group in rows}
    persons, places = {person for person, _group in whose}, {group for _person, group in whose}
    events = StoredEvent.objects.filter(group__in=places, person_id__in=persons, kind=EventKind.JOINED, occurred_at__gte=since)
    found = events.order_by("pk").values_list("person_id", "group", "pk")
    return {whose[person or 0, group or 0]: pk for person, group, pk in found if (person, group) in whose}


# Asked of every batch of messages: of these members, those who joined in a raid that lasts.
SLOWED = Compiled(
    lambda: (
        RaidJoin.objects.filter(Among("membership_id", "members"), raid__ended_at=None, raid__slow=True)
        .exclude(outcome=JoinOutcome.LET)
        .values_list("membership_id")
    )
)


def raids_for(user: User) -> QuerySet[Raid]:
    """The raids of the groups in which a user moderates."""
    rows = Raid.objects.filter(access.among(user, GroupRight.MODERATE)).select_related("group", "ended_by")
    return rows.annotate(waits=Count("entries", filter=WAITS))


def raid_for(user: User, pk: int) -> Raid:
    """One of them; 404 for a foreign or an absent one."""
    return get_object_or_404(raids_for(user), pk=pk)


def entries(raid: Raid) -> QuerySet[RaidJoin]:
    """Who joined in it."""
    return raid.entries.select_related("membership__person", "membership__group", "case", "settled_by", "raid__group")


def to_look_at(user: User, at: datetime) -> QuerySet[Raid]:
    """Raids that last, and those that ended lately with people nobody has looked at."""
    rows = Raid.objects.filter(access.among(user, GroupRight.MODERATE)).select_related("group")
    waits = Count("entries", filter=WAITS)
    return rows.filter(Q(ended_at=None) | Q(ended_at__gt=at - SHOWN)).annotate(waits=waits).filter(Q(ended_at=None) | Q(waits__gt=0))
