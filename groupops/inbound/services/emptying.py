"""Empty the texts that are older than their group keeps them. Keys, times, senders and every count stay."""

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Min, Q

from groupops.groups.models import Group
from groupops.groups.queries import policies_for, policy
from groupops.inbound.keeping import CHUNK, NAME, TURN
from groupops.inbound.models import Emptied, EventState, StoredEvent
from groupops.inbound.policy import EARLIEST
from groupops.record import services as record
from groupops.record.models import Heartbeat

BEAT = "empty-texts"
LATE = 5000  # a late commit may bring a lower id
HAS_WORDS = ~Q(text="") | ~Q(raw={})


def empty_texts(*, at: datetime, turn: timedelta = TURN) -> int:
    """Empty what is older than messages.kept of each group, oldest first, for at most `turn`; returns how many messages.

    Each chunk and how far it came are one transaction: a kill in the middle goes on from there, and a second run finds nothing.
    What still waits to be understood keeps its words until it is.
    """
    until, emptied = time.monotonic() + turn.total_seconds(), 0
    newest = _step_back()
    for group_id, since in _limits(at):
        while time.monotonic() < until:
            done, is_over = _chunk(group_id, since)
            emptied += done
            if is_over:
                break
    record.beat(name=BEAT, at=at, newest=newest, emptied=emptied)
    return emptied


def _limits(at: datetime) -> Iterable[tuple[int | None, datetime]]:
    groups = list(Group.objects.order_by("pk"))
    kept = policies_for(NAME, groups)
    yield None, policy(NAME).since(at)
    for group in groups:
        yield group.pk, kept[group.pk].since(at)


def _step_back() -> int:
    """An import may tell of what lies before the place to which a group is emptied: it begins there anew. Returns the newest id."""
    seen: dict[str, Any] = Heartbeat.objects.filter(name=BEAT).values_list("detail", flat=True).first() or {}
    fresh = StoredEvent.objects.filter(pk__gt=seen.get("newest", 0) - LATE).order_by()
    newest: int = StoredEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    for group_id, oldest in fresh.filter(pk__lte=newest).values("group").annotate(oldest=Min("occurred_at")).values_list("group", "oldest"):
        Emptied.objects.filter(group=group_id, until__gt=oldest).update(until=oldest)
    return newest


def _chunk(group_id: int | None, since: datetime) -> tuple[int, bool]:
    """One chunk of a group; how many were emptied, and whether nothing is left."""
    rows = StoredEvent.objects.filter(group=group_id)
    waiting = rows.filter(state=EventState.PENDING).aggregate(oldest=Min("occurred_at"))["oldest"]
    end = min(since, waiting) if waiting else since
    with transaction.atomic():
        place, _made = Emptied.objects.select_for_update().get_or_create(group_id=group_id, defaults={"until": EARLIEST})  # type: ignore[misc]
        if place.until >= end:
            return 0, True
        old = rows.filter(HAS_WORDS, occurred_at__gte=place.until, occurred_at__lt=end).exclude(state=EventState.PENDING)
        found = list(old.order_by("occurred_at", "pk").values_list("pk", "occurred_at")[:CHUNK])
        done = StoredEvent.objects.filter(pk__in=[pk for pk, _at in found]).update(text="", raw={})
        is_over = len(found) < CHUNK
        Emptied.objects.filter(pk=place.pk).update(until=end if is_over else found[-1][1], messages=F("messages") + done)
    return done, is_over
