"""What a rule would have caught in the texts that are still kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from groupops.inbound.models import StoredEvent
from groupops.messaging.adapter import EventKind
from moderation.detection.messages import Message
from moderation.detection.rules import Detector
from moderation.models import Rule
from moderation.policy.active import is_labelled
from moderation.queries.rules import spec_of

DAYS, MOST, SHOWN = 30, 3000, 20


@dataclass(frozen=True)
class Preview:
    """Of so many messages so many would have been caught; the newest of them. `full`: there are more messages than were looked at."""

    messages: int
    caught: int
    shown: list[StoredEvent]
    since: datetime | None
    full: bool


def preview(rule: Rule, at: datetime) -> Preview:
    """Over the newest messages of the places where it would look. Two queries."""
    rows = StoredEvent.objects.filter(kind=EventKind.MESSAGE, own=False, occurred_at__gte=at - timedelta(days=DAYS)).exclude(text="")
    rows = rows.filter(group__sandbox=False, person_id__isnull=False)
    if rule.group_id:
        rows = rows.filter(group=rule.group_id)
    elif rule.kind_id:
        rows = rows.filter(group__kind=rule.kind_id)
    said = list(rows.select_related("group").order_by("-occurred_at", "-pk")[:MOST])
    messages = [Message(row.pk, row.group_id or 0, row.person_id or 0, row.occurred_at, row.text) for row in reversed(said)]
    hits = {hit.message for hit in Detector([spec_of(rule)]).screen(messages)}
    caught = [row for row in said if row.pk in hits and not is_labelled(row.text, rule.exempt_labels)]
    return Preview(len(said), len(caught), caught[:SHOWN], said[-1].occurred_at if said else None, len(said) == MOST)
