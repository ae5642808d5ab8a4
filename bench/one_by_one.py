"""The floor from below: each event alone through the ORM, in a transaction of its own, with the effects of the pipeline's steps."""

from django.db import transaction
from django.db.models import F

from groupops.groups.models import GroupDay
from groupops.inbound import policy
from groupops.inbound.models import EventState, StoredEvent
from groupops.messaging.adapter import Event
from groupops.messaging.models import Binding
from groupops.shared import clock
from members.models import DailyActivity, Membership, Person

TRACE = [
    [policy.wording("members.inbound.resolve", "This is %(name)s."), {"name": ""}],
    [policy.wording("members.inbound.count", ""), {"day": ""}],
]


def singly(room: Binding, events: list[Event]) -> None:
    """As one would write it first: get_or_create, add, save."""
    for event in events:
        with transaction.atomic():
            _one(room, event)


def _one(room: Binding, event: Event) -> None:
    at = event.occurred_at
    values = policy.columns(event, at)
    stored, new = StoredEvent.objects.get_or_create(
        connection=room.connection,
        event_key=values.pop("event_key"),
        defaults={"group": room.group, "received_at": at, **values},
    )
    if not new:
        return
    person, _made = Person.objects.get_or_create(
        realm=room.connection.adapter, remote_id=event.user, defaults={"name": event.user_name, "named_at": at, "first_seen_at": at}
    )
    stay, _made = Membership.objects.select_for_update().get_or_create(person=person, group=room.group, defaults={"joined_at": at})
    stay.last_spoke_at = at
    stay.save(update_fields=["last_spoke_at"])
    day = clock.local(at, room.group.zone).date()
    active, first = DailyActivity.objects.get_or_create(membership=stay, day=day, defaults={"messages": 1})
    if not first:
        DailyActivity.objects.filter(pk=active.pk).update(messages=F("messages") + 1)
    numbers, _made = GroupDay.objects.get_or_create(group=room.group, day=day)
    GroupDay.objects.filter(pk=numbers.pk).update(messages=F("messages") + 1, speakers=F("speakers") + int(first))
    stored.state, stored.person_id, stored.trace = EventState.DONE, person.pk, TRACE
    stored.save(update_fields=["state", "person_id", "trace"])
