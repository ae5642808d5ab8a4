"""Private messages that appeal: who wrote them, and against which strike."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from groupops.inbound.models import EventState, StoredEvent
from groupops.messaging.adapter import EventKind
from members.models import Person
from moderation.models import AppealReply, Measure, Strike
from moderation.policy import Act, MeasureState

WINDOW = timedelta(days=2)  # how long a message is looked for after it was said
CHUNK = 200
BEGIN = "申诉"


@dataclass(frozen=True)
class Reply:
    """A private message that begins with 申诉, and the latest strike of whoever wrote it."""

    event_id: int
    text: str
    at: datetime
    strike: Strike


def replies(at: datetime) -> list[Reply]:
    """What was not read yet, the oldest first. Three queries where there is something, else one.

    A private message comes from a room that no group is bound to: the door keeps it, and no step sees it. That it begins with 申诉 is
    what tells it from the talk of other rooms that our account happens to be in.
    """
    rows = StoredEvent.objects.filter(group=None, occurred_at__gte=at - WINDOW, state=EventState.DROPPED, own=False, kind=EventKind.MESSAGE)
    asked = rows.filter(text__startswith=BEGIN).exclude(pk__in=AppealReply.objects.filter(at__gte=at - 2 * WINDOW).values("event_id"))
    found = list(asked.select_related("connection").order_by("occurred_at", "pk")[:CHUNK])
    strikes = _latest({(row.connection.adapter, row.remote_user) for row in found}) if found else {}
    return [
        Reply(row.pk, row.text.removeprefix(BEGIN).lstrip("：:，, \n"), row.occurred_at, strike)
        for row in found
        if (strike := strikes.get((row.connection.adapter, row.remote_user))) is not None
    ]


def _latest(accounts: Collection[tuple[str, str]]) -> dict[tuple[str, str], Strike]:
    """By account: the latest strike of its human of which they were told privately."""
    people = Person.objects.filter(realm__in={realm for realm, _user in accounts}, remote_id__in={user for _realm, user in accounts})
    humans = {(one.realm, one.remote_id): one.merged_into_id or one.pk for one in people}
    told = Measure.objects.filter(act__in=[Act.WARN, Act.EXPLAIN], state=MeasureState.DONE).values("decision")
    rows = Strike.objects.filter(decision__in=told).select_related("membership__person", "group", "decision", "case")
    mine = Q(membership__person__in=humans.values()) | Q(membership__person__merged_into__in=humans.values())
    latest: dict[int, Strike] = {}
    for strike in rows.filter(mine).order_by("at", "pk"):
        person = strike.membership.person
        latest[person.merged_into_id or person.pk] = strike
    return {account: latest[human] for account, human in humans.items() if human in latest}
