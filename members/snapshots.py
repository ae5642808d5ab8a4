"""The list of members that the platform shows, compared with what we know: the difference goes through the same door as every event.

Membership is what the latest look says; events only hasten one. Platforms lose events, some never repeat a push.
Source: "poll the member list nightly", docs/explanation/inbound.md.
"""

import logging
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_noop

from groupops.inbound import services as inbound
from groupops.messaging import registry
from groupops.messaging.adapter import AdapterError, Event, EventKind, NotSupported, RemoteMember
from groupops.messaging.models import Binding
from groupops.record import services as record
from groupops.record.queries import aliases
from groupops.shared.errors import Refused
from members.models import Membership, Person

log = logging.getLogger(__name__)
EVERY = timedelta(hours=24)
RETRY = timedelta(hours=1)  # after a look that failed
LEASE = timedelta(minutes=10)  # of a worker that looks; one that died is followed by another then
FEW = 10  # so many may always be gone at once
TOO_MANY = gettext_noop("The platform's list of members lacks more than half of those we know. Nobody was taken out; look at the room.")
MOST = 20  # rooms of one run: each is a call


def look_around(*, now: Callable[[], datetime]) -> int:
    """Compare the rooms whose turn it is; returns how many differences were found."""
    at = now()
    due = Q(counted_at=None) | Q(counted_at__lte=at - EVERY)
    rooms = Binding.objects.filter(due, _free(at), connection__paused=False).select_related("connection", "group")
    return sum(compare(binding=binding, at=now()) for binding in rooms.order_by(F("counted_at").asc(nulls_first=True))[:MOST])


def compare(*, binding: Binding, at: datetime) -> int:
    """Look once: who is there and unknown to us is told, who we thought was there and is not, too. Returns how many.

    The first look only gets to know people; from then on whoever is new has joined. A list that lacks more than half of those we
    know proves nothing: nobody is taken out, a person is told.
    """
    was = binding.counted_at
    if not _taken(binding, at):
        return 0
    try:
        adapter = registry.adapter_for(binding.connection)
        there = {member.id: member for member in hidden(binding.connection.adapter, adapter.list_members(binding.remote_id))}
    except NotSupported:
        return _told(binding, [], at)
    except (AdapterError, Refused) as problem:
        log.info("the members of binding %s cannot be listed: %s", binding.pk, type(problem).__name__)
        Binding.objects.filter(pk=binding.pk).update(counting_until=at + RETRY)
        return 0
    there.pop(binding.connection.account, None)  # ourselves
    people = _present(binding)
    known = {remote_id for ids in people for remote_id in ids}
    lost = {ids[0] for ids in people if not set(ids) & set(there)}
    gone = _believed(binding, lost, of=len(people), at=at)
    new = EventKind.PRESENT if was is None else EventKind.JOINED
    events = [_event(binding, new, member, at) for member in there.values() if member.id not in known]
    events += [_event(binding, EventKind.LEFT, RemoteMember(remote_id, ""), at) for remote_id in gone]
    return _told(binding, events, at)


def _free(at: datetime) -> Q:
    return Q(counting_until=None) | Q(counting_until__lte=at)


def hidden(realm: str, members: Iterable[RemoteMember]) -> list[RemoteMember]:
    """The list with the alias of whoever was erased."""
    rows = list(members)
    erased = aliases(realm, [row.id for row in rows])
    return [RemoteMember(erased[row.id], "") if row.id in erased else row for row in rows]


def _taken(binding: Binding, at: datetime) -> bool:
    """One worker looks at a time."""
    rows = Binding.objects.filter(_free(at), pk=binding.pk, counted_at=binding.counted_at)
    return bool(rows.update(counting_until=at + LEASE))


@transaction.atomic
def _told(binding: Binding, events: list[Event], at: datetime) -> int:
    """The difference and the end of the look together: a worker that dies before has not looked, and the first look stays the first."""
    Binding.objects.filter(pk=binding.pk).update(counted_at=at, counting_until=None)
    return inbound.store(connection=binding.connection, events=events, at=at) if events else 0


def _believed(binding: Binding, gone: Collection[str], *, of: int, at: datetime) -> list[str]:
    """Who is gone, if that can be; else nobody, and an alarm."""
    key = f"members:{binding.pk}"
    if len(gone) <= max(FEW, of // 2):
        record.close_alarm(key=key, at=at)
        return sorted(gone)
    url = reverse("members:roster") + f"?group={binding.group_id}"
    record.raise_alarm(key=key, severity="warning", text=TOO_MANY, at=at, url=url, group_id=binding.group_id)
    return []


def _present(binding: Binding) -> list[list[str]]:
    """Who is there as far as we know: for each human the ids on this platform, of which one in the list is enough."""
    here = Membership.objects.filter(group=binding.group, left_at=None, same_as=None)
    human, realm = Coalesce(F("person__merged_into"), F("person")), binding.connection.adapter
    ids = {row: [remote_id] for row, remote_id in here.filter(person__realm=realm).values_list(human, "person__remote_id")}
    heads = here.annotate(head=human).order_by().values("head")
    merged = Person.objects.filter(realm=realm).filter(Q(merged_into__in=heads) | Q(aliases__isnull=False, pk__in=heads)).distinct()
    for pk, into, remote_id in merged.values_list("pk", "merged_into", "remote_id"):
        found = ids.setdefault(into or pk, [])
        found += [remote_id] * (remote_id not in found)
    return list(ids.values())


def _event(binding: Binding, kind: EventKind, member: RemoteMember, at: datetime) -> Event:
    """Its key is of the look: the same look told twice is one event."""
    return Event(
        key=f"look:{binding.pk}:{at.isoformat(timespec='seconds')}:{kind}:{member.id}"[:255],
        kind=kind,
        group=binding.remote_id,
        user=member.id,
        user_name=member.name,
        occurred_at=at,
        how="unknown" if kind == EventKind.LEFT else "",
        raw={"look": at.isoformat()},
    )
