"""What waits for a person's hands, as cards: one card for all groups that get the same text at about the same time."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.messaging import parts, registry, wording
from groupops.messaging.adapter import Operation
from groupops.messaging.adapter.doing import Capability, Level
from groupops.messaging.models import Connection, Delivery
from groupops.messaging.policy import DeliveryState, is_doubtful
from groupops.messaging.rights import right_for
from groupops.shared.clock import local
from groupops.shared.errors import Refused

MOST = 200  # deliveries shown at once; the desk says how many more there are
TOGETHER = timedelta(minutes=30)  # the same text that is due within this is one card
HURRY = timedelta(minutes=15)  # before its expiry a card looks urgent
SHARED = (Operation.SEND_GROUP, Operation.ANNOUNCE)  # about nobody in particular: one copy serves many groups
PLAIN = Capability(Level.ASSISTED, max_chars=2000)  # where no platform says how long a message may be


@dataclass(frozen=True)
class Place:
    """One group of a card: under the name the operator sees on the platform."""

    delivery: Delivery
    name: str
    may: bool
    number: int  # the key that ticks it, from 1


@dataclass
class Card:
    """Deliveries that one copy serves, in time order."""

    places: list[Place]
    user: User
    at: datetime
    parts: Sequence[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.parts = _parts(self.deliveries) if wording.is_saying(self.first) and self.first.text else []

    @property
    def deliveries(self) -> list[Delivery]:
        """Of all groups."""
        return [place.delivery for place in self.places]

    @property
    def first(self) -> Delivery:
        """The one that is due first; all share its text and operation."""
        return self.places[0].delivery

    @property
    def title(self) -> str:
        """What is to be done."""
        return wording.sentence(self.first)

    @property
    def whom(self) -> str:
        """The person it is about; empty where it is about nobody."""
        return wording.whom(self.first) if self.first.user or self.first.user_name else ""

    @property
    def is_saying(self) -> bool:
        """Whether it is about a text to paste."""
        return wording.is_saying(self.first)

    @property
    def reasons(self) -> list[str]:
        """Why they wait here, as msgids, each once."""
        return list(dict.fromkeys(row.why for row in self.deliveries if row.why))

    @property
    def expires_at(self) -> datetime | None:
        """When the first of them lapses."""
        return min((row.expires_at for row in self.deliveries if row.expires_at), default=None)

    @property
    def expiry(self) -> str:
        """That hour on the group's clock, with the day where it is not today."""
        return clock_time(self.expires_at, self.first.group.zone, self.at) if self.expires_at else ""

    @property
    def due(self) -> str:
        """When it is due, on the group's clock."""
        return clock_time(self.first.due_at, self.first.group.zone, self.at)

    @property
    def is_urgent(self) -> bool:
        """Whether it lapses soon."""
        return self.expires_at is not None and self.expires_at - self.at <= HURRY

    @property
    def may(self) -> bool:
        """Whether the reader may do anything here."""
        return any(place.may for place in self.places)

    @property
    def takers(self) -> list[User]:
        """Who has taken it on, each once."""
        return list({row.taken_by_id: row.taken_by for row in self.deliveries if row.taken_by}.values())

    @property
    def others(self) -> str:
        """The names of those who have taken it on, without the reader."""
        return _(", ").join(str(taker) for taker in self.takers if taker != self.user)

    @property
    def is_mine(self) -> bool:
        """Whether the reader has taken all of it on."""
        return all(row.taken_by_id == self.user.pk for row in self.deliveries)

    @property
    def taken_at(self) -> datetime | None:
        """Since when."""
        return min((row.taken_at for row in self.deliveries if row.taken_at), default=None)

    @property
    def is_doubtful(self) -> bool:
        """Whether the machine could go on with it, if a person says so."""
        return any(is_doubtful(row.connection_id, row.step, row.attempts, row.forgiven) for row in self.deliveries)

    @property
    def channels(self) -> list[Connection]:
        """By which channels, each once."""
        return list({row.connection_id: row.connection for row in self.deliveries if row.connection}.values())

    @property
    def version(self) -> str:
        """Changes when what a person would do or tick changes; not by taking it on."""
        rows = [(row.pk, row.expires_at, row.why, place.name, place.may) for place in self.places for row in [place.delivery]]
        return hashlib.sha256(repr((rows, self.is_urgent, self.expiry, self.due)).encode()).hexdigest()[:16]


