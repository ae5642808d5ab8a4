"""What was said, as the pipeline heard it: batch by batch in the order of arrival, read in chunks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Min, QuerySet, TextField, Value, When

from groupops.inbound.models import EventState, StoredEvent
from groupops.inbound.policy import BATCH
from groupops.inbound.replies import REPLIES
from groupops.inbound.turn import Turn
from groupops.messaging.adapter import EventKind
from members.models import Membership
from moderation.inbound.reports import REPORT

CHUNK = 2000  # events of one query
HEARD = (EventKind.MESSAGE, EventKind.MESSAGE_DELETED)
COLUMNS = (
    "pk", "kind", "group_id", "group__zone", "remote_user", "user_name", "text", "how", "occurred_at", "operator", "remote_message",
    "person_id", "connection_id", "received_at",
)  # fmt: skip


@dataclass(frozen=True)
class Heard:
    """What arrived together on one connection, and when."""

    turns: list[Turn]
    at: datetime


def events(since: Mapping[int, datetime], until: datetime) -> QuerySet[StoredEvent]:
    """Messages and recalls of these groups; `since` by group, the first of them bounds the query."""
    rows = StoredEvent.objects.filter(group__in=list(since), kind__in=HEARD, state=EventState.DONE, own=False)
    return rows.filter(occurred_at__gte=min(since.values()), occurred_at__lt=until)


def chunks(since: Mapping[int, datetime], until: datetime) -> Iterator[list[Heard]]:
    """Batches as they arrived, some thousand events at a time; three queries a chunk. One batch is never cut."""
    rows = events(since, until)
    last = (rows.order_by().aggregate(least=Min("pk"))["least"] or 0) - 1
    carried: list[tuple[tuple[Any, ...], Turn]] = []
    while True:
        found = list(rows.filter(pk__gt=last).order_by("pk").values_list(*COLUMNS)[:CHUNK])
        turns = [((row[12], row[13]), _turn(row)) for row in found if row[8] >= since[row[2]]]
        _resolve([turn for _key, turn in turns])
        whole, carried = _grouped([*carried, *turns], is_last=len(found) < CHUNK)
        yield whole
        if len(found) < CHUNK:
            return
        last = found[-1][0]


def _turn(row: Sequence[Any]) -> Turn:
    turn = Turn(row[0], EventKind(row[1]), *row[2:11])
    turn.person_id = row[11]
    return turn


def _grouped(turns: Sequence[tuple[tuple[Any, ...], Turn]], *, is_last: bool) -> tuple[list[Heard], list[tuple[tuple[Any, ...], Turn]]]:
    """Batches of what arrived at one moment on one connection, at most BATCH each; and the rest of the last one, which may go on."""
    together: dict[tuple[Any, ...], list[Turn]] = {}
    for key, turn in turns:
        together.setdefault(key, []).append(turn)
    rest: list[tuple[tuple[Any, ...], Turn]] = []
    if turns and not is_last:
        key = turns[-1][0]
        whole = len(together[key]) // BATCH * BATCH
        rest = [(key, turn) for turn in together[key][whole:]]
        together[key] = together[key][:whole]
    parts = [(key[1], said[n : n + BATCH]) for key, said in together.items() for n in range(0, len(said), BATCH)]
    return [Heard(part, at) for at, part in parts], rest


def _resolve(turns: Iterable[Turn]) -> None:
    """Whose they are, and what the reports among them reply to. Two queries at most."""
    said = [turn for turn in turns if turn.kind == EventKind.MESSAGE and turn.person_id]
    persons, groups = {turn.person_id for turn in said}, {turn.group_id for turn in said}
    rows = Membership.objects.filter(person__in=persons, group__in=groups).values_list("person", "group", "pk")
    known = {(person, group): pk for person, group, pk in rows}
    for turn in said:
        turn.membership_id = known.get((turn.person_id or 0, turn.group_id))
    reports = {turn.event_id: turn for turn in said if turn.text.strip().lower().startswith(REPORT)}
    if reports:
        for pk, reply in StoredEvent.objects.filter(pk__in=reports).annotate(reply=_replied()).values_list("pk", "reply"):
            reports[pk].reply_to = str(reply or "")


def _replied() -> Case:
    whens = [When(connection__adapter=realm, then=found) for realm, found in REPLIES.items()]
    return Case(*whens, default=Value(None), output_field=TextField())
