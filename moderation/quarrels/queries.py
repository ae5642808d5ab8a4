"""Reads of quarrels: who answered whom lately, which last, what a user may see."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import Count, Max, Prefetch, Q, QuerySet
from django.shortcuts import get_object_or_404

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups import queries as groups
from groupops.groups.access import GroupRight
from groupops.inbound.models import StoredEvent
from groupops.messaging.adapter import EventKind
from groupops.shared.placeholders import fill
from members.models import Membership
from moderation.models import Exchange, Quarrel, QuarrelSide, QuarrelStep
from moderation.policy.quarrels import NAME, QuarrelRule, Step, Turned

OPEN = Q(closed_at=None)


def rules(group_ids: Collection[int]) -> dict[int, QuarrelRule]:
    """What counts in each group. Two queries."""
    return groups.policies_of(NAME, group_ids)


def authors(messages: Collection[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """Who wrote these messages, by group and remote id: persons. One query."""
    rows = StoredEvent.objects.filter(
        group__in={group for group, _message in messages},
        remote_message__in={message for _group, message in messages},
        kind=EventKind.MESSAGE,
        own=False,
        person_id__isnull=False,
    )
    return {(group or 0, message): person or 0 for group, message, person in rows.values_list("group", "remote_message", "person_id")}


def members(pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Memberships by (person, group). One query."""
    rows = Membership.objects.filter(person__in={person for person, _group in pairs}, group__in={group for _person, group in pairs})
    return {(person, group): pk for person, group, pk in rows.values_list("person", "group", "pk")}


def called(names: Collection[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """Memberships by (group, present name); of two of one name neither. One query."""
    rows = Membership.objects.filter(
        group__in={group for group, _name in names}, person__name__in={name for _group, name in names}, left_at=None, same_as=None
    )
    found: dict[tuple[int, str], int] = {}
    twice = set()
    for group, name, pk in rows.order_by("pk").values_list("group", "person__name", "pk"):
        if (group, name) in found:
            twice.add((group, name))
        found[group, name] = pk
    return {key: pk for key, pk in found.items() if key not in twice}


def lately(group_ids: Collection[int], since: datetime) -> dict[int, list[Turned]]:
    """Who answered whom in these groups since. One query."""
    found: dict[int, list[Turned]] = {group: [] for group in group_ids}
    rows = Exchange.objects.filter(group__in=group_ids, at__gte=since).order_by("at", "pk")
    for group, at, source, target, hostile in rows.values_list("group_id", "at", "source_id", "target_id", "hostile"):
        found[group].append(Turned(at, source, target, hostile))
    return found


def lasting(group_ids: Collection[int]) -> dict[int, Quarrel]:
    """The open quarrel of each of these groups, locked."""
    return {row.group_id: row for row in Quarrel.objects.select_for_update(of=("self",)).filter(OPEN, group__in=group_ids)}


def closed(group_ids: Collection[int]) -> dict[int, datetime]:
    """When the last one of each group was closed: what was said before belongs to it. One query."""
    rows = Quarrel.objects.filter(group__in=group_ids, closed_at__isnull=False).order_by().values_list("group")
    return dict(rows.annotate(last=Max("closed_at")))


def quarrels_for(user: User) -> QuerySet[Quarrel]:
    """Those of the groups in which a user moderates."""
    sides = Prefetch("sides", QuarrelSide.objects.select_related("membership__person").order_by("-answers", "pk"))
    rows = Quarrel.objects.filter(access.among(user, GroupRight.MODERATE)).select_related("group__kind", "assigned_to", "closed_by")
    return rows.prefetch_related(sides, Prefetch("steps", QuarrelStep.objects.select_related("done_by").order_by("pk")))


def quarrel_for(user: User, pk: int) -> Quarrel:
    """One of them; 404 for a foreign or an absent one."""
    return get_object_or_404(quarrels_for(user), pk=pk)


def to_do(user: User) -> QuerySet[Quarrel]:
    """Open ones, with how many steps are done."""
    rows = Quarrel.objects.filter(access.among(user, GroupRight.MODERATE), OPEN).select_related("group", "assigned_to")
    return rows.annotate(done=Count("steps", filter=Q(steps__done_at__isnull=False)))


def counts(user: User) -> dict[str, int]:
    """How many stand in each view. One query."""
    rows = Quarrel.objects.filter(access.among(user, GroupRight.MODERATE)).order_by()
    found: dict[str, int] = rows.aggregate(
        open=Count("pk", filter=OPEN), mine=Count("pk", filter=OPEN & Q(assigned_to=user)), closed=Count("pk", filter=~OPEN)
    )
    return found


def texts(quarrel: Quarrel) -> Mapping[Step, list[tuple[str, str]]]:
    """What is said at each step: (to whom, text), filled in; the sides prefetched."""
    rule: QuarrelRule = groups.policy(NAME, group=quarrel.group)
    names = [side.membership.person.name for side in quarrel.sides.all()]
    both, group = "、".join(names[:2]), quarrel.group.name
    found = {}
    for step in Step:
        each = step in (Step.TALK, Step.COOL, Step.CAUSE)
        whom = names[:2] if each else [both]
        found[step] = [(name if each else group, fill(rule.text(step), {"name": name, "names": both, "group": group})) for name in whom]
    return found


def said_in(quarrel: Quarrel, limit: int = 30) -> list[StoredEvent]:
    """What was said while it rose, oldest first."""
    rows = StoredEvent.objects.filter(
        group=quarrel.group_id, kind=EventKind.MESSAGE, occurred_at__gte=quarrel.began_at, occurred_at__lte=quarrel.last_at
    )
    return list(rows.exclude(text="").order_by("occurred_at", "pk")[:limit])
