"""Reads of deliveries: what a person sees of them, how many wait where, what may be decided, what can be taken back."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import Count as CountOf
from django.db.models import QuerySet

from groupops.accounts.models import User
from groupops.groups import access
from groupops.messaging.models import Delivery
from groupops.messaging.policy import DECISIONS, Decision, DeliveryState, is_doubtful
from groupops.messaging.rights import right_for
from groupops.record.models import AuditEntry

S = DeliveryState
TROUBLE = (S.UNKNOWN, S.FAILED, S.MISSED)  # the failure inbox
ATTENTION = (S.WAITING_PERSON, *TROUBLE)
ON_ITS_WAY = (S.PLANNED, S.DUE, S.CLAIMED, S.RETRY)
COUNT_CAP = 1000  # what grows for ever is counted so far
RECENT = 5  # decisions that the desk offers to take back
LOOKED_AT = 500  # deliveries among which they are looked for


def deliveries_for(user: User, *, sandboxes: bool = False) -> QuerySet[Delivery]:
    """The deliveries of the groups a user sees."""
    return Delivery.objects.filter(group__in=access.visible_to(user, sandboxes=sandboxes)).select_related("group", "connection")


def attention(user: User) -> dict[str, int]:
    """How many deliveries want a person, by state; one query, over states that stay small."""
    return _by_state(deliveries_for(user).filter(state__in=ATTENTION))


@dataclass(frozen=True)
class Count:
    """How many; `capped` means: at least so many."""

    n: int
    capped: bool = False

    def __str__(self) -> str:
        return f"{self.n:,}+" if self.capped else f"{self.n:,}"


def counts(rows: QuerySet[Delivery]) -> dict[str, Count]:
    """How many of `rows` are in each state. Three queries: settled states grow for ever and are counted up to a cap."""
    found = {state: Count(n) for state, n in _by_state(rows.filter(state__in=(*ATTENTION, *ON_ITS_WAY))).items()}
    for state in (S.SENT, S.CANCELLED):
        n = rows.filter(state=state).order_by()[: COUNT_CAP + 1].count()
        found[state] = Count(min(n, COUNT_CAP), n > COUNT_CAP)
    return found


def _by_state(rows: QuerySet[Delivery]) -> dict[str, int]:
    return {row["state"]: row["n"] for row in rows.order_by().values("state").annotate(n=CountOf("pk"))}


def decisions(user: User, delivery: Delivery) -> list[Decision]:
    """What this person may decide about this delivery now; "send again" of what waits for a person only where that is no double."""
    if not access.may(user, right_for(delivery.operation), delivery.group):
        return []
    found = [decision for decision, ways in DECISIONS.items() if DeliveryState(delivery.state) in ways]
    if delivery.state == S.WAITING_PERSON and not is_doubtful(delivery.connection_id, delivery.step, delivery.attempts, delivery.forgiven):
        found.remove(Decision.AGAIN)
    return found


@dataclass(frozen=True)
class Done:
    """What a person decided in one go, and until when it can be taken back."""

    deliveries: list[Delivery]
    until: datetime

    @property
    def first(self) -> Delivery:
        """One of them: they share state and text."""
        return self.deliveries[0]


def recent(user: User, at: datetime) -> list[Done]:
    """This person's own decisions by hand that can still be taken back, newest first; one query."""
    rows = deliveries_for(user).filter(taken_by=user, undo_until__gte=at, state__in=(S.SENT, S.FAILED, S.CANCELLED)).exclude(undo_state="")
    ordered = rows.order_by("-undo_until", "state", "text", "pk")[:LOOKED_AT]
    batches = groupby(ordered, key=lambda row: (row.undo_until, row.state, row.text))
    return [Done(list(batch), until) for (until, _state, _text), batch in batches][:RECENT]


def trail(delivery: Delivery) -> QuerySet[AuditEntry]:
    """What people did with a delivery, oldest first."""
    entries = AuditEntry.objects.filter(target_type="messaging.delivery", target_id=str(delivery.pk))
    return entries.select_related("by").order_by("at", "id")
