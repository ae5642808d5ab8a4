"""What a member can point at: what others said in their group lately."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from groupops.inbound.models import StoredEvent
from groupops.messaging.adapter import EventKind
from members.models import Membership, Person

LATELY = timedelta(days=1)
SHOWN = 30


def reportable(reporter: Membership, at: datetime) -> QuerySet[StoredEvent]:
    """Messages of the group, the newest first, not their own under any identity and not ours."""
    human = reporter.person.human
    mine = [human.pk, *Person.objects.filter(merged_into=human).values_list("pk", flat=True)]
    rows = StoredEvent.objects.filter(group=reporter.group_id, kind=EventKind.MESSAGE, own=False, occurred_at__gt=at - LATELY)
    return rows.filter(person_id__isnull=False).exclude(person_id__in=mine).exclude(text="").order_by("-occurred_at", "-pk")


def author_of(event: StoredEvent) -> int | None:
    """The membership that counts for whoever said it."""
    rows = Membership.objects.filter(group=event.group_id, person=event.person_id)
    found = rows.values_list("pk", "same_as").first()
    return (found[1] or found[0]) if found else None