def cards(user: User, rows: QuerySet[Delivery], at: datetime) -> tuple[list[Card], int]:
    """The cards of what waits in `rows`, due first, and how many deliveries lie beyond the MOST that are shown. Three queries."""
    waiting = rows.filter(Q(expires_at=None) | Q(expires_at__gt=at), state=DeliveryState.WAITING_PERSON)
    found = list(waiting.select_related("group__binding", "connection", "taken_by").order_by("due_at", "pk")[: MOST + 1])
    beyond = waiting.count() - MOST if len(found) > MOST else 0
    rights = access.rights_on(user, {row.group_id: row.group for row in found}.values())
    return [Card(_places(stack, rights), user, at) for stack in stacks(found[:MOST])], beyond


def stacks(rows: Iterable[Delivery]) -> list[list[Delivery]]:
    """Rows in time order, put together where one copy serves them all; rows of one stack differ in their groups."""
    found: list[list[Delivery]] = []
    open_stacks: dict[tuple[str, ...], list[Delivery]] = {}
    for row in rows:
        key = (row.operation, row.text_key, row.text) if row.operation in SHARED and row.text else (str(row.pk),)
        stack = open_stacks.get(key)
        if stack is None or row.due_at - stack[0].due_at > TOGETHER or row.group_id in {other.group_id for other in stack}:
            stack = open_stacks[key] = []
            found.append(stack)
        stack.append(row)
    return found


def _places(stack: Sequence[Delivery], rights: Mapping[int, frozenset[access.GroupRight]]) -> list[Place]:
    return [
        Place(row, room_name(row), right_for(row.operation) in rights[row.group_id], number) for number, row in enumerate(stack, start=1)
    ]


def room_name(delivery: Delivery) -> str:
    """The group as the platform, or the operator, calls it."""
    binding = getattr(delivery.group, "binding", None)
    return binding.remote_name or delivery.group.name if binding is not None else delivery.group.name


def clock_time(at: datetime, zone: str, now: datetime) -> str:
    """`at` on the wall clock of `zone`: 09:00, or 11-23 09:00 on another day than `now`'s."""
    here, today = local(at, zone), local(now, zone)
    return f"{here:%H:%M}" if here.date() == today.date() else f"{here:%m-%d %H:%M}"


def _parts(rows: Sequence[Delivery]) -> list[str]:
    """The text in as many parts as the strictest of the channels asks for."""
    channels = {row.connection_id: row.connection for row in rows}.values()
    return max((_split(rows[0].text, _limit(channel)) for channel in channels), key=len)


def _split(text: str, limit: Capability) -> list[str]:
    if limit.max_bytes:
        return parts.split(text, limit=limit.max_bytes, size=lambda piece: len(piece.encode()))
    return parts.split(text, limit=limit.max_chars or PLAIN.max_chars or len(text))


def _limit(connection: Connection | None) -> Capability:
    """How long a message of a channel may be; a channel that cannot be read must not hide the card."""
    if connection is None:
        return PLAIN
    try:
        return registry.adapter_for(connection).capabilities().get(Operation.SEND_GROUP, PLAIN)
    except Refused:
        return PLAIN


def gone(user: User, rows: QuerySet[Delivery], pks: Iterable[int], at: datetime) -> list[tuple[Delivery, str]]:
    """Why deliveries that were on a reader's screen are not there any more; one query."""
    found = rows.filter(pk__in=list(pks)[:MOST]).select_related("taken_by", "group")
    return [(row, _ending(row, user, at)) for row in found]


def _ending(row: Delivery, user: User, at: datetime) -> str:
    if row.state == DeliveryState.MISSED or (row.expires_at is not None and row.expires_at <= at):
        hour = clock_time(row.expires_at or at, row.group.zone, at)
        return _("It lapsed at %(hour)s. Do not send it any more.") % {"hour": hour}
    if row.state == DeliveryState.WAITING_PERSON and row.taken_by and row.taken_by != user:
        return _("%(who)s has taken it on.") % {"who": row.taken_by}
    if row.taken_by and row.taken_by != user:
        return _("%(who)s decided: %(state)s.") % {"who": row.taken_by, "state": row.get_state_display()}
    return _("It is not in this view any more: %(state)s.") % {"state": row.get_state_display()}
