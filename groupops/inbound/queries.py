"""Reads of the inbox: what waits, what a person may see, a trace in the reader's language."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.inbound import policy, recording
from groupops.inbound.models import Emptied, EventState, StoredEvent, Wording
from groupops.inbound.replies import replied
from groupops.inbound.turn import Note, Turn
from groupops.messaging import registry
from groupops.messaging.adapter import EventKind
from groupops.messaging.models import Binding, Connection
from groupops.shared.compiled import Compiled, Given

KINDS = {kind.value: kind for kind in EventKind}
# The columns of a turn, in its order.
WHO = ("remote_user", "user_name")
TURN = ("pk", "kind", "group_id", "group__zone", *WHO, "text", "how", "occurred_at", "operator", "remote_message")
STEP_LABELS: dict[str, Promise | str] = {policy.DOOR: _("Door")}


@dataclass(frozen=True)
class Line:
    """One line of a trace as it is read: which step, and what it did."""

    step: str
    did: str


def waiting() -> QuerySet[Connection]:
    """The connections with events to be understood."""
    pending = StoredEvent.objects.filter(connection=OuterRef("pk"), state=EventState.PENDING)
    return Connection.objects.filter(Exists(pending)).order_by("pk")


def polled() -> QuerySet[Connection]:
    """The connections whose platform has to be asked. One that a person paused is still read; one that lost its login is not."""
    kinds = [kind for kind, adapter in registry.by_kind().items() if adapter.polls]
    lost = Q(paused=True, health__in=[Connection.Health.NEEDS_LOGIN, Connection.Health.RESTRICTED])
    return Connection.objects.filter(adapter__in=kinds).exclude(lost).order_by("pk")


def pending(connection_id: int, limit: int) -> list[int]:
    """The ids of the oldest pending events of a connection. By state, never by "newer than": a late commit may bring a lower id."""
    return [pk for (pk,) in _oldest(limit)(connection=connection_id)]


@lru_cache
def _oldest(limit: int) -> Compiled:
    rows = StoredEvent.objects.filter(connection=Given("connection"), state=EventState.PENDING)
    return Compiled(lambda: rows.order_by("pk").values_list("pk")[:limit])


def emptied_until(group_id: int | None) -> datetime | None:
    """What was said in a group before this moment has no text any more; None: nothing was emptied yet."""
    return Emptied.objects.filter(group=group_id).values_list("until", flat=True).first()


def oldest(connection: Connection, limit: int) -> list[Turn]:
    """The oldest events that wait, as the steps take them, locked, in the order they arrived. One query."""
    return [_turn(row) for row in _oldest_locked(connection.adapter, limit)(connection=connection.pk)]


@lru_cache
def _oldest_locked(realm: str, limit: int) -> Compiled:
    return Compiled(lambda: _locked(realm)[:limit])


def turns(connection: Connection, event_ids: Collection[int]) -> list[Turn]:
    """Those of these events that still wait, as the steps take them, locked, in the order they arrived. One query."""
    # Between two ids, not in a list of them: five hundred parameters take longer than reading the rows.
    rows, wanted = _between(connection.adapter)(connection=connection.pk, first=min(event_ids), last=max(event_ids)), set(event_ids)
    return [_turn(row) for row in rows if row[0] in wanted]


@lru_cache
def _between(realm: str) -> Compiled:
    return Compiled(lambda: _locked(realm).filter(pk__gte=Given("first"), pk__lte=Given("last")))


def _locked(realm: str) -> QuerySet[StoredEvent, Any]:
    rows = StoredEvent.objects.select_for_update(of=("self",)).filter(connection=Given("connection"), state=EventState.PENDING)
    return rows.order_by("pk").values_list(*TURN, replied(realm))


def _turn(row: Sequence[Any]) -> Turn:
    pk, kind, *others, reply_to = row
    turn = Turn(pk, KINDS[kind], *others)
    turn.reply_to = str(reply_to or "")  # an id may be a number in the raw event
    return turn


def known(connection_id: int, keys: Sequence[str]) -> set[str]:
    """Which of these event keys the connection's door knows."""
    return set(StoredEvent.objects.filter(connection=connection_id, event_key__in=keys).values_list("event_key", flat=True))


