"""Who spoke, who was answered: what the pipeline asks for replies."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db.models import Q

from groupops.inbound.models import StoredEvent
from members.asking import QuestionState
from members.models import Membership, Question

LATE = timedelta(days=1)  # a reply to something older is not looked up: messages have no index by their remote id


def authors(replied: Mapping[tuple[int, str], datetime]) -> dict[tuple[int, str], set[int]]:
    """The memberships of those who wrote these messages, by (group, remote id); given is when each was replied to. Two queries."""
    groups, first, last = {group for group, _to in replied}, min(replied.values()), max(replied.values())
    rows = StoredEvent.objects.filter(
        group__in=groups, occurred_at__gte=first - LATE, occurred_at__lte=last, remote_message__in={to for _group, to in replied}
    )
    wrote = [row for row in rows.values_list("group_id", "remote_message", "person_id") if row[2]]
    members = Membership.objects.filter(group__in=groups, person__in={person for _group, _message, person in wrote})
    stays = {(group, person): pk for group, person, pk in members.values_list("group_id", "person_id", "pk")}
    found = [(group, message, stays.get((group or 0, person or 0))) for group, message, person in wrote]
    return {(group, message): {stay} for group, message, stay in found if group is not None and stay is not None}


def bearers(groups: Collection[int], names: Collection[str]) -> dict[tuple[int, str], set[int]]:
    """The memberships of those present who are called or addressed so, by (group, name)."""
    rows = Membership.objects.filter(
        Q(person__name__in=names) | Q(person__remote_id__in=names), group__in=groups, left_at=None, same_as=None
    )
    found: defaultdict[tuple[int, str], set[int]] = defaultdict(set)
    for group, pk, name, account in rows.values_list("group_id", "pk", "person__name", "person__remote_id"):
        found[group, name].add(pk)
        found[group, account].add(pk)
    return found


def askers(events: Collection[int]) -> list[tuple[int, int]]:
    """Of these messages, those that answered a question: (event, the asker's membership)."""
    return list(Question.objects.filter(answer__in=events, state=QuestionState.ANSWERED).values_list("answer_id", "membership_id"))