def replayed(binding: Binding, state: EventState) -> QuerySet[StoredEvent]:
    """The events in `state` that recordings told of this group, by the door of its present channel."""
    rows = StoredEvent.objects.filter(connection=binding.connection_id, state=state)
    return rows.filter(event_key__startswith=recording.prefix(binding.group_id))


def events_for(user: User, *, sandboxes: bool = False) -> QuerySet[StoredEvent]:
    """The events a user may see: those of visible groups; of unbound rooms only with the right to manage connections."""
    visible = Q(group__in=access.visible_to(user, sandboxes=sandboxes))
    if user.has_right(Right.MANAGE_CONNECTIONS):
        visible |= Q(group=None)
    return StoredEvent.objects.filter(visible).select_related("group", "connection")


def saying(rows: QuerySet[StoredEvent], text: str) -> QuerySet[StoredEvent]:
    """Those whose text, or whose author's name of then, holds `text`."""
    return rows.filter(Q(text__icontains=text) | Q(user_name__icontains=text))


def on_day(rows: QuerySet[StoredEvent], day: date, zone: str) -> QuerySet[StoredEvent]:
    """Those of a local day."""
    start = datetime.combine(day, time.min, ZoneInfo(zone))
    end = datetime.combine(day + timedelta(days=1), time.min, ZoneInfo(zone))
    return rows.filter(occurred_at__gte=start, occurred_at__lt=end)


def newest_id(rows: QuerySet[StoredEvent]) -> int:
    """The id of what arrived last, 0 where nothing did: live lists ask for what came after it."""
    return rows.order_by("-pk").values_list("pk", flat=True).first() or 0


def trace_of(event: StoredEvent) -> list[Line]:
    """What each step did with an event, in the active language."""
    return [Line(step=str(label_of(step)), did=_sentence(did, values)) for step, did, values in notes_of(event)]


def notes_of(event: StoredEvent) -> list[Note]:
    """The notes of an event's trace: step, msgid, values. At most one query, for wordings that this process has not read yet."""
    if any(number not in _wordings for number in map(_number, event.trace) if number is not None):
        _wordings.update({number: (step, did) for number, step, did in Wording.objects.values_list("number", "step", "did")})
    return [_note(entry) for entry in event.trace]


_wordings: dict[int, tuple[str, str]] = {}  # a number never means anything else


def _number(entry: Any) -> int | None:
    """Of the wording; None where the words themselves were kept, as until migration 0005."""
    return entry[0] if isinstance(entry, list) else entry if isinstance(entry, int) else None


def _note(entry: Any) -> Note:
    number = _number(entry)
    if number is None:
        return entry["step"], entry["did"], entry.get("with", {})
    step, did = _wordings.get(number, ("", ""))
    return step, did, entry[1] if isinstance(entry, list) else {}


def _sentence(did: str, values: Mapping[str, Any]) -> str:
    """The msgid of a note, translated, with its values; a step that changed its words since leaves the old ones readable."""
    text = gettext(did) if did else ""
    try:
        return str(text % values)
    except (KeyError, TypeError, ValueError):
        return text


@lru_cache
def label_of(step: str) -> Promise | str:
    """The name of a step for people; one that is gone from the code keeps its path."""
    if step in STEP_LABELS:
        return STEP_LABELS[step]
    try:
        label: Promise | str = import_string(step).label
    except (ImportError, AttributeError):
        return step
    return label


def replayable(user: User) -> list[int]:
    """The parked events of groups that a user may edit, oldest first."""
    parked = StoredEvent.objects.filter(state=EventState.PARKED, group__in=access.visible_to(user)).select_related("group")
    allowed: dict[int, bool] = {}
    ids = []
    for event in parked.defer("raw", "trace").order_by("pk")[: policy.REPLAYS * 2]:
        if event.group is None:
            continue
        if event.group.pk not in allowed:
            allowed[event.group.pk] = access.may(user, access.GroupRight.EDIT, event.group)
        if allowed[event.group.pk]:
            ids.append(event.pk)
    return ids
